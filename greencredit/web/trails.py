"""Gathers the pages about trajectories: what became of an award, what happened to an issuer's credits, one serial."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from greencredit.awards import queries as awards
from greencredit.awards.errors import NoSuchAward
from greencredit.issuers import queries as issuers
from greencredit.issuers.errors import UnknownIssuer
from greencredit.kernel.access import Scope, ScopeKind
from greencredit.kernel.clock import start_of
from greencredit.kernel.http import number_in
from greencredit.ledger import queries as ledger
from greencredit.ledger.errors import NoSuchSerial, NotASerial
from greencredit.merchants import queries as merchants
from greencredit.merchants.errors import UnknownMerchant
from greencredit.schemas.ledger import AwardStory, Following, SerialState, TrajectoryLine, Verb
from greencredit.schemas.ledger.trajectory import VERB_WORDS
from greencredit.schemas.trails import Choice, PartLine, SerialPage, Share, StoryPage, TrailLine, TrailsPage
from greencredit.schemas.values import Credits, Words
from greencredit.web import wording

PAGE_LINES: Final = 25
KINDS: Final = {
    "issuer": Words(zh="发行主体", en="Issuer"),
    "holder": Words(zh="持有人代号", en="Holder's number"),
    "series": Words(zh="批次", en="Series"),
}
_AWARDS: Final = frozenset(
    verb.name.lower() for verb in (Verb.EARN, Verb.ACCRUE, Verb.COMPENSATE, Verb.ADJUST_UP, Verb.ALLOT, Verb.FUND)
)
_WHOLE: Final = 1000
_SERIAL_SENTENCES: Final = {
    "in_circulation": Words(
        zh="这一分已经发放，仍然有效。按规定，这里不显示由谁持有。",
        en="This credit was issued and still counts. Who holds it is not shown here.",
    ),
    "redeemed": Words(zh="这一分已在商户核销。", en="This credit was redeemed at a merchant."),
    "donated": Words(zh="这一分已捐赠给项目。", en="This credit was given to a project."),
    "expired": Words(zh="这一分已到期。", en="This credit has expired."),
    "cancelled": Words(
        zh="这一分已被收回，例如因为退货。它不再有效，编号也不会再用。",
        en="This credit was taken back, after a return for instance. It counts no longer; its serial is never reused.",
    ),
}


# ---- The story of an award -------------------------------------------------------------------------------------------


def places_of_award(session: Session, parameters: Mapping[str, Any]) -> Iterable[Scope]:
    """Name the places an award lies in, for the gate."""
    issuer_id, subject = ledger.places_of_award(session, number_in(parameters, "award_id"))
    yield from issuers.scopes_of(issuers.issuer(session, issuer_id))
    if subject is not None:
        yield Scope(ScopeKind.CONSUMER, subject)


def story_of(session: Session, award_id: int, *, pseudonym: ledger.Pseudonym, own: bool) -> StoryPage:
    """Tell what became of an award."""
    story = ledger.award_story(session, award_id, pseudonym=pseudonym)
    award = story.award
    names = _Names(session)
    return StoryPage(
        award_id=award_id,
        what=_what(session, award),
        credits=Credits(award.credits),
        awarded_at=award.posted_at,
        issuer_id=award.issuer_id,
        issuer_name=names.issuer(award.issuer_id),
        award_month=_month(award.award_month),
        serials=_serials(award),
        shares=_shares(story),
        parts=tuple(
            PartLine(
                place=part.place,
                title=part.title,
                credits=Credits(part.credits),
                since=part.since,
                party=None if part.party is None else names.party(part.party),
                expires_at=part.expires_at,
                path=part.path,
            )
            for part in story.now
        ),
        more_parts=story.more_parts,
        steps=tuple(names.line(line) for line in story.steps),
        more_steps=story.more_steps,
        taken_back=_taken_back(story),
        own=own,
        as_of=story.as_of,
    )


def _what(session: Session, award: TrajectoryLine) -> Words:
    try:
        return awards.award(session, award.event_id).title
    except NoSuchAward:
        return award.title


def _shares(story: AwardStory) -> tuple[Share, ...]:
    """Give one stretch for each place, in the order in which they are listed; together they are the whole."""
    sums: dict[str, tuple[Words, int]] = {}
    for part in story.now:
        title, before = sums.get(part.place, (part.title, 0))
        sums[part.place] = (title, before + part.credits)
    shares: list[Share] = []
    done = 0
    for place, (title, credits_) in sums.items():
        start, done = done, done + credits_
        low, high = (edge * _WHOLE // story.award.credits for edge in (start, done))
        shares.append(
            Share(place=place, title=title, credits=Credits(credits_), start_permille=low, length_permille=high - low)
        )
    return tuple(shares)


def _taken_back(story: AwardStory) -> Words | None:
    if not story.reversed_:
        return None
    zh = f"这笔发放共冲正 {wording.number(story.reversed_)} 分。"
    en = f"{wording.credits_(story.reversed_).en} of this award were taken back."
    if story.from_others:
        zh += f"其中 {wording.number(story.from_others)} 分取自同一批次的其他发放，因为本笔的积分当时已经用掉。"
        en += f" {wording.number(story.from_others)} of them came from other awards, since its own were spent."
    if story.fell_short:
        owed = story.fell_short - story.waived
        zh += f"有 {wording.number(story.fell_short)} 分当时已不在账上：记为待追回 {wording.number(owed)} 分"
        zh += f"，免追 {wording.number(story.waived)} 分。" if story.waived else "。"
        en += f" {wording.number(story.fell_short)} were no longer there: {wording.number(owed)} are owed"
        en += f", {wording.number(story.waived)} are asked back by nobody." if story.waived else "."
    return Words(zh=zh, en=en)


# ---- Trajectories ----------------------------------------------------------------------------------------------------


def places_of(session: Session, kind: str, what: str) -> tuple[Scope, ...]:
    """Name the places in which the thing lies that is asked for; a holder's credits lie in no single one."""
    if kind == "holder":
        return ()
    issuer_id = what if kind == "issuer" else ledger.issuer_of_series(session, int(what))
    return issuers.scopes_of(issuers.issuer(session, issuer_id))


