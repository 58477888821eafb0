"""The kinds of acts on a note. Pure."""

CONFIRM, CHANGE, ADJUDICATE, SKIP, FLAG, UNDO = "confirm", "change", "adjudicate", "skip", "flag", "undo"
OBJECT = "object"  # the author does not agree with what the note was judged
DECIDING = (CONFIRM, CHANGE)  # one person's word on what the note is; only the latest of a person counts
ANSWERING = (*DECIDING, ADJUDICATE)  # those that come with an answer
