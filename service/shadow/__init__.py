"""A model on trial: it judges what the live model judges, where nobody sees it but who decides whether it goes live."""
