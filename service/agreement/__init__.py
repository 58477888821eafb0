"""How far people agree with each other and the model with them, told in words."""
