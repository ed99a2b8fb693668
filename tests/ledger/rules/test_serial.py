"""Serials as text: whatever is written is read back, and what was mistyped is noticed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greencredit.ledger.errors import NotASerial
from greencredit.ledger.rules import serial as serials
from greencredit.ledger.rules.serial import Serial

_serials = st.builds(
    Serial,
    series=st.integers(min_value=1, max_value=2**24 - 1),
    month=st.builds(lambda year, month: year * 100 + month, st.integers(2000, 9999), st.integers(1, 12)),
    number=st.integers(min_value=1, max_value=2**53 - 1),
)


def test_a_serial_names_series_month_and_credit_with_two_check_digits() -> None:
    written = str(Serial(17, 202603, 42))

    assert written == "GCS-0017-202603-000000042-23"
    # ISO 7064 MOD 97-10: letters count from 10, and the whole number leaves 1 when divided by 97.
    assert int("161228" + "0017" + "202603" + "000000042" + "23") % 97 == 1


@pytest.mark.proves("LED-4")
@given(_serials)
def test_whatever_is_written_is_read_back(serial: Serial) -> None:
    assert serials.read(str(serial)) == serial
    assert serials.read(f" {str(serial).lower().replace('-', '－')} ") == serial


@pytest.mark.proves("LED-4")
@given(_serials, st.data())
def test_one_wrong_digit_or_two_swapped_ones_are_always_noticed(serial: Serial, data: st.DataObject) -> None:
    written = str(serial)
    places = [place for place, character in enumerate(written) if character.isdigit()]
    place = data.draw(st.sampled_from(places))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != written[place]]))
    mistyped = [written[:place] + other + written[place + 1 :]]
    following = place + 1
    if following < len(written) and written[following].isdigit() and written[following] != written[place]:
        mistyped.append(written[:place] + written[following] + written[place] + written[following + 1 :])

    for text in mistyped:
        with pytest.raises(NotASerial):
            serials.read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "GCS-0017-202603-000000042",
        "GCS-0017-202613-000000042-23",
        "GCS-0017-202603-NaN-23",
        "SN-BLK-DEMO-D-NaN-NaN-undefined",
        "GCS-0017-202603-000000042-24",
        "GCS-00017-202603-000000042-23",
        "GCS-0017-202603-0000000042-23",
        "GCS-0000-202603-000000042-00",
    ],
)
def test_what_is_no_serial_is_refused_with_what_was_found(text: str) -> None:
    with pytest.raises(NotASerial) as no:
        serials.read(text)

    assert (no.value.code, no.value.facts) == ("ledger.not_a_serial", {"found": text})


def test_a_serial_that_could_not_be_read_back_is_never_written() -> None:
    for impossible in (Serial(0, 202603, 1), Serial(2**24, 202603, 1), Serial(1, 202603, 0), Serial(1, 202603, 2**53)):
        with pytest.raises(AssertionError):
            str(impossible)
