"""The queues, each described: what it holds, in which order, and whether a decision takes a note out of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Queue:
    """`sort`: a column of the card, or `due_at` of the safety item; the note's id decides between equals. `only`: columns and values."""

    name: str
    title: str
    what: str
    sort: str = "note_id"
    rising: bool = False
    least: float | None = None  # notes whose `sort` is above it are in the queue
    only: Mapping[str, bool] = field(default_factory=dict)
    open: bool = True  # a note leaves it when it is decided
    own: bool = False  # what was assigned to the person who looks
    safety: bool = False  # has an open item of the safety lane
    trial: bool = False  # the model on trial judges otherwise
    settled: bool = False  # by whoever leads, with what each said side by side


QUEUES: Mapping[str, Queue] = {
    queue.name: queue
    for queue in (
        Queue("safety", "Safety first", "Open safety items, the next deadline first.", "due_at", rising=True, open=False, safety=True),
        Queue("uncertain", "Uncertain", "The model asks for a person or is near its threshold, the least sure first.", "doubt", least=-1),
        Queue("likely_wrong", "Likely wrong", "The author's tick or the rules contradict the model.", "suspicion", least=-1),
        Queue(
            "disagree",
            "Reviewers disagree",
            "People decided differently; an adjudication settles it.",
            "dispute",
            least=0,
            open=False,
            settled=True,
        ),
        Queue("objected", "Author disagrees", "The author does not agree, and nobody decided since.", only={"objected": True}, open=False),
        Queue("newest", "Newest", "Everything that nobody decided, the latest received first."),
        Queue("audit", "Random sample", "By chance alone: what is found here holds for all notes.", "draw", least=-1),
        Queue("insights", "High-value insights", "The surest and most deeply probed first.", "worth", least=-1, only={"insight": True}),
        Queue("mine", "Mine", "Assigned to you.", own=True),
        Queue("shadow", "Shadow differs", "The model on trial judges otherwise than the live one.", trial=True),
        Queue("calibration", "Calibration", "Gold notes that you have not answered yet.", only={"gold": True}, open=False),
    )
}
DEFAULT = "newest"
