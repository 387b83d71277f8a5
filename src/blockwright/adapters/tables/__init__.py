"""Stored values for people: the port `ports.tables` by DuckDB and Arrow, in a child process with limits.

``duckdb_tables`` and ``children`` run in our process and import nothing heavy; ``reader/`` is the child.
"""
