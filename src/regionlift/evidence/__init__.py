"""What a number is, what a verdict is, and where both are written down."""
