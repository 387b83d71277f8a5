"""Mage's no-code cleaning: transformer actions on pandas frames, and the column types that they go by."""
