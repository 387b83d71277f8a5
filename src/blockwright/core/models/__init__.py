"""Models: versions, what a caller must send, and when a version may take another one's place."""
