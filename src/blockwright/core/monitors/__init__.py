"""Monitors: what of a served model is looked at, how far it lies from its training data, and what to make of it."""
