"""What more labels would buy: a learning curve and its extrapolation."""
