"""Backfills: asked for, foreseen, driven, and shown."""
