"""The process that reads the log of predictions."""
