"""What Prometheus reads: counts, times and the state of the queue; never a word, an id or a key of anybody."""
