"""How people and systems use the judge: an HTTP API, a page and the `serve` command."""
