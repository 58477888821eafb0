"""Invented notes with everything that a year of work makes of them, so that a new service can be looked at before it is used."""