def form(*, problem: Words | None = None, kind: str = "issuer", what: str = "") -> TrailsPage:
    """Give the console before anything was asked, or after something that can't be answered."""
    return TrailsPage(
        kind=kind,
        kinds=_choices(KINDS, kind),
        verbs=_verb_choices(""),
        what=what,
        since="",
        until="",
        asked=False,
        heading=None,
        problem=problem,
        lines=(),
        newest=None,
        older=None,
        looked_long=False,
        exports=(),
        as_of=0,
    )


def page_of(
    session: Session,
    kind: str,
    what: str,
    *,
    since: date | None,
    until: date | None,
    verb: str,
    before: int | None,
    pseudonym: ledger.Pseudonym,
) -> TrailsPage:
    """Give one page of a trajectory, newest first."""
    following = {
        "issuer": Following.of_issuer(what),
        "holder": Following.of_holder(int(what) if kind == "holder" else 0),
        "series": Following.of_series(int(what) if kind == "series" else 0),
    }[kind]
    page = ledger.trajectory(
        session,
        following,
        since=_start(since),
        until=_start(until),
        verbs=[Verb[verb.upper()]] if verb else [],
        before=before,
        limit=PAGE_LINES,
        pseudonym=pseudonym,
    )
    names = _Names(session)
    asked = {"kind": kind, "what": what, "since": since or "", "until": until or "", "verb": verb}
    return TrailsPage(
        kind=kind,
        kinds=_choices(KINDS, kind),
        verbs=_verb_choices(verb),
        what=what,
        since=str(since or ""),
        until=str(until or ""),
        asked=True,
        heading=_heading(names, kind, what),
        problem=None,
        lines=tuple(names.line(line) for line in page.lines),
        newest=None if before is None else f"/trajectories?{urlencode(asked)}",
        older=None if page.next is None else f"/trajectories?{urlencode(asked | {'before': page.next})}",
        looked_long=page.next is not None and len(page.lines) < PAGE_LINES,
        exports=_exports(kind, what, since, until, verb),
        as_of=page.as_of,
    )


def _heading(names: "_Names", kind: str, what: str) -> Words:
    name = names.issuer(what) if kind == "issuer" else what
    return Words(zh=f"{KINDS[kind].zh} {name}", en=f"{KINDS[kind].en} {name}")


