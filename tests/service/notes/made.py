"""Deliveries and judgements as the service has them, with names that no definition of ours knows."""

from typing import Any

from service.notes.rules import Delivery

MARK = "wörds that nobody else wrote 731"


def delivery(text: str = "He asked about uptake.", record_id: str | None = "a01", **others: Any) -> Delivery:
    return Delivery("veeva", record_id, {"text": text}, **others)


def judgement(
    label: str = "yes", *, model: str = "m1", definition: str = "d1", met: tuple[str, ...] = ("asks",), level: int = 1
) -> dict[str, Any]:
    evidence = [{"start": 0, "end": len(MARK), "text": MARK}]
    return {
        "id": "a01",
        "label": label,
        "probability": 0.75,
        "reasons": {name: {"met": name in met, "probability": 0.8, "evidence": evidence} for name in ("asks", "tells")},
        "depth": {"level": level, "name": f"level {level}", "probabilities": [0.1, 0.2, 0.7], "evidence": []},
        "topic": {"name": "safety", "probabilities": {"safety": 0.9, "other": 0.1}},
        "needs_review": False,
        "review_reasons": [],
        "definition": {"name": "d", "version": "1", "fingerprint": definition},
        "model": {"name": "m", "version": "1", "fingerprint": model},
    }
