"""Every kind of source says what its records hold; a new file is tested the moment it exists."""

import pytest

from greencredit.evidence import rules
from greencredit.evidence.catalogue import Form, Ground, form_of, forms
from greencredit.evidence.catalogue.monitors import Behaviour, monitors
from greencredit.evidence.errors import NoSuchKind

NAMES = tuple(forms())


def test_a_kind_that_is_no_file_of_the_catalogue_is_refused_with_those_there_are() -> None:
    with pytest.raises(NoSuchKind) as no:
        form_of("telepathy")

    assert (no.value.code, no.value.facts["wanted"]) == ("evidence.no_such_kind", sorted(NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_a_form_has_the_name_of_its_file_and_words_in_two_languages(name: str) -> None:
    form = form_of(name)

    assert form.kind == name
    assert all(words.zh and words.en for words in (form.title, form.explains, *(one.title for one in form.columns)))


@pytest.mark.parametrize("name", NAMES)
def test_a_form_names_every_column_once(name: str) -> None:
    names = [column.name for column in form_of(name).columns]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", NAMES)
def test_what_earns_asks_for_one_card_and_every_record_for_a_time(name: str) -> None:
    form = form_of(name)
    cards = [column.name for column in form.columns if column.form is Form.CARD and column.required]
    times = [column.name for column in form.columns if column.form is Form.TIME and column.required]

    assert len(cards) == (0 if form.ground is Ground.REFUND else 1)
    assert times[0] == form.times


@pytest.mark.parametrize("name", NAMES)
def test_an_example_holds_every_required_column_and_no_other(name: str) -> None:
    form = form_of(name)
    required = {column.name for column in form.columns if column.required}

    assert required - set(form.example) == set()
    assert set(form.example) - {column.name for column in form.columns} == set()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.proves("ACT-5")
def test_no_source_asks_for_a_place_or_a_full_card_number(name: str) -> None:
    form = form_of(name)

    assert rules.places_in(column.name for column in form.columns) == []
    assert [value for value in form.example.values() if rules.full_card_number(value)] == []


@pytest.mark.parametrize("form", Form)
def test_every_form_says_what_is_wanted(form: Form) -> None:
    assert form.wanted.startswith(("a ", "an ", "yuan "))


@pytest.mark.parametrize("name", tuple(monitors()))
def test_a_monitor_has_the_name_of_its_file_and_nothing_to_say_of_nothing(name: str) -> None:
    monitor, thresholds = monitors()[name]

    assert monitor.name == name
    assert all(words.zh and words.en for words in (monitor.title, monitor.explains))
    assert monitor.look(Behaviour((), {}), thresholds) is None
