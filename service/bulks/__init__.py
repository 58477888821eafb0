"""One decision on everything that a view holds."""
