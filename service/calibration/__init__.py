"""New reviewers are calibrated against notes whose answer is agreed."""
