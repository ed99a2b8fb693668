"""What differs between two versions of a scheme, and what each difference would mean for credits already earned.

What a machine can't show to be no worse is classed as worse: unclear terms are read against whoever wrote them
(《民法典》第四百九十八条), and a worse term never reaches credits that were earned before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from greencredit.issuers.rules.fields import TITLES
from greencredit.issuers.rules.sections import document_of
from greencredit.schemas.issuers import Change, Effect, ExistingCredits, Grade, Scheme
from greencredit.schemas.values import Words

_B: Final = Effect.BETTER
_N: Final = Effect.NEUTRAL
_W: Final = Effect.WORSE

Judgement = tuple[Effect, Words]
_Judge = Callable[[Any, Any], Judgement]

_FUTURE: Final = Words(
    zh="只影响以后获得的积分，不影响已获得的积分", en="Touches credits yet to be earned, none earned before"
)
_NO_EFFECT: Final = Words(zh="不改变持有人的权利", en="Changes no right of a holder")
_TEXT: Final = Words(
    zh="文字变更无法由程序判定为无损，按不利处理",
    en="A program can't show that changed words are no worse, so they are taken as worse",
)
_MORE: Final = Words(zh="对持有人的承诺增加", en="More is promised to holders")
_LESS: Final = Words(zh="对持有人的承诺减少", en="Less is promised to holders")
_GONE: Final = Words(zh="原有承诺被取消", en="What was promised is taken away")


def _neutral(_before: Any, _after: Any) -> Judgement:  # noqa: ANN401 - any JSON value
    return _N, _NO_EFFECT


def _future(_before: Any, _after: Any) -> Judgement:  # noqa: ANN401
    return _N, _FUTURE


def _more_is_better(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge a figure or a promise of which holders want more; none is the least."""
    if before is None or (after is not None and after > before):
        return _B, _MORE
    return _W, _LESS


