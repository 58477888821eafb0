"""The figures of a database for whoever asks: read and made in the background, told again until newer ones are there."""

from service.database import Database
from service.measures.asked import Asked
from service.measures.measured import Measured, Sources, measured
from service.measures.reading import Notes, read_notes
from service.recent import Recent

LONGEST = 6 * 3600.0  # seconds after which figures are told no more, but waited for
ALL = "all"


class Figures:
    """`get` blocks: call it in a thread. `close` it in the end."""

    def __init__(self, database: Database, sources: Sources) -> None:
        self._database, self.sources = database, sources
        self._notes: Recent[str, Notes | None] = Recent(self._read, longest=LONGEST)
        self._measured: Recent[Asked, Measured | None] = Recent(self._measure, longest=LONGEST)

    def get(self, asked: Asked) -> Measured | None:
        """None where no note is judged yet. Raises RequestError, StorageUnavailable."""
        return self._measured.get(asked).value

    def names(self) -> Notes | None:
        """What there is to filter by."""
        return self._notes.get(ALL).value

    def close(self) -> None:
        self._measured.close()
        self._notes.close()

    def _read(self, which: str) -> Notes | None:
        with self._database.read() as connection:
            return read_notes(connection, self.sources.definition, self.sources.bands)

    def _measure(self, asked: Asked) -> Measured | None:
        notes = self.names()
        return None if notes is None else measured(notes, asked, self.sources)
