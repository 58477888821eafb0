"""Which model judges: the live one, the one before it, and how another takes over while calls are answered."""
