"""Backfills: one pipeline run for each date of a range, or for each set of variables of a list. Pure."""
