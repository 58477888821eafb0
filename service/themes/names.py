"""What themes are called: made of their notes' words as they are now, held for a while in this process alone."""

from collections.abc import Mapping

from insight_classifier.measures.themes import names
from service.database import Database
from service.recent import Recent
from service.themes.reading import remembered_notes
from service.themes.store import memory

Names = Recent[tuple[str, int], Mapping[str, str]]  # by run and how many notes it remembers: an erasure makes them anew


def names_in(database: Database) -> Names:
    """Names by theme. `get` blocks: call it in a thread. Close it in the end."""

    def make(which: tuple[str, int]) -> Mapping[str, str]:
        with database.read() as connection:
            (notes, copies), known = remembered_notes(connection), memory(connection)
        return names(notes, known, copies)

    return Recent(make)
