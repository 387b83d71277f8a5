"""The catalogue: what blocks gave, version by version, how its columns change, and where it goes. Pure."""
