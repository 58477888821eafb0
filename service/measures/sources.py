"""What ships to be measured by, for a definition, and what is one's own: the plan, and published figures to stand beside."""

from pathlib import Path

from insight_classifier.definition import Definition
from insight_classifier.measures.alignment import read_plan
from insight_classifier.measures.declared_reader import shipped_measures
from insight_classifier.measures.measure import measures_of
from insight_classifier.measures.peers_file import read_peers, shipped_peers
from service.measures.measured import Sources


def read_sources(definition: Definition, plan: Path | None = None, peers: Path | None = None) -> Sources:
    """`peers`: published figures of one's own; None: what ships. Raises DefinitionError, FileError with the line and the mend."""
    declared = shipped_measures(definition)
    weights = read_plan(plan, definition) if plan else None
    return Sources(
        definition, measures_of(definition, declared.measures), read_peers(peers) if peers else shipped_peers(), weights, declared.bands
    )
