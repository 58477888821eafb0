"""The bodies of the preset routes, as the document describes them."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model

from service.schemas import Strict


class RecordSet(BaseModel):
    """Records of the CRM, as its own API gives them; one alone, a list or a whole answer of that API are read as well."""

    records: list[dict[str, Any]]
    client_request_id: Annotated[str, Field(description="Instead of the header Idempotency-Key.")] = ""


class ScoreChunk(Strict):
    """One request for the CRM: rows of the score object, to be stored by the external id."""

    object: str
    external_id: Annotated[str, Field(description="The field by which a row is found or created.")]
    count: int
    records: Annotated[list[dict[str, Any]], Field(description="The rows; absent where they were asked for as text.")] = []
    records_text: Annotated[str, Field(description="The rows as one text (?rows=text): JSON, or CSV for a CSV target.")] = ""


class FieldSource(Strict):
    """Where a field of a note comes from."""

    note_field: str
    crm_fields: Annotated[list[str], Field(description="Joined in this order; `A | B` is the first of them that holds text.")]


class ScoreField(Strict):
    """A field of the score object."""

    name: str
    type: str
    length: Annotated[int, Field(description="Characters of a text, else 0.")]
    places: Annotated[int, Field(description="Digits after the point of a decimal, else 0.")]


class PresetDescription(Strict):
    """What a preset reads and writes."""

    name: str
    title: str
    platform: str
    object: str
    id_fields: list[str]
    reads: list[FieldSource]
    metadata: list[FieldSource]
    score_object: str
    external_id: str
    chunk_records: int
    score_fields: list[ScoreField]


class PresetList(Strict):
    """All presets."""

    presets: list[PresetDescription]


def preset_shapes(failure: type[BaseModel]) -> tuple[type[BaseModel], ...]:
    """The models that the preset routes refer to; `failure` is the shape of a note that was not judged."""
    return (RecordSet, PresetList, _answer(failure))


def _answer(failure: type[BaseModel]) -> type[BaseModel]:
    failures: Any = list[failure]  # type: ignore[valid-type]
    return create_model(
        "PresetScores",
        __base__=Strict,
        __doc__="Rows for the CRM, and the records that were not judged.",
        preset=(str, ...),
        chunks=(list[ScoreChunk], ...),
        failures=(failures, ...),
    )
