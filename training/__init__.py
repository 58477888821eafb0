"""How a model is made and judged: the only package that needs torch."""
