"""The promises, measured as ratios within one run. ``python -m benchmarks`` prints them as a table."""
