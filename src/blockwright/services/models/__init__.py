"""Models: hand in, compare, promote, roll back."""
