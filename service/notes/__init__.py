"""Field notes as they were delivered, version by version, and every judgement of them."""