def _less_is_better(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge a figure of which holders want less; none is the least."""
    if after is None or (before is not None and after < before):
        return _B, _MORE
    return _W, _LESS


def _longer_is_better(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge a validity: none is for life."""
    if after is None or (before is not None and after > before):
        return _B, Words(zh="有效期延长", en="Credits live longer")
    return _W, Words(zh="有效期缩短", en="Credits live shorter")


def _higher_grade_is_better(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge a least credit grade: a stricter one protects whoever holds credits; none is the platform's own."""
    if before is None or (after is not None and Grade(after).reaches(Grade(before))):
        return _B, _MORE
    return _W, _LESS


def _words(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge words of a promise: new ones are more, missing ones less, changed ones can't be judged."""
    if before is None:
        return _B, _MORE
    return (_W, _GONE) if after is None else (_W, _TEXT)


def _restriction(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge words that may give or take: only their going is known to take nothing when nothing else is known."""
    del before, after
    return _W, _TEXT


def _wanted_true(_before: Any, after: Any) -> Judgement:  # noqa: ANN401
    return (_B, _MORE) if after else (_W, _LESS)


def _fewer(before: Any, _after: Any) -> Judgement:  # noqa: ANN401
    """Judge an entry of a list of which holders want few."""
    return (_W, _LESS) if before is None else (_B, _MORE)


def _kept(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge an entry of a list that costs nobody anything when it comes and takes something when it goes."""
    return (_N, _NO_EFFECT) if before is None else (_W, _GONE if after is None else _TEXT)


def _existing(_before: Any, after: Any) -> Judgement:  # noqa: ANN401
    if after == ExistingCredits.TAKE_NEW_TERMS.value:
        return _W, Words(zh="已发放积分将失去原条款", en="Credits already issued would lose their terms")
    if after == ExistingCredits.BETTER_OF_BOTH.value:
        return _B, _MORE
    return _N, _NO_EFFECT


def _clawback(before: Any, after: Any) -> Judgement:  # noqa: ANN401
    """Judge a cap on what a holder can owe; none: nobody owes anything."""
    return _less_is_better(before["cap_credits"], after["cap_credits"])


class _Listed(NamedTuple):
    """A list whose entries are told apart by a key; `within` judges what changes inside an entry."""

    key: Callable[[Any], str]
    whole: _Judge
    within: Mapping[str, _Judge] = MappingProxyType({})


def _by(name: str) -> Callable[[Any], str]:
    return lambda entry: str(entry[name]["zh"] if isinstance(entry[name], dict) else entry[name])


def _itself(entry: Any) -> str:  # noqa: ANN401
    return str(entry["zh"] if isinstance(entry, dict) else entry)


def _rule_key(entry: Any) -> str:  # noqa: ANN401
    return f"{entry['name']}@{entry['version']}"


_JUDGES: Final[Mapping[str, _Judge | _Listed]] = MappingProxyType(
    {
        "title": _neutral,
        "region": _neutral,
        "face_value_fen_per_100_credits": _more_is_better,
        "monthly_cap_credits": _future,
        "funding": _neutral,
        "validity.months": _longer_is_better,
        "upgrade_promise": _words,
        "guarantee.amount_fen": _more_is_better,
        "guarantee.bank": _neutral,
        "guarantee.custody_kind": _restriction,
        "guarantee.coverage_basis_points": _more_is_better,
        "guarantee.document": _neutral,
        "redemption_terms": _Listed(_itself, _restriction),
        "compensations": _Listed(_by("occasion"), _words, {"percent": _more_is_better}),
        "clawback": _clawback,
        "refund_grace_days": _more_is_better,
        "complaints.phone": _neutral,
        "complaints.address": _neutral,
        "complaints.answer_days": _less_is_better,
        "standards": _Listed(_by("title"), _kept, dict.fromkeys(("number", "verified", "evidence_url"), _neutral)),
        "particulars": _Listed(_by("name"), _kept),
        "rules": _Listed(_rule_key, _future),
        "groups": _Listed(_by("name"), _future),
        "caps": _future,
        "funders": _Listed(_by("name"), _future),
        "fundings": _Listed(_by("name"), _future),
        "promotions": _Listed(_by("name"), _future),
        "notices.change_days": _more_is_better,
        "notices.closing_days": _more_is_better,
        "notices.channels": _Listed(_itself, _words),
        "existing_credits": _existing,
        "referral": _future,
        "marketing": _Listed(_by("place"), _kept),
        "card_offers": _Listed(_by("title"), _future),
        "draws": _Listed(_by("name"), _future),
        "custody": _restriction,
        "data.collected": _Listed(_itself, _fewer),
        "data.shared_with": _Listed(_itself, _fewer),
        "data.sharing_is_voluntary": _wanted_true,
        "reach.holders": _neutral,
        "reach.outstanding_credits": _neutral,
        "reach.provinces": _Listed(_itself, _neutral),
        "enterprise": _future,
        "grade_floor": _higher_grade_is_better,
    }
)
"""How each field of a scheme is judged; a field that isn't here stops a test, never a filing."""

JUDGED: Final = frozenset(_JUDGES)


def changes(before: Scheme, after: Scheme) -> tuple[Change, ...]:
    """Give every difference between two versions, each with what it would mean for credits already earned."""
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    lifelong = before.validity.months is None and after.validity.months is None
    found: list[Change] = []
    for path, judge in _JUDGES.items():
        here, there = _taken(old, path), _taken(new, path)
        if here == there:
            continue
        if isinstance(judge, _Listed):
            found += _listed(path, judge, here, there)
        elif path == "refund_grace_days" and lifelong:
            found.append(_change(path, path, here, there, _neutral))
        else:
            found.append(_change(path, path, here, there, judge))
    return tuple(found)


def _taken(fields: Any, path: str) -> Any:  # noqa: ANN401
    for name in path.split("."):
        fields = fields[name]
    return fields


def _listed(path: str, judge: _Listed, before: list[Any], after: list[Any]) -> Iterator[Change]:
    old, new = _keyed(judge, before), _keyed(judge, after)
    if old == new:
        yield _change(path, path, _shown_list(before), _shown_list(after), _neutral)  # another order, nothing else
        return
    for key in (*old, *(one for one in new if one not in old)):
        here, there = old.get(key), new.get(key)
        if here == there:
            continue
        place = f"{path}[{key}]"
        if here is None or there is None or not judge.within:
            yield _change(path, place, here, there, judge.whole)
            continue
        for name in here:
            if here[name] != there[name]:
                yield _change(path, f"{place}.{name}", here[name], there[name], judge.within.get(name, judge.whole))


def _keyed(judge: _Listed, entries: Iterable[Any]) -> dict[str, Any]:
    """Tell entries apart by their keys; what has the key of another gets its number."""
    found: dict[str, Any] = {}
    for entry in entries:
        key, number = judge.key(entry), 1
        while (named := key if number == 1 else f"{key}#{number}") in found:
            number += 1
        found[named] = entry
    return found


def _change(field: str, path: str, before: Any, after: Any, judge: _Judge) -> Change:  # noqa: ANN401
    effect, reason = judge(before, after)
    title = TITLES[field]
    here, there = shown(before), shown(after)
    return Change(
        path=path,
        title=title,
        before=here,
        after=there,
        effect=effect,
        sentence=_sentence(title, path[len(field) :], here, there),
        reason=reason,
    )


def _sentence(title: Words, which: str, before: str | None, after: str | None) -> Words:
    named = Words(zh=f"条款“{title.zh}{which}”", en=f"{title.en}{which}")
    if before is None:
        return Words(zh=f"新增{named.zh}：{after}", en=f"{named.en} is new: {after}")
    if after is None:
        return Words(zh=f"删除{named.zh}，原为：{before}", en=f"{named.en} is gone; it was: {before}")
    return Words(zh=f"{named.zh}由 {before} 改为 {after}", en=f"{named.en} changes from {before} to {after}")


def shown(value: Any) -> str | None:  # noqa: ANN401
    """Show a value of a scheme as one line; none stays none."""
    if value is None:
        return None
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return f"{value['zh']} · {value['en']}"
    return value if isinstance(value, str) else document_of(value)


def _shown_list(entries: list[Any]) -> str:
    return document_of(entries)
