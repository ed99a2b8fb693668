"""What is open to everybody: the front page, the register, verification, error codes, and pages instead of problems."""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from starlette.testclient import TestClient

from greencredit.kernel.database import Database
from greencredit.kernel.errors import every_refusal
from greencredit.reports import rules
from greencredit.schemas.issuers import LifeState
from tests.factories.issuers import make_issuer
from tests.factories.reports import consumer_report
from tests.factories.web import make_filed_issuer, make_pdf, make_report

NEVER_ISSUED = rules.number_of("0" * 64, "zh", 2026)


def _facts(content: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return pdf.attachments["report.json"].get_file().read_bytes()


def test_the_front_page_says_what_this_is_and_that_the_data_are_a_demonstration(
    shared: Database, browser: TestClient
) -> None:
    make_filed_issuer(shared)

    page = browser.get("/")

    assert page.status_code == 200
    assert "都查得到来处" in page.text
    assert "演示数据" in page.text
    assert 'href="/verify"' in page.text


@pytest.mark.proves("SUP-5", "UX-1")
def test_the_register_shows_who_was_filed_and_hides_who_never_was(shared: Database, browser: TestClient) -> None:
    with shared.writing() as session:
        make_issuer(session, name="示例已备案零售")
        make_issuer(session, LifeState.SUSPENDED, number=2, name="示例已暂停零售")
        make_issuer(session, LifeState.ASSESSED, number=3, name="示例未备案零售")

    page = browser.get("/register").text

    assert ("示例已备案零售" in page, "示例已暂停零售" in page, "示例未备案零售" in page) == (True, True, False)
    assert ("正常发行" in page, "暂停发行" in page) == (True, True)


@pytest.mark.proves("SUP-5")
def test_the_register_is_searched_by_name_code_and_filing_number(shared: Database, browser: TestClient) -> None:
    with shared.writing() as session:
        one = make_issuer(session, name="示例东方零售")
        make_issuer(session, number=2, name="示例西方零售")

    found = [browser.get("/register", params={"q": wanted}).text for wanted in ("东方", one.code.lower(), "没有这家")]

    assert [("示例东方零售" in page, "示例西方零售" in page) for page in found] == [
        (True, False),
        (True, False),
        (False, False),
    ]
    assert "没有相符的发行主体" in found[2]


@pytest.mark.proves("SUP-5")
def test_an_issuer_s_page_words_certificate_and_standards_with_care(shared: Database, browser: TestClient) -> None:
    issuer = make_filed_issuer(shared)

    page = browser.get(f"/register/{issuer.issuer_id}").text

    assert ('class="serif">信用评价</h2>' in page, "编号待核实" in page) == (True, True)
    assert ("终身有效" in page, "每 100 分抵 ¥1.00" in page, issuer.code in page) == (True, True, True)
    assert "只扣回尚未使用的部分；已经用掉的不追回，也不欠" in page
    assert "积分终身有效，什么时候退回都按原条款使用" in page
    assert [title in page for title in ("主体登记", "准予备案", "开始发行")] == [True, True, True]


def test_whoever_was_never_filed_has_no_page(shared: Database, browser: TestClient) -> None:
    with shared.writing() as session:
        hidden = make_issuer(session, LifeState.ASSESSED)

    answer = browser.get(f"/register/{hidden.issuer_id}")

    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert hidden.name not in answer.text


def test_a_number_that_is_typed_in_leads_to_its_page(browser: TestClient) -> None:
    answer = browser.get("/verify", params={"number": " gc 26/x<y "})

    assert (answer.status_code, answer.headers["location"]) == (303, "/verify/gc%2026%20x%3Cy")


@pytest.mark.proves("UX-1", "REP-9")
def test_a_number_on_file_tells_what_was_issued_and_nothing_of_the_person(
    shared: Database, tmp_path: Path, browser: TestClient
) -> None:
    with shared.writing() as session:
        issued = make_report(session, tmp_path, "con_example")

    page = browser.get(f"/verify/{issued.number.lower()}")

    assert page.status_code == 200
    assert ("登记在案" in page.text, issued.facts_sha256 in page.text) == (True, True)
    assert "2026 年 3 月 2 日 12:00" in page.text
    assert (consumer_report(4).holder.name in page.text, "con_example" in page.text) == (False, False)
    assert "没有查什么" in page.text


@pytest.mark.proves("UX-1")
def test_a_printed_digest_is_compared_without_a_script(shared: Database, tmp_path: Path, browser: TestClient) -> None:
    with shared.writing() as session:
        issued = make_report(session, tmp_path, "con_example")

    agrees, differs, unreadable = (
        browser.get(f"/verify/{issued.number}", params={"digest": digest}).text
        for digest in (f" {issued.facts_sha256.upper()} ", "0" * 64, "12345678")
    )

    assert (">一致</h2>" in agrees, "与登记的摘要一致。" in agrees) == (True, True)
    assert (">不一致</h2>" in differs, "您手里的不是这份报告" in differs) == (True, True)
    assert (">登记在案</h2>" in unreadable, "收到 8 位，没有比较" in unreadable) == (True, True)


@pytest.mark.parametrize(
    ("number", "said"), [(NEVER_ISSUED, "查无此编号"), ("GC-26-000000-000000-01", "编号有误"), ("<b>", "编号有误")]
)
def test_a_number_that_was_never_issued_is_said_to_be_so(browser: TestClient, number: str, said: str) -> None:
    answer = browser.get(f"/verify/{number}")

    assert (answer.status_code, said in answer.text, "<b>" in answer.text) == (404, True, False)


@pytest.mark.proves("UX-1", "REP-9")
def test_the_issued_file_and_its_data_are_recognised(shared: Database, tmp_path: Path, browser: TestClient) -> None:
    with shared.writing() as session:
        issued = make_report(session, tmp_path, "con_example", lang="en")
    content = (tmp_path / "reports" / issued.path).read_bytes()

    whole = browser.post("/verify", files={"file": ("report.pdf", content)})
    data = browser.post("/verify", files={"file": ("report.json", _facts(content))}, data={"number": issued.number})

    assert (whole.status_code, issued.number in whole.text) == (200, True)
    assert ("与签发的文件逐字节相同" in whole.text, "每一个数字都与签发时相同" in whole.text) == (True, True)
    assert ("每一个数字都与签发时相同" in data.text, "版面是否被改动无从核对" in data.text) == (True, True)


@pytest.mark.proves("REP-9")
def test_a_changed_figure_is_found_out(shared: Database, tmp_path: Path, browser: TestClient) -> None:
    with shared.writing() as session:
        issued = make_report(session, tmp_path, "con_example")
    facts = _facts((tmp_path / "reports" / issued.path).read_bytes())
    changed = facts.replace(b'"credits":', b'"credits": ', 1)

    with_number = browser.post("/verify", files={"file": ("report.json", changed)}, data={"number": issued.number})
    without = browser.post("/verify", files={"file": ("report.json", changed)})

    assert (with_number.status_code, "重新计算的摘要与登记的不一致" in with_number.text) == (200, True)
    assert (without.status_code, "与本平台签发的任何报告都不一致" in without.text) == (404, True)


@pytest.mark.proves("REP-9")
def test_a_redrawn_page_around_true_data_is_found_out(shared: Database, tmp_path: Path, browser: TestClient) -> None:
    with shared.writing() as session:
        issued = make_report(session, tmp_path, "con_example")
    facts = _facts((tmp_path / "reports" / issued.path).read_bytes())
    redrawn = make_pdf({"report.json": facts, "another.txt": b"x"})

    answer = browser.post("/verify", files={"file": ("report.pdf", redrawn)})

    assert answer.status_code == 200
    assert ("与签发时的文件不同" in answer.text, ">不一致</h2>" in answer.text) == (True, True)


def _bomb() -> bytes:
    """Give a small PDF whose attached facts unfold to 200 million bytes."""
    written = io.BytesIO()
    with pikepdf.open(io.BytesIO(make_pdf({"report.json": b"{}"}))) as pdf:
        embedded = pdf.attachments["report.json"].get_file().obj
        embedded.write(zlib.compress(b"0" * 200_000_000, 9), filter=pikepdf.Name.FlateDecode)
        pdf.save(written)
    return written.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"facts": {"as_of": 7}}',
        b"\xff\xfe\x00",
        b"%PDF-1.7 and nothing else",
        make_pdf({}),
    ],
)
def test_a_file_that_is_no_report_is_said_to_be_none(browser: TestClient, content: bytes) -> None:
    answer = browser.post("/verify", files={"file": ("whatever", content)})

    assert answer.status_code == 404
    assert "没有本平台报告的数据附件" in answer.text


