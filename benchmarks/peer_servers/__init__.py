"""Servers that `benchmarks/peers.py` starts, each in its own process."""

POISON = "POISONED-BENCHMARK-NOTE"  # a note that holds it makes the model of every server raise
