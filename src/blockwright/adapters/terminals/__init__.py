"""Terminals of this machine; see README.md."""
