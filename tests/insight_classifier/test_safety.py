"""The safety lane's rules: what they find, what they leave alone, and where the spans stand."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.language import Language

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import read_definition
from insight_classifier.errors import DefinitionError
from insight_classifier.judgement import Span
from insight_classifier.notes import Note
from insight_classifier.safety import SafetyRules
from insight_classifier.text import rules_pipeline

EVENT, IDENTIFIER = "adverse_event", "patient_identifier"
HIVES = "Two of hers came out in hives after the second dose."

EVENTS = [
    "One lad threw up on it twice in assembly.",
    "Her patient had to stop it because of the rash.",
    "One lady came out in hives after the second dose.",
    "Half of her patients have sore mouths on it.",
    "A girl of nine is still having seizures on it.",
    "His uncle ended up in hospital after the third injection.",
    "A 61-year-old on camdoglutide got pancreatitis in week 9.",
    "Three of his fainted in the first week of the new tablets.",
    "Her own mum's blood pressure went through the roof in week two on it.",
    "Two pts with ALT > 10x ULN on full dose.",
    "One man on sarobrutinib bled for three days.",
    "My husband couldn't lift his arm for two days after our vaccine.",
    "Patient fainted after the infusion; reported to PV the same day.",
    "61M on orvirenone, potassium 6.4, admitted for two days.",
    "With ours the thigh burns, her mothers say.",
    "Six of her nineteen had knees up like melons by month four on the biosimilar.",
    "The lady on tofacitinib is no better after six months on it.",
    "A boy on the capsules lost 6 kg.",
    # reported by the author
    "Two cases this winter. PV x3 lodged.",
    "She told me of it in the lift. Informed safety same day.",
    # counted on a drug
    "Two GI bleeds on 5 mg bid in autumn.",
    "One thrombosis, in 2016, on the pill.",
    # a value of one on a drug
    "One man's went to 6.9 on spironolactone.",
    # the body, of one or of several
    "One of hers on it had her hearing shot by spring.",
    "The ladies skip the imarotinib on Thursdays, their feet burn.",
]
NO_EVENTS = [
    "Grade 3 diarrhoea was 6% in the trial.",
    "Nausea 19%, vomiting 7%, mostly in the first 12 weeks.",
    "She would stop it if one of her patients came out in a rash.",
    "He is afraid that an elderly lady could faint on it.",
    "None of her patients had nausea on it.",
    "Two of hers bled while waiting for treatment.",
    "One man fell three weeks after we stopped treatment.",
    "The pump broke and one of hers had a hypo.",
    "I presented the rash rates of both trials.",
    "Covered the known safety profile: fatigue, headache, nausea.",
    "Her printer went down after the first week on the new software.",
    "He finds the data convincing and will start three patients.",
    "Patients hate the two-hour drive.",
    "Asked how many patients he follows on the new drug.",
    "Reminded him that an event should be reported to PV.",
    "No AE reported.",
    "GI bleeds 2% on the drug, in the trial.",
    "He fears one thrombosis on the pill.",
    "Would stop it if one man's went to 6.9 on spironolactone.",
    "One of hers on it writes with her left hand.",
    "The ladies hear that their feet could burn.",
]

IDENTIFYING = [
    "Pt J. Miller, DOB 04/07/1961, stopped in May.",
    "She read it off the chart: d.o.b. 4.7.61, started in spring.",
    "Lady born 4/7/61 who came off it in week 3.",
    "Patient, date of birth: 1961-07-04, still on 20 mg.",
    "Born on 4 July 1961, switched twice.",
    "His birthday 12-03-1958 was on the form he showed me.",
    "dob:7 Mar 1990, on the waiting list",
    "DOB July 4, 1961; second line.",
    "Geboren am 04.07.1961, seit Mai in Therapie.",
    "MRN 00482913 had the rash again.",
    "MRN: 48-2913, grade 2.",
    "NHS number 943 476 5919 for the case she mentioned.",
    "NHS no. 9434765919, on the second dose.",
    "Hospital no. H482913 is the one who fainted.",
    "chart #44718 was the outlier",
    "Patient ID 1042-003 dropped out.",
    "patient id: AB12345 had the infusion",
    "Pt # 77120, off drug since March.",
    "His SSN is 123-45-6789 according to the fax.",
    "Subject number 1042-017 relapsed.",
    "Medical record number 5512345 attached.",
    "The patient can be reached on 07700 900123 after six.",
    "Patient's wife, +44 7700 900123, wants a call back.",
    "Mrs Larsen asked to be rung at (212) 555-0143.",
    "Her daughter's mobile is 0171 5550143, she handles the pens.",
    "The patient left her number, +49 170 5550143.",
    "Patient's e-mail ingrid.larsen@example.org for the diary.",
    "Mr Larsen writes from larsen63@example.com about the pens.",
    "The mother of the boy: anna_k@example.net.",
    "pt wrote from j.miller+ms@example.co.uk, asks about dosing",
    "Mrs Ingrid Larsen, 63, with ALS, could not hold the pen.",
    "Mrs Larsen (63) is on the second cycle.",
    "Mr. D. Okafor, 58 yo, gout in both knees.",
    "pt J.M., 61, CLL, off since May",
    "Patient A.K. (72) was admitted.",
    "Patient Anna Kowalska, 54, lives alone.",
    "Ingrid Larsen, 63 yo, third infusion.",
    "Tomasz Nowak (58 years) fell twice.",
    "Ms Chioma Eze has lupus and wants the tablets.",
    "Mme Claire Rivoal, 71 years old, lost 6 kg.",
    "Patient Maria Lopez has epilepsy and drives.",
    "Mr H., 66, on his third biologic.",
]
HARMLESS = [
    "Dr Miller has a 61-year-old who stopped in May.",
    "Met Prof. Ingrid Larsen, 63, who leads the ALS clinic.",
    "Sr Botes, urology, Kimberley, wants the card reprinted.",
    "Nurse Mary Okafor, 58, retires in June.",
    "Dra. Maria Lopez, epilepsy unit, asked for the slides.",
    "A 61-year-old woman with ALS could not hold the pen.",
    "61F, CLL, off since May.",
    "Mr Armitage, urologist, rotates antibiotics still.",
    "Mrs Sarah Boyd of the Pompe charity rang.",
    "Mr D., month 4, did well.",
    "Call Dr Miller's office on 020 7946 0018.",
    "Her secretary: +44 20 7946 0018, ask for Jane.",
    "Reach him at h.meyer@uniklinik.example before nine.",
    "Send the patient leaflet to nurse@clinic.example please.",
    "Patient group meeting, dial-in 0800 123 4567, passcode 4471.",
    "PV hotline 0800 555 0199 given to the practice.",
    "E-mail to Prof. Larsen (ingrid.larsen@hospital.example) sent.",
    "Please send the reprint to anna.k@hospital.example.",
    "The patient card should go to reception, 01632 960123.",
    "patient no. 12 in her clinic this week",
    "Patient number 3 of the day did best.",
    "He has 120 patients, 45 on the new one.",
    "Study NCT01234567, n = 1,204, HR 0.71 (0.60-0.84).",
    "The unit was born in 2015 out of a merger.",
    "Trial dates 04/07/2024 to 12/09/2024.",
    "Next visit 12.03.2025 at 10:30, room 4.204.",
    "Order 0012345678 for the reprints was placed.",
    "AE reference 2024-000123 filed.",
    "ISBN 978-3-16-148410-0 is the book she quoted.",
    "Dr John Smith, 45 patients on it, wants more data.",
    "Patient Support Programme, 63 centres, is live.",
    "Patient Advocacy Group has 45 members with MS.",
    "Doses 100 - 200 - 300 mg, 12 weeks each, then 24.",
    "Ms Eze, pharmacist, lupus clinic, keeps the list.",
    "Professor Chen, 61, will chair the asthma session.",
    "Mrs Oyelaran chairs the lupus association.",
    "The patients phone her mobile all night.",
    "He scored 4-5-6 and 7/10/12 on the three scales.",
    "Registrar Anna Kowalska, 34, has asthma patients.",
    "Visit to New York, 12 with asthma in the room.",
    "ZIP 10115-2034, badge 4471, gate B204.",
    "The mother of all meetings: 14:30-15:45, 17.06.2025.",
]

CUES = """
lists: {part: arm|leg}
concepts:
  hurt: {phrases: ["(sore|dead) {part}"]}
  dose: {phrases: [after the jab]}
