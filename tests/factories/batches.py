"""Batches for tests: people in numbers, and a press that prints in no time."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.people import service as people
from greencredit.reports import rules
from greencredit.reports.service import Drawing, Press
from greencredit.schemas.people import NewConsumer
from greencredit.schemas.reports import Lang, ReportFacts
from greencredit.schemas.reports.batches import NewBatch, Population
from greencredit.schemas.values import Period

YEAR: Final = Period(since=date(2026, 1, 1), until=date(2027, 1, 1))


def make_people(session: Session, count: int) -> list[str]:
    """Register so many consumers; in the order of their ids."""
    return sorted(
        people.register_consumer(session, NewConsumer(display_name=f"示例居民{number}")).id for number in range(count)
    )


def new_batch(population: Population = Population.EVERYONE, **wanted: object) -> NewBatch:
    """Give an order."""
    given = {"kind": "consumer", "period": YEAR, "population": population, "key": "示例批次"}
    return NewBatch.model_validate(given | wanted)


def tiny_press(
    database: Database, settings: Settings, kind: str, reports: Sequence[ReportFacts], lang: Lang
) -> Callable[[ReportFacts], Drawing]:
    """Draw reports as a line of text each: what becomes of a batch is independent of the press."""
    del database, reports

    def draw(record: ReportFacts) -> Drawing:
        imprint = rules.Imprint(kind, record, lang)
        return Drawing(
            number=imprint.number,
            kind=kind,
            lang=lang,
            subject_id=record.subject_id,
            period=record.period,
            facts_sha256=imprint.digest,
            media_type="application/pdf",
            renderer="tiny press",
            content=json.dumps({"number": imprint.number, "at": settings.public_url}).encode(),
        )

    return draw


def press_that(does: Callable[[ReportFacts], None]) -> Press:
    """Give a press that does something before it draws a report: end, fail, wait."""

    def press(
        database: Database, settings: Settings, kind: str, reports: Sequence[ReportFacts], lang: Lang
    ) -> Callable[[ReportFacts], Drawing]:
        draw = tiny_press(database, settings, kind, reports, lang)

        def after(record: ReportFacts) -> Drawing:
            does(record)
            return draw(record)

        return after

    return press


def numbers_of(lines: Iterable[bytes]) -> list[str]:
    """Give the numbers on a manifest, its first line left out."""
    return [json.loads(line)["number"] for line in list(lines)[1:]]
