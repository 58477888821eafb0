"""What was done, by whom and why: append-only, each row sealed by the hash of the one before it."""
