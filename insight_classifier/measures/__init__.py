"""Statistics over judgements, pure: what a team's notes document, with what certainty. No HTTP, no SQL, no environment."""
