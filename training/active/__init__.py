"""What to label next: notes chosen for a dimension, each with the reason."""
