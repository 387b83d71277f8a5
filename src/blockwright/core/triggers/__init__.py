"""Triggers: what they say, when they are due, which events they take. Pure."""
