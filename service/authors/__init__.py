"""The author's own page: their notes, what each lacked, the question that would have got it, and what became of it. For coaching."""
