"""Which texts a scheme has, and by which paths they are named."""

from greencredit.issuers import rules
from tests.issuers.rules.test_checks import advertised


def test_texts_and_paths_of_a_scheme_are_named_as_people_write_them() -> None:
    scheme = advertised("示例")

    assert {"marketing[0].text.zh", "redemption_terms[0].en", "guarantee.bank"} <= {
        one.path for one in rules.texts_of(scheme)
    }
    assert {"guarantee", "guarantee.bank", "rules[0].title.zh", "marketing[0]"} <= rules.paths_of(scheme)
    assert "rules[1]" not in rules.paths_of(scheme)
