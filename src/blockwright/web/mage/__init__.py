"""The addresses that callers of Mage know, answered in its words: see ``docs/reference/mage-api.md``."""
