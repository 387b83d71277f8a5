"""The log of predictions, read and summarised by a process of its own."""
