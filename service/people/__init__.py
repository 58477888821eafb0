"""Who calls: the keys of programs, what each may do, how often and how much."""
