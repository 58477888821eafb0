"""What was said in a note or of it is taken away from every table that holds it; that it happened stays."""