def test_a_file_that_unfolds_without_end_is_not_unfolded(browser: TestClient) -> None:
    answer = browser.post("/verify", files={"file": ("report.pdf", _bomb())})

    assert answer.status_code == 404
    assert "没有本平台报告的数据附件" in answer.text


def test_a_file_larger_than_any_report_is_refused(browser: TestClient) -> None:
    answer = browser.post("/verify", files={"file": ("report.pdf", b"0" * 20_000_001)})

    assert answer.status_code == 413
    assert "web.upload_too_large" in answer.text


def test_a_file_of_500_megabytes_is_refused_before_it_is_read(browser: TestClient) -> None:
    def unread() -> Iterator[bytes]:
        for _ in range(500):
            yield bytes(1_000_000)

    headers = {"content-length": "500000000", "content-type": "multipart/form-data; boundary=x"}

    answer = browser.post("/verify", content=unread(), headers=headers)

    assert (answer.status_code, "app.body_too_large" in answer.text) == (413, True)


def test_every_refusal_has_its_place_on_the_page_of_errors(browser: TestClient) -> None:
    page = browser.get("/errors").text

    assert [kind.code for kind in every_refusal() if f'id="{kind.code}"' not in page] == []


def test_a_person_gets_a_page_and_a_program_gets_problem_details(browser: TestClient) -> None:
    person = browser.get("/nowhere")
    program = browser.get("/nowhere", headers={"accept": "application/json"})

    assert (person.status_code, person.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到" in person.text
    assert (program.status_code, program.headers["content-type"]) == (404, "application/problem+json")


def test_a_fault_of_ours_is_told_without_its_details(browser: TestClient, shared: Database) -> None:
    browser.app.state.measures = None  # type: ignore[attr-defined] # whatever breaks, the page must not need it
    with shared.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE issuers_issuer RENAME TO gone")

    answer = browser.get("/register")

    assert answer.status_code >= 500
    assert ("gone" in answer.text, "Traceback" in answer.text, "请求" in answer.text) == (False, False, True)
