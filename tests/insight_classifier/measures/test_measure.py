from insight_classifier.definition import Definition
from insight_classifier.measures.declared_reader import shipped_measures
from insight_classifier.measures.measure import Declared, measures_of
from insight_classifier.rule import parse


def test_the_label_every_check_level_and_option_is_a_measure(support_call: Definition):
    names = [measure.name for measure in measures_of(support_call)]
    assert names[0] == support_call.label.met
    for dimension in support_call.dimensions:
        for member in dimension.names:
            assert (member if dimension.kind == "checks" else f"{dimension.name}.{member}") in names
    assert [f"{d.name}.mean" in names for d in support_call.of_kind("scale")] == [True]


def test_names_are_told_apart(definition: Definition):
    names = [measure.name for measure in measures_of(definition, shipped_measures(definition).measures)]
    assert len(names) == len(set(names))


def test_what_is_declared_is_measured_among_what_it_names(support_call: Definition):
    declared = Declared("gap", "Gap", "How many?", "Caveat.", parse("not fix_confirmed"), parse("cause_named"))
    found = next(measure for measure in measures_of(support_call, [declared]) if measure.name == "gap")
    assert found.among is not None
    assert found.caveat == "Caveat."


def test_every_question_says_documented_and_none_tells_of_deeds(definition: Definition):
    for measure in measures_of(definition, shipped_measures(definition).measures):
        assert "document" in measure.question
        assert " did " not in f"{measure.title} {measure.question}"
