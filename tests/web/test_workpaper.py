"""What somebody is still writing is his alone, whole, and survives whoever writes beside him."""

import threading
from pathlib import Path

import pytest

from greencredit.kernel.settings import Settings
from greencredit.web.issuing import workpaper
from tests.conftest import NOON


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Keep papers in a folder of the test's own."""
    return Settings(data_dir=tmp_path)


@pytest.mark.proves("ISS-4")
def test_two_people_who_write_for_one_issuer_have_a_paper_each(settings: Settings) -> None:
    for account in ("acc_one", "acc_two"):
        workpaper.keep(settings, "iss_a", account, {"title.zh": account}, reason="示例", at=NOON)
    workpaper.drop(settings, "iss_a", "acc_one")

    assert workpaper.kept(settings, "iss_a", "acc_one") is None
    assert workpaper.kept(settings, "iss_a", "acc_two") == workpaper.Workpaper({"title.zh": "acc_two"}, "示例", NOON)


@pytest.mark.proves("ISS-4")
def test_two_windows_of_one_person_leave_one_of_their_papers_whole(settings: Settings) -> None:
    answers = [{f"field.{number}": f"{window}" * 2_000 for number in range(20)} for window in range(2)]
    faults: list[object] = []

    def write(window: int) -> None:
        for _ in range(40):
            workpaper.keep(settings, "iss_a", "acc_one", answers[window], reason="示例", at=NOON)

    def read() -> None:
        for _ in range(200):
            found = workpaper.kept(settings, "iss_a", "acc_one")
            if found is not None and found.answers not in answers:
                faults.append(found)

    threads = [threading.Thread(target=write, args=(window,)) for window in range(2)]
    threads.append(threading.Thread(target=read))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    last = workpaper.kept(settings, "iss_a", "acc_one")
    assert faults == []
    assert last is not None
    assert last.answers in answers
    assert [path.name for path in (settings.data_dir / workpaper.FOLDER / "iss_a").iterdir()] == ["acc_one.json"]


def test_what_a_crash_left_half_written_is_not_read(settings: Settings) -> None:
    workpaper.keep(settings, "iss_a", "acc_one", {"title.zh": "示例"}, reason="示例", at=NOON)
    (settings.data_dir / workpaper.FOLDER / "iss_a" / ".half.json").write_text('{"answers": {"ti', "utf-8")

    found = workpaper.kept(settings, "iss_a", "acc_one")

    assert found is not None
    assert found.answers == {"title.zh": "示例"}
