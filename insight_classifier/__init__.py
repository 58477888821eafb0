"""Judge a field note against the home office's definition of a strategic insight."""
