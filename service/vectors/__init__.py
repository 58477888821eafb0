"""Vectors of notes: what each version is about, as the model that judged it saw it."""
