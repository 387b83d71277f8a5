"""Runs: what state they are in and what happens next. Pure; see ``step``."""
