"""The catalogue: filled from what runs gave, searched, kept, followed up and down."""
