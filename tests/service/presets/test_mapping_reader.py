"""Mapping files are read with every check, and a mistake is told with its place and mend."""

import re
from pathlib import Path

import pytest

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import ConfigError
from service.presets.mapping import Preset
from service.presets.mapping_reader import SHIPPED, read_presets

OTHER = Path(__file__).resolve().parents[2] / "definitions" / "support_call.yaml"
VEEVA = (SHIPPED / "veeva_crm_insight.yaml").read_text(encoding="utf-8")
TARGET = (SHIPPED / "targets" / "salesforce.yaml").read_text(encoding="utf-8")


def test_every_crm_of_the_field_has_a_preset(presets: dict[str, Preset]) -> None:
    objects = {preset.object for preset in presets.values()}
    assert objects == {"Medical_Insight_vod__c", "Call2_vod__c", "medical_insight__v", "call2__v", "MedicalInsight", "rows"}


def test_every_file_explains_itself_at_its_top() -> None:
    files = [*SHIPPED.glob("*.yaml"), *SHIPPED.glob("targets/*.yaml")]
    assert len(files) == 9
    assert [file.name for file in files if not file.read_text(encoding="utf-8").startswith("# ")] == []


def test_every_member_of_the_definition_gets_its_fields(presets: dict[str, Preset], definition: Definition) -> None:
    sources = {source for column in presets["veeva_crm_call"].target.columns for source in column.sources}
    assert {f"{d.name}.{name}.met" for d in definition.of_kind("checks") for name in d.names} <= sources
    assert {f"{d.name}.level" for d in definition.of_kind("scale")} | {f"{d.name}.name" for d in definition.of_kind("choice")} <= sources


def test_a_shipped_preset_that_does_not_fit_the_definition_is_left_out() -> None:
    assert read_presets(None, read_definition(OTHER)) == {}


def test_a_file_of_ones_own_adds_a_preset(tmp_path: Path, definition: Definition) -> None:
    (tmp_path / "mine.yaml").write_text(VEEVA.replace("name: veeva_crm_insight", "name: mine").replace("Summary_vod__c", "Headline__c"))
    found = read_presets(tmp_path, definition)
    assert found["mine"].texts == ("Headline__c", "Description_vod__c")
    assert "Summary_vod__c" in found["veeva_crm_insight"].texts


def test_a_target_of_ones_own_replaces_the_shipped_one(tmp_path: Path, definition: Definition) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "salesforce.yaml").write_text(TARGET.replace("MSL_Insight_Score__c", "Acme__Score__c"))
    assert read_presets(tmp_path, definition)["veeva_crm_call"].target.object == "Acme__Score__c"


def test_a_preset_of_ones_own_that_does_not_fit_the_definition_is_refused(tmp_path: Path, definition: Definition) -> None:
    (tmp_path / "mine.yaml").write_text(VEEVA.replace("  text: [", "  texts: ["))
    with pytest.raises(ConfigError, match="texts.*call_objective, text, next_steps"):
        read_presets(tmp_path, definition)


def test_a_folder_that_is_none_is_refused(tmp_path: Path, definition: Definition) -> None:
    with pytest.raises(ConfigError, match="no folder"):
        read_presets(tmp_path / "absent", definition)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("target: salesforce", "target: sap", "target .* 'sap'.*Use .*salesforce"),
        ("object: Medical_Insight_vod__c\n", "", "lacks 'object'.*Add the key object"),
        ("metadata:", "metdata:", "metdata.*Write metadata"),
        ("name: veeva_crm_insight", "name: batch", "another address.*Choose another name"),
        ("text: [Summary_vod__c, Description_vod__c]", "text: []", "must be a list"),
        ("reads:", "reads: [", "not valid YAML"),
    ],
)
def test_a_mistake_in_a_mapping_is_told(tmp_path: Path, definition: Definition, old: str, new: str, told: str) -> None:
    assert old in VEEVA
    (tmp_path / "mine.yaml").write_text(VEEVA.replace(old, new))
    with pytest.raises(ConfigError, match=rf"{re.escape(str(tmp_path / 'mine.yaml'))}, line \d+: .*{told}"):
        read_presets(tmp_path, definition)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "from: probability, type: decimal, places: 4}\n  Needs",
            "from: likelihood, type: decimal}\n  Needs",
            "names 'likelihood'.*probability",
        ),
        ("from: label, type: picklist", "from: label, type: decimal", "names 'label'.*type that fits"),
        ("from: id, type: text, length: 80", "from: id, type: text", "lacks 'length'"),
        ('"{Name}_P__c"', '"Chance__c"', "the same field for every member"),
        ("records: 200", "records: 201", "from 1 to 200"),
        ("external_id: Note_Key__c", "external_id: Key__c", "not among fields"),
    ],
)
def test_a_mistake_in_a_target_is_told(tmp_path: Path, definition: Definition, old: str, new: str, told: str) -> None:
    assert old in TARGET
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "salesforce.yaml").write_text(TARGET.replace(old, new))
    with pytest.raises(ConfigError, match=rf"salesforce.yaml, line \d+: .*{told}"):
        read_presets(tmp_path, definition)


@pytest.mark.parametrize(("field", "told"), [("Two__Words__Apart__c", "no field can be called"), ("rationale__c", "written twice")])
def test_a_name_that_the_crm_would_refuse_is_told(tmp_path: Path, definition: Definition, field: str, told: str) -> None:
    (tmp_path / "targets").mkdir()
    (tmp_path / "targets" / "salesforce.yaml").write_text(TARGET.replace("Label__c:", f"{field}:"))
    with pytest.raises(ConfigError, match=told):
        read_presets(tmp_path, definition)
