"""The versions of the definition that the service has judged by, what each change flipped, and where people differ."""
