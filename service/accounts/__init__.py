"""The people who work here: who they are, what each may do, and how a browser shows that it is theirs."""
