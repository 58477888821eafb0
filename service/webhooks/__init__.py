"""What happened, told to other systems: signed, retried for 72 hours, never with a note's words unless they were asked for."""
