"""What judgements say of a habit: to an author in private, to a team without names, and which notes show how it is done. For coaching."""
