"""What the integrator's document holds, and where it tells less than the service knows: by the rules of Salesforce External Services."""

from collections.abc import Mapping

from pydantic import BaseModel

from service.schemas import Open, Origin


class ServiceLimits(Open):
    """What a caller must keep to."""

    note_characters: int
    body_bytes: int
    batch_notes: int
    deadline_seconds: float


class ServiceInfo(Open):
    """What runs here."""

    version: str
    intended_use: str
    model: Origin
    definition: Origin
    limits: ServiceLimits


class ServiceState(Open):
    """`status` is `alive` or `ready`; anything else comes as a problem."""

    status: str


# Each operation of the subset: its id, and the answer that FastAPI does not know.
OPERATIONS: Mapping[tuple[str, str], tuple[str, type[BaseModel] | None]] = {
    ("/v1/score", "post"): ("scoreNote", None),
    ("/v1/score/batch", "post"): ("scoreBatch", None),
    ("/v1/score/{preset}", "post"): ("scoreRecords", None),
    ("/v1/presets", "get"): ("listPresets", None),
    ("/v1/notes/{note_id}", "get"): ("getNote", None),
    ("/v1/notes/{note_id}", "delete"): ("eraseNote", None),
    ("/v1/safety/items", "get"): ("listSafetyItems", None),
    ("/v1/safety/items/{item_id}", "get"): ("getSafetyItem", None),
    ("/v1/safety/items/{item_id}/acknowledge", "post"): ("acknowledgeSafetyItem", None),
    ("/v1/safety/items/{item_id}/hand-over", "post"): ("handOverSafetyItem", None),
    ("/v1/safety/items/{item_id}/close", "post"): ("closeSafetyItem", None),
    ("/v1/jobs", "get"): ("listJobs", None),
    ("/v1/jobs", "post"): ("createJob", None),
    ("/v1/jobs/{job_id}", "get"): ("getJob", None),
    ("/v1/jobs/{job_id}", "delete"): ("deleteJob", None),
    ("/v1/jobs/{job_id}/cancel", "post"): ("cancelJob", None),
    ("/v1/jobs/{job_id}/results", "get"): ("getJobResults", None),
    ("/v1/jobs/{job_id}/errors", "get"): ("getJobErrors", None),
    ("/v1/info", "get"): ("getInfo", ServiceInfo),
    ("/livez", "get"): ("getLiveness", ServiceState),
    ("/readyz", "get"): ("getReadiness", ServiceState),
}
# `fields` asks for less than a whole judgement: then no key of it could be counted on; the header's place is client_request_id in the body.
OMITTED = ("fields", "Idempotency-Key")
ASKED_BY_HEADER = ("206", "304")  # answers to headers that the subset does not know
# Bodies that may be one thing or another, as one flat object that holds either.
EITHER_OF: Mapping[frozenset[str], str] = {frozenset(("JobNotes", "JobPull")): "JobRequest"}
# Values of a parameter that the subset allows, and keys that only its other values bring.
FIXED: Mapping[str, tuple[str, ...]] = {"rows": ("text",), "media": ("text",)}
LEFT_OUT = {("ScoreChunk", "records")}
METADATA = ("NoteMetadata", ("source", "author", "hcp", "written_at", "modified_at", "therapeutic_area", "channel"))
# Objects whose keys are the caller's own: the usual ones by name, or a map of texts.
FREE: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    **dict.fromkeys([("Note", "metadata"), ("NoteRequest", "metadata")], METADATA),
    ("RecordSet", "records"): ("CrmRecord", ()),
}
