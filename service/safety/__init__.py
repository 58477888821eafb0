"""The safety lane: every note's scan on record, every hit an item with a clock, acknowledged by a person or escalated."""
