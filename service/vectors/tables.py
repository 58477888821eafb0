"""What one model took each version of a note to be about. Only vectors of one model can be compared."""

from sqlalchemy import Float, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base


class VectorRow(Base):
    """The vector of one version by one model. No foreign key: other nouns keep theirs in the same way."""

    __tablename__ = "note_vectors"

    version_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    model_fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    note_id: Mapped[str] = mapped_column(String(32), index=True)
    vector: Mapped[bytes] = mapped_column(LargeBinary)  # numbers of two bytes, of unit length together


class ComparisonRow(Base):
    """A note whose judgement was compared with those of its neighbours; gone when its card is made anew, and then it is compared again."""

    __tablename__ = "note_comparisons"

    note_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    against: Mapped[float | None] = mapped_column(Float)  # share of the neighbours that say otherwise; none: too few
