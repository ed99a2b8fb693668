"""Every kind of feed says which columns its files have; a new file is tested the moment it exists."""

import pytest

from greencredit.evidence import catalogue
from greencredit.evidence.catalogue import Form, form_of
from greencredit.kernel.catalogue import modules
from greencredit.schemas.evidence import FeedKind

NAMES = tuple(name for name, _ in modules(catalogue.__name__))


def test_every_kind_of_feed_has_a_form_and_every_form_a_kind() -> None:
    assert sorted(NAMES) == sorted(kind.value for kind in FeedKind)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_has_the_name_of_its_file_and_words_in_two_languages(name: str) -> None:
    form = form_of(name)

    assert form.kind == name
    assert all(words.zh and words.en for words in (form.title, *(column.title for column in form.columns)))


@pytest.mark.parametrize("name", NAMES)
def test_a_form_names_every_column_once(name: str) -> None:
    names = [column.name for column in form_of(name).columns]

    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("name", NAMES)
def test_a_form_asks_for_a_card_and_a_time(name: str) -> None:
    required = [column for column in form_of(name).columns if column.required]

    assert [column.name for column in required if column.name == "card_no"] == ["card_no"]
    assert [column.form for column in required if column.form is Form.TIME] == [Form.TIME]


@pytest.mark.parametrize("form", Form)
def test_every_form_says_what_is_wanted(form: Form) -> None:
    assert form.wanted.startswith(("a ", "yuan "))