def _exports(kind: str, what: str, since: date | None, until: date | None, verb: str) -> tuple[tuple[str, str], ...]:
    if kind == "series":
        return ()
    asked: dict[str, str] = {"verbs": verb} if verb else {}
    for name, day in (("since", since), ("until", until)):
        if day is not None:
            asked[name] = start_of(day).isoformat().replace("+00:00", "Z")
    path = f"/api/v1/{kind}s/{what}/trajectory/export"
    return (
        ("CSV", f"{path}?{urlencode(asked | {'form': 'csv', 'bom': 'true'})}"),
        ("Parquet", f"{path}?{urlencode(asked | {'form': 'parquet'})}"),
    )


def _start(day: date | None) -> datetime | None:
    return None if day is None else start_of(day)


def _choices(kinds: Mapping[str, Words], chosen: str) -> tuple[Choice, ...]:
    return tuple(Choice(value=value, title=title, chosen=value == chosen) for value, title in kinds.items())


def _verb_choices(chosen: str) -> tuple[Choice, ...]:
    every = {"": Words(zh="全部动作", en="Everything")}
    return _choices(every | {verb.name.lower(): words for verb, words in VERB_WORDS.items()}, chosen)


class _Names:
    """Names of issuers and merchants, each looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, str] = {}

    def issuer(self, issuer_id: str) -> str:
        if issuer_id not in self._known:
            try:
                self._known[issuer_id] = issuers.issuer(self._session, issuer_id).name
            except UnknownIssuer:
                self._known[issuer_id] = issuer_id
        return self._known[issuer_id]

    def party(self, party_id: str) -> str:
        if party_id not in self._known:
            try:
                self._known[party_id] = merchants.merchant(self._session, party_id).name
            except UnknownMerchant:  # a project or an enterprise
                self._known[party_id] = party_id
        return self._known[party_id]

    def line(self, line: TrajectoryLine) -> TrailLine:
        return TrailLine(
            event_id=line.event_id,
            at=line.posted_at,
            verb=line.verb,
            title=line.title,
            credits=Credits(line.credits),
            of_award=line.award_credits,
            holder=line.holder,
            party=None if line.party is None else self.party(line.party),
            issuer_id=line.issuer_id,
            issuer_name=self.issuer(line.issuer_id),
            series_id=line.series_id,
            caller=line.caller,
            actor_id=line.actor_id,
            reason=line.reason,
            document=line.document,
            cause=line.cause,
            serials=_serials(line),
            is_award=line.verb in _AWARDS,
        )


def _serials(line: TrajectoryLine) -> tuple[str, str] | None:
    if line.serial_first is None or line.serial_last is None:
        return None
    return line.serial_first, line.serial_last


def _month(month: int) -> Words:
    return wording.month(*divmod(month, 100))


# ---- Serials ---------------------------------------------------------------------------------------------------------


def serial_page(session: Session, typed: str) -> SerialPage:
    """Give what anyone may know of one credit; what can't be found is said in place."""
    try:
        found: SerialState | None = ledger.serial_state(session, typed) if typed else None
    except (NotASerial, NoSuchSerial) as refusal:
        return _nothing(typed, wording.refusal(type(refusal)))
    if found is None:
        return _nothing("", None)
    return SerialPage(
        typed=typed,
        serial=found.serial,
        problem=None,
        state=found.state,
        title=found.title,
        sentence=_SERIAL_SENTENCES[found.state],
        issuer_id=found.issuer_id,
        issuer_name=_Names(session).issuer(found.issuer_id),
        award_month=_month(found.award_month),
        terms_version=found.terms_version,
        issued_at=found.issued_at,
        expires_at=found.expires_at,
    )


def _nothing(typed: str, problem: Words | None) -> SerialPage:
    nothing = dict.fromkeys(
        (
            "serial",
            "title",
            "sentence",
            "issuer_id",
            "issuer_name",
            "award_month",
            "terms_version",
            "issued_at",
            "expires_at",
        )
    )
    return SerialPage.model_validate({**nothing, "typed": typed, "problem": problem, "state": "unknown"})
