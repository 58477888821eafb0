"""Bulk jobs: a file of notes is taken in, judged chunk by chunk by whoever is free, each exactly once, and handed back as files."""
