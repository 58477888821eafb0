"""Which model is live, how it came to be, and who agreed: an append-only history, a gate, a pointer that changes in one step."""
