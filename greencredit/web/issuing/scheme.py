"""A scheme as people read it: field by field, with titles, sums in yuan and dates instead of JSON."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from greencredit.issuers.rules.fields import TITLES
from greencredit.reports.rules.figures import rate_words
from greencredit.schemas.awards import EarningRule
from greencredit.schemas.consoles import Field, SchemeRow
from greencredit.schemas.issuers import Filing, Scheme
from greencredit.schemas.values import Words
from greencredit.web import register, wording
from greencredit.web.issuing import answers as answering
from greencredit.web.issuing import asked, spoken


def rows(filing: Filing, *, to_judge: bool) -> tuple[SchemeRow, ...]:
    """Give every field that says something, with what was objected, and a place to object where that is wanted."""
    return tuple(_rows(filing, to_judge=to_judge))


def _rows(filing: Filing, *, to_judge: bool) -> Iterator[SchemeRow]:
    for path, title in TITLES.items():
        value = _value(filing.scheme, path)
        if value is None:
            continue
        said = tuple(
            one.reason
            for opinion in filing.opinions
            for one in opinion.fields
            if one.path == path or one.path.startswith((f"{path}.", f"{path}["))
        )
        label = Words(zh=f"{title.zh}：不符之处", en=f"{title.en}: what is wrong")
        field = Field(name=f"field.{path}", label=label, required=False, wide=True) if to_judge else None
        yield SchemeRow(path=path, title=spoken.titled(title), value=value, reasons=said, field=field)


def _value(scheme: Scheme, path: str) -> Words | None:
    """Write the value of one field; what says nothing is left out."""
    if path in _WRITERS:
        return _WRITERS[path](scheme)
    found: object = scheme.model_dump(mode="json")
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    question, _ = answering.find(Scheme, path, {})
    if question is None or found in (None, [], {}, 0, ""):
        return None
    return spoken.said(question, found)


def _lines(texts: Iterator[Words]) -> Words | None:
    return spoken.joined(texts, "\n", "\n")


def _title_of_rule(rule: EarningRule) -> Words:
    rate = rate_words(rule)
    return Words(
        zh=f"{rule.title.zh}（第 {rule.version} 版，自 {wording.day(rule.since, 'zh')}）：{rate.zh}",
        en=f"{rule.title.en} (version {rule.version}, from {wording.day(rule.since, 'en')}): {rate.en}",
    )


_THE_ISSUER: Final = Words(zh="发行主体", en="The issuer")
_WRITERS: Final[Mapping[str, Callable[[Scheme], Words | None]]] = {
    "title": lambda one: one.title,
    "region": lambda one: asked.region(one.region),
    "face_value_fen_per_100_credits": lambda one: register.face_value(one.face_value_fen_per_100_credits),
    "monthly_cap_credits": lambda one: wording.credits_(one.monthly_cap_credits),
    "funding": lambda one: _THE_ISSUER if one.funding == "issuer" else _plain(one.funding),
    "validity.months": lambda one: one.validity.title,
    "upgrade_promise": lambda one: one.upgrade_promise,
    "guarantee.amount_fen": lambda one: _plain(wording.yuan(one.guarantee.amount_fen)),
    "guarantee.custody_kind": lambda one: one.guarantee.custody_kind.words,
    "guarantee.coverage_basis_points": lambda one: _plain(register.percent(one.guarantee.coverage_basis_points)),
    "guarantee.document": lambda one: _plain(one.guarantee.document.name) if one.guarantee.document else None,
    "redemption_terms": lambda one: _lines(iter(one.redemption_terms)),
    "compensations": lambda one: _lines(
        Words(zh=f"{each.occasion.zh}：{each.percent}%", en=f"{each.occasion.en}: {each.percent}%")
        for each in one.compensations
    ),
    "clawback": lambda one: one.clawback.title,
    "refund_grace_days": lambda one: one.refund_title,
    "standards": lambda one: _lines(
        Words(
            zh=f"{each.title}（{each.publisher}）{each.number_title.zh}",
            en=f"{each.title} ({each.publisher}) {each.number_title.en}",
        )
        for each in one.standards
    ),
    "particulars": lambda one: _lines(each.text for each in one.particulars),
    "rules": lambda one: _lines(_title_of_rule(rule) for rule in one.rules),
    "promotions": lambda one: _lines(each.title for each in one.promotions),
    "existing_credits": lambda one: one.existing_credits.words,
    "enterprise": lambda one: one.enterprise.title if one.enterprise else None,
    "marketing": lambda one: _lines(
        Words(zh=f"{each.place}：{each.text.zh}", en=f"{each.place}: {each.text.en}") for each in one.marketing
    ),
}


def _plain(text: str) -> Words:
    return Words(zh=text, en=text)
