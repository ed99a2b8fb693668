"""The paper side of the story: reports of a few households and the issuer's dossier, in both languages."""

from collections.abc import Callable

from demo import facts
from greencredit.kernel.database import Database
from greencredit.kernel.settings import Settings
from greencredit.people import queries as people
from greencredit.reports import jobs
from greencredit.schemas.issuers import Issuer
from greencredit.schemas.reports import Lang

_LANGUAGES: tuple[Lang, Lang] = ("zh", "en")


def issue(database: Database, settings: Settings, issuer: Issuer, say: Callable[[str], None]) -> None:
    """Issue the reports; what was issued before is found again under the same number."""
    say("\n报告 · Reports")
    with database.reading() as session:
        cards = list(facts.PORTAL_HOUSEHOLDS)
        consumers = people.consumers_by_card(session, issuer.issuer_id, cards)
    subjects = [("consumer", consumers[card], f"示例家庭 {int(card):04d} 号") for card in cards]
    for kind, subject_id, name in [*subjects, ("issuer_filing", issuer.issuer_id, issuer.name)]:
        for lang in _LANGUAGES:
            found = jobs.issue_one(database, settings, kind, subject_id, facts.YEAR, lang)
            path = settings.data_dir / jobs.FOLDER / found.path
            say(f"   {found.number}  {lang}  {found.size_bytes // 1024:>5} KB  {name}  {path}")