findings:
  a sore arm: {find: hurt, near: {dose: 5}}
"""

Find = Callable[[str], tuple[Span, ...]]


@pytest.fixture(scope="module")
def nlp() -> Language:
    return rules_pipeline()


@pytest.fixture(scope="module")
def rules(definition: Definition, nlp: Language) -> SafetyRules:
    return SafetyRules(definition, nlp)


@pytest.fixture
def own_rules(definition: Definition, nlp: Language, tmp_path: Path) -> Callable[[str], SafetyRules]:
    """Rules whose cue file for adverse events stands beside the definition, with this content."""

    def build(cues: str) -> SafetyRules:
        own = shutil.copy(definition.source, tmp_path / "own.yaml")
        (tmp_path / "cues").mkdir(exist_ok=True)
        (tmp_path / "cues" / f"{EVENT}.yaml").write_text(cues, encoding="utf-8")
        return SafetyRules(read_definition(Path(own)), nlp)

    return build


def note(text: str, **others: str) -> Note:
    return Note("1", {"text": text, **others})


@pytest.mark.parametrize("text", EVENTS)
def test_an_event_told_of_a_patient_on_a_product_is_found(rules: SafetyRules, text: str) -> None:
    assert rules(note(text))[EVENT]


@pytest.mark.parametrize("text", NO_EVENTS)
def test_rates_fears_devices_and_untreated_harm_are_no_events(rules: SafetyRules, text: str) -> None:
    assert rules(note(text))[EVENT] == ()


@pytest.mark.parametrize("text", IDENTIFYING)
def test_details_that_identify_a_patient_are_found(rules: SafetyRules, text: str) -> None:
    assert rules(note(text))[IDENTIFIER]


@pytest.mark.parametrize("text", HARMLESS)
def test_names_and_numbers_of_others_are_left_alone(rules: SafetyRules, text: str) -> None:
    assert rules(note(text))[IDENTIFIER] == ()


def test_every_member_that_rules_judge_is_reported(rules: SafetyRules, definition: Definition) -> None:
    judged = {name for name, member in definition.checks.items() if "rules" in member.judged_by}
    assert rules(note("Visit moved to Thursday.")) == {name: () for name in judged}


def test_every_field_is_scanned(rules: SafetyRules) -> None:
    found = rules(note("Visit moved.", next_steps=HIVES))[EVENT]
    assert [span.field for span in found] == ["next_steps"]


@pytest.mark.parametrize(
    "sent",
    [
        HIVES,
        f"<p>Hello &amp; welcome</p><ul><li>{HIVES}</li></ul>",
        "<p>Two of <b>hers</b> came&nbsp;out in <i>hives</i> after the second dose, &quot;again&quot;.</p>",
        f"😀👩‍⚕️ long day… {HIVES} 😀",
        f"Line one\r\nLine two\r\n{HIVES}\r\nBye",
        f"e\u0301cole\u0301 \u202e\u05d0 {HIVES}",
        f"bad\x00bytes\x07 {HIVES}",
    ],
)
def test_offsets_lead_into_the_field_as_it_was_sent(rules: SafetyRules, sent: str) -> None:
    (span,) = rules(note(sent))[EVENT]
    assert sent[span.start : span.end] == span.text
    assert "hives" in span.text
    assert span.text.startswith("Two of")


def test_curly_apostrophes_are_read_like_straight_ones(rules: SafetyRules) -> None:
    assert rules(note("Her husband couldn\u2019t lift the kettle after our jab."))[EVENT]


def test_a_full_stop_of_an_abbreviation_does_not_part_a_label_from_its_number(rules: SafetyRules) -> None:
    (span,) = rules(note("NHS no. 9434765919, second dose."))[IDENTIFIER]
    assert span.text == "NHS no. 9434765919"


def test_spans_are_in_reading_order_and_do_not_overlap(rules: SafetyRules) -> None:
    found = rules(note(f"{HIVES} Quiet clinic. One man on it fainted. {HIVES}"))[EVENT]
    assert len(found) == 3
    assert all(first.end <= second.start for first, second in zip(found, found[1:], strict=False))


@pytest.mark.parametrize(
    "text", ["", "   ", "\n\n", "\x00\x01", "😀" * 500, "\u202e\u05e9\u05dc\u05d5\u05dd", "<<<>>>&&&;&#0;&#xD800;", "\u0130" * 99]
)
def test_odd_text_never_raises(rules: SafetyRules, text: str) -> None:
    assert rules(note(text)) == {EVENT: (), IDENTIFIER: ()}


@pytest.mark.parametrize("piece", [f"{HIVES} ", "two of hers had hives on it ", "x", "1 ", "a@", "<p>&amp;", "0800 ", "pt "])
@pytest.mark.timeout(60)  # nothing hangs
def test_the_longest_hostile_note_is_read(rules: SafetyRules, piece: str) -> None:
    text = (piece * 32_000)[:32_000]
    assert all(text[span.start : span.end] == span.text for spans in rules(note(text)).values() for span in spans)


def test_a_cue_file_beside_the_definition_replaces_the_shipped_one(own_rules: Callable[[str], SafetyRules]) -> None:
    (span,) = own_rules(CUES)(note("Came with a dead leg after the jab. " + HIVES))[EVENT]
    assert span.text == "dead leg after the jab"


def test_within_reaches_over_sentences_as_far_as_it_says(own_rules: Callable[[str], SafetyRules]) -> None:
    find = own_rules(CUES.replace("near: {dose: 5}", "within: {dose: 8}"))
    assert find(note("A sore arm. Busy clinic. That was after the jab."))[EVENT]
    assert not find(note("A sore arm. Busy clinic. A very long talk about the rota and that was after the jab."))[EVENT]


def test_a_star_with_letters_is_any_word_that_ends_so(own_rules: Callable[[str], SafetyRules]) -> None:
    find = own_rules(CUES.replace("[after the jab]", '["(on|after) (it|*mab|*nib)"]'))
    assert find(note("A sore arm after nivolumab."))[EVENT]
    assert not find(note("A sore arm after the mabs."))[EVENT]


def test_a_regex_may_hit_where_there_is_no_word(own_rules: Callable[[str], SafetyRules]) -> None:
    (span,) = own_rules(CUES.replace("{phrases: [after the jab]}", "{regexes: ['!+']}").replace("find: hurt", "find: dose"))(note("?!!"))[
        EVENT
    ]
    assert span.text == "!!"


@pytest.mark.parametrize(
    ("old", "new", "entry", "mend"),
    [
        ("dose: 5", "dose: soon", "findings.a sore arm.near.dose", "whole number"),
        ("dose: 5", "doses: 5", "findings.a sore arm.near", "Use hurt, dose"),
        ("find: hurt, ", "", "findings.a sore arm", "Add find"),
        ("near", "close", "findings.a sore arm", "Known keys"),
        ("{part}", "{parts}", "concepts.hurt.phrases", "Known lists: part"),
        ("(sore|dead)", "(sore|dead", "concepts.hurt.phrases", "close each ("),
        ("(sore|dead)", "(sore|)", "concepts.hurt.phrases", "leave no choice empty"),
        ("phrases: [after the jab]", "regexes: ['(jab']", "concepts.dose.regexes", "Correct it"),
        ("phrases: [after the jab]", "phrases: [yes]", "concepts.dose.phrases", "quote numbers, yes, no"),
        ("phrases: [after the jab]", "phrases: ['* jab']", "concepts.dose.phrases", "begin with letters"),
        ("findings:", "findings: {", "line", "not valid YAML"),
    ],
)
def test_a_malformed_cue_file_names_file_entry_and_mend(
    own_rules: Callable[[str], SafetyRules], old: str, new: str, entry: str, mend: str
) -> None:
    with pytest.raises(DefinitionError) as raised:
        own_rules(CUES.replace(old, new))
    assert f"{EVENT}.yaml" in str(raised.value)
    assert entry in str(raised.value)
    assert mend in str(raised.value)


@pytest.mark.parametrize("content", ["", "[]", "42", "concepts: {}\nfindings: {}"])
def test_a_cue_file_without_findings_is_refused(own_rules: Callable[[str], SafetyRules], content: str) -> None:
    with pytest.raises(DefinitionError):
        own_rules(content)


def test_words_of_a_note_are_forgotten_after_its_scan(definition: Definition):
    nlp = rules_pipeline()
    rules = SafetyRules(definition, nlp)
    known = len(nlp.vocab.strings)
    for number in range(3):
        told = f"One lady on clarivumab ended up in hospital with jaundice after the third dose. Her sister Zyxw{number}qa was there."
        assert rules(note(told))["adverse_event"]
    assert len(nlp.vocab.strings) == known
