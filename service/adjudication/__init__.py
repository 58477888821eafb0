"""Where people differ on a note, somebody who leads settles it, with what each said side by side."""
