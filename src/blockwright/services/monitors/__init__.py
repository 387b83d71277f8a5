"""Monitors: evaluate one, tell what was really the case, and let the rest of the house know what was found."""
