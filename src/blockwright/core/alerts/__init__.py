"""What is worth telling people, whom, and in which words: pure decisions."""
