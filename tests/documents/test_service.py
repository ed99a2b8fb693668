"""Handing in, naming and finding papers: stored once, opened by nobody who only knows a digest."""

import io
from pathlib import Path
from typing import BinaryIO

import pytest
from sqlalchemy.orm import Session

from greencredit.documents import queries, service
from greencredit.documents.catalogue import upload_limits
from greencredit.documents.errors import (
    FileLost,
    FileTooLarge,
    NotHandedIn,
    TooMuchADay,
    TypeMismatch,
    UnknownDocument,
)
from greencredit.documents.rules import look_at
from greencredit.kernel.access import SignInFirst, anonymous
from greencredit.kernel.clock import now
from greencredit.schemas.documents import HandedIn, MediaType, ShelfAudit
from tests.factories.documents import (
    example_document,
    files_in,
    hand_in,
    hand_in_file,
    synthetic_pdf,
    synthetic_png,
)
from tests.factories.people import make_actor

LI = make_actor(None, account_id="acc_li")
WU = make_actor(None, account_id="acc_wu")


@pytest.mark.proves("ISS-1")
def test_the_same_bytes_are_stored_once_whoever_hands_them_in_under_whatever_name(
    session: Session, tmp_path: Path
) -> None:
    first = hand_in_file(session, LI, tmp_path, synthetic_pdf(), "执照.pdf")
    again = hand_in_file(session, LI, tmp_path, synthetic_pdf(), "另一个名字.pdf")
    other = hand_in_file(session, WU, tmp_path, synthetic_pdf(), "licence.pdf")

    assert files_in(tmp_path) == [first.digest]
    assert (again.name, other.name) == ("执照.pdf", "licence.pdf")
    assert queries.handed_in(session, "acc_wu", first.digest) == HandedIn(
        digest=first.digest,
        size_bytes=len(synthetic_pdf()),
        media_type=MediaType.PDF,
        name="licence.pdf",
        account_id="acc_wu",
        at=now(session),
    )


def test_a_stranger_hands_nothing_in(session: Session, tmp_path: Path) -> None:
    with pytest.raises(SignInFirst):
        hand_in_file(session, anonymous(now(session)), tmp_path, synthetic_pdf())

    assert files_in(tmp_path) == []


class Endless(io.RawIOBase):
    """A file that never ends, and counts what was read of it."""

    def __init__(self) -> None:
        self.read_bytes = 0

    def read(self, size: int = -1, /) -> bytes:
        """Give what is asked for; nobody may ask for everything."""
        assert size >= 0, "whoever asks for all of it waits for ever"
        self.read_bytes += size
        return b"x" * size


def test_of_a_file_of_any_size_no_more_is_read_than_the_limit_and_one_byte(session: Session, tmp_path: Path) -> None:
    endless: BinaryIO = Endless()  # type: ignore[assignment] # a raw stream reads as the buffered ones do
    largest = upload_limits().largest_bytes

    with pytest.raises(FileTooLarge) as no:
        service.receive(session, LI, tmp_path, endless, name="大.pdf", declared="application/pdf")

    assert no.value.facts == {"found": largest + 1, "wanted": largest}
    assert (endless.read_bytes, files_in(tmp_path)) == (largest + 1, [])  # type: ignore[attr-defined] # as above


def test_an_account_hands_in_so_many_files_a_day(session: Session, tmp_path: Path) -> None:
    most = upload_limits().most_files_a_day
    hand_in(session, "acc_li", *(example_document(f"示例 {number}.pdf") for number in range(most)))

    with pytest.raises(TooMuchADay) as no:
        hand_in_file(session, LI, tmp_path, synthetic_png(), "一份.png")

    assert no.value.facts == {"what": "files", "found": most + 1, "wanted": most}
    assert files_in(tmp_path) == []
    assert hand_in_file(session, WU, tmp_path, synthetic_png(), "一份.png").media_type == "image/png"


def test_an_account_hands_in_so_many_bytes_a_day(session: Session) -> None:
    limits = upload_limits()
    content = b"\xff\xd8\xff" + b"\0" * (limits.largest_bytes - 5) + b"\xff\xd9"
    whole = look_at(content, name="a.jpg", declared="", largest_bytes=limits.largest_bytes)
    many = limits.most_bytes_a_day // whole.size_bytes
    for number in range(many):
        service.hand_in(session, LI, whole._replace(digest=f"{number:064x}"))

    with pytest.raises(TooMuchADay) as no:
        service.hand_in(session, LI, whole._replace(digest="f" * 64))

    assert no.value.facts == {"what": "bytes", "found": whole.size_bytes * (many + 1), "wanted": 524_288_000}


@pytest.mark.proves("ISS-1")
def test_knowing_a_digest_opens_nothing(session: Session, tmp_path: Path) -> None:
    paper = hand_in_file(session, LI, tmp_path, synthetic_pdf())
    service.attach(session, LI, "iss_li", [paper])

    with pytest.raises(NotHandedIn) as no:
        service.attach(session, WU, "iss_wu", [paper, "0" * 64])

    assert no.value.facts == {"found": [paper.digest, "0" * 64], "wanted": []}
    assert (queries.kept_at(session, "iss_wu"), len(queries.kept_at(session, "iss_li"))) == ([], 1)


def test_what_belongs_to_a_place_may_be_named_again_there_by_others(session: Session, tmp_path: Path) -> None:
    paper = hand_in_file(session, LI, tmp_path, synthetic_pdf())
    service.attach(session, LI, "iss_li", [paper, None])

    service.attach(session, WU, "iss_li", [paper.digest])

    (kept,) = queries.kept_at(session, "iss_li")
    assert kept == queries.kept(session, "iss_li", paper.digest)


def test_an_order_that_calls_a_file_something_else_is_refused(session: Session, tmp_path: Path) -> None:
    paper = hand_in_file(session, LI, tmp_path, synthetic_pdf())

    with pytest.raises(TypeMismatch) as no:
        service.attach(session, LI, "iss_li", [paper.model_copy(update={"media_type": "image/png"})])

    assert no.value.facts == {"where": "order", "found": "image/png", "wanted": "application/pdf"}
    assert queries.kept_at(session, "iss_li") == []


def test_a_file_that_is_lost_or_altered_is_found_by_the_audit(session: Session, tmp_path: Path) -> None:
    lost = hand_in_file(session, LI, tmp_path, synthetic_pdf("甲"))
    altered = hand_in_file(session, LI, tmp_path, synthetic_pdf("乙"))
    whole = hand_in_file(session, LI, tmp_path, synthetic_pdf("丙"))
    service.attach(session, LI, "iss_li", [lost, whole])
    assert queries.audit(session, tmp_path) == ShelfAudit(looked_at=3, lost=(), altered=(), strange=())

    queries.path_of(tmp_path, lost.digest).unlink()
    queries.path_of(tmp_path, altered.digest).write_bytes(b"%PDF-1.7 forged %%EOF")
    (tmp_path / "ab").mkdir(exist_ok=True)
    (tmp_path / "ab" / "abcd.1.part").write_bytes(b"cut off")

    found = queries.audit(session, tmp_path)
    assert found == ShelfAudit(looked_at=3, lost=(lost.digest,), altered=(altered.digest,), strange=("abcd.1.part",))
    assert not found.holds
    with pytest.raises(FileLost):
        queries.file_of(tmp_path, queries.kept(session, "iss_li", lost.digest))
    with pytest.raises(UnknownDocument):
        queries.kept(session, "iss_li", altered.digest)
