"""`python -m insight_classifier` is the `insight` command."""

from insight_classifier.cli import main

main()
