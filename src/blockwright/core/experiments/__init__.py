"""What training recorded of itself: tracked runs, how they are found, and how they compare."""
