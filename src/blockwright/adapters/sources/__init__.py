"""Where events come from: a file for each kind of source."""
