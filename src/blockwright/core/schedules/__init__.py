"""When something is due: cron expressions and intervals in time zones, computed by jumping from field to field."""
