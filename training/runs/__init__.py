"""What every training run leaves behind: a record of what it was made of, and where wished, a copy of it in MLflow."""
