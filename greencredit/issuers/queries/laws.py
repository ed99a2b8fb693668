"""What reports may cite: articles that somebody read and that are in force."""

from datetime import date

from greencredit.issuers.catalogue.laws import laws
from greencredit.schemas.issuers import LawStatus, LegalCitation


def legal_basis(kind: str, on: date) -> tuple[LegalCitation, ...]:
    """Give the articles that a kind of report cites on a day, the newest instrument first.

    What was only recalled or read in summaries is left out, and so is what is not known to be in force on that day.
    """
    holding = [law for law in laws().values() if law.status is LawStatus.VERIFIED and law.holds(on)]
    holding.sort(key=lambda law: (law.in_force_since, law.name), reverse=True)
    return tuple(
        LegalCitation(
            law=law.title,
            body=law.body,
            article=article.title,
            in_force_since=law.in_force_since,
            text_of=law.text_of,
            says=article.says,
            quote=article.quote,
        )
        for law in holding
        for article in law.article
        if kind in article.cited_in and law.in_force_since is not None and article.says is not None
    )
