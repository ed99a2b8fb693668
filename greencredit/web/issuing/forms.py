"""Forms: what they ask, how what was typed is read, and how a refusal is told in words beside the place it is about.

A refusal leaves the route as it leaves any other, so that nothing it began is kept and the audit log says what is
true; the page is drawn again afterwards, with what was typed.
"""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from starlette.datastructures import FormData, UploadFile

from greencredit.documents import queries as documents
from greencredit.documents import service as handing_in
from greencredit.kernel.access import Actor
from greencredit.kernel.errors import Refused, every_refusal
from greencredit.kernel.http import database_of
from greencredit.kernel.settings import Settings
from greencredit.schemas.consoles import Button, Field, Form, Option
from greencredit.schemas.issuers import Document
from greencredit.schemas.operations import Problem
from greencredit.schemas.values import Words
from greencredit.schemas.web import RefusedForm
from greencredit.web import wording

WHY: Final = Field(
    name="reason",
    label=Words(zh="理由或说明", en="Reason"),
    hint=Words(zh="写入状态记录，长期保存。", en="Kept in the history for good."),
    wide=True,
)
_MONEY: Final = re.compile(r"[0-9]{1,13}(\.[0-9]{1,2})?")
_FILL_IN: Final = Words(zh="请填写。", en="Please fill this in.")
_FAULTS: Final = {
    "missing": _FILL_IN,
    "string_too_short": _FILL_IN,
    "string_pattern_mismatch": Words(zh="格式不符。", en="Not in the form that is wanted."),
    "int_parsing": Words(zh="请填写整数。", en="Please give a whole number."),
    "date_from_datetime_parsing": Words(zh="请填写日期。", en="Please give a day."),
    "enum": Words(zh="请从列表中选择。", en="Please choose from the list."),
    "fields": Words(
        zh="退回时至少要在一项条款旁写明不符之处。", en="To give it back, say beside at least one term what is wrong."
    ),
    "period": Words(zh="不能早于起始日。", en="Not before the first day."),
    "line": Words(zh="每行先写日期，再写条件。", en="On each line a day, then the condition."),
    "web.money": Words(zh="请填写金额，最多两位小数。", en="Please give a sum with at most two decimals."),
    "web.file": Words(zh="请选择文件（PDF、PNG 或 JPEG）。", en="Please choose a file: PDF, PNG or JPEG."),
}
# Which place of a form a refusal is about; one that is about none stands on top of the form.
_PLACES: Final = (
    ("issuers.code_", ("code", "controlling_code")),
    ("issuers.already_registered", ("code",)),
    ("issuers.agency_", ("body_code", "assessor_code")),
    ("issuers.filing_number_taken", ("number",)),
    ("issuers.effective_too_soon", ("effective_on",)),
    ("issuers.grade_below_floor", ("grade",)),
    ("issuers.signed_in_the_future", ("signed_on",)),
    ("issuers.verdict_not_borne_out", ("verdict",)),
    ("issuers.valid_too_long", ("last_day",)),
    ("issuers.payment_reserve_named", ("account_kind",)),
    ("issuers.statement_from_the_future", ("as_of",)),
    ("documents.", ("file", "document")),
)


class FormIncomplete(Refused):
    """表单填写不完整: places of the form are empty or of another form; each of them is named."""

    code = "web.form_incomplete"

    def __init__(self, faults: Sequence[Mapping[str, str]]) -> None:
        places = ", ".join(fault["at"] for fault in faults)
        super().__init__(f"the form is not filled in as wanted at {places}", faults=[dict(one) for one in faults])


_MOST_PLACES: Final = 20_000
"""A scheme of a hundred rules has several thousand places; how long a form may be is limited before it is read."""


async def _posted(request: Request) -> AsyncIterator[FormData]:
    async with request.form(max_fields=_MOST_PLACES) as found:
        yield found


Posted = Annotated[FormData, Depends(_posted)]
"""What a form sent, read before the route runs; the gate has let its sender in by then."""


@dataclass(frozen=True)
class Told:
    """A form that was refused: what was typed, and what was said to it."""

    form_id: str
    values: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None


Shape = TypeVar("Shape", bound=BaseModel)
Choice = TypeVar("Choice", bound=StrEnum)
Again = Callable[[Session, Told], Response]
"""Draws the page of a form again."""


def on_refusal(request: Request, posted: FormData, form_id: str, again: Again) -> None:
    """Have the page drawn again if what follows is refused, with what was typed."""
    values = {name: value for name, value in posted.items() if isinstance(value, str)}

    def retold(problem: Problem) -> Response:
        # The page is drawn from its top, the form may stand far below: the top says so and leads there.
        request.state.refused = RefusedForm(form_id=form_id, said=_headline(problem))
        with database_of(request).reading() as session:
            return again(session, Told(form_id, values, problem))

    request.state.retold = retold


# ---- Reading what was typed ------------------------------------------------------------------------------------------


def text(posted: FormData, name: str) -> str:
    """Give what was typed at a place, without spaces around it; nothing is an empty text."""
    found = posted.get(name)
    return found.strip() if isinstance(found, str) else ""


def nested(posted: FormData, names: Iterable[str]) -> dict[str, Any]:
    """Give what was typed by its places; `contact.name` lies in `contact`, and what is empty is left out."""
    found: dict[str, Any] = {}
    for name in names:
        *above, last = name.split(".")
        here = found
        for part in above:
            here = here.setdefault(part, {})
        if typed := text(posted, name):
            here[last] = typed
    return found


def read(kind: type[Shape], values: Mapping[str, Any]) -> Shape:
    """Give the order that the form amounts to, or name each place that is not as wanted."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise FormIncomplete(faults_of(error)) from error


def faults_of(error: ValidationError) -> list[dict[str, str]]:
    """Name each place at fault and what was wanted there."""
    return [{"at": ".".join(map(str, one["loc"])), "kind": one["type"], "wanted": one["msg"]} for one in error.errors()]


def reason_of(posted: FormData) -> str:
    """Give the reason; without one nothing is done."""
    found = text(posted, WHY.name)
    if not found:
        raise FormIncomplete([{"at": WHY.name, "kind": "missing", "wanted": "a reason"}])
    return found


def chosen(kind: type[Choice], posted: FormData, name: str) -> Choice:
    """Give which of several things was chosen."""
    try:
        return kind(text(posted, name))
    except ValueError as error:
        raise FormIncomplete([{"at": name, "kind": "enum", "wanted": ", ".join(kind)}]) from error


def status_of(told: Told) -> int:
    """Give the status of a page that is drawn again."""
    return 200 if told.problem is None else told.problem.status


def fen_of(posted: FormData, name: str) -> int:
    """Read a sum in yuan, exact to the fen."""
    typed = text(posted, name).replace(",", "").removeprefix("¥").strip()
    if not _MONEY.fullmatch(typed):
        raise FormIncomplete([{"at": name, "kind": "web.money", "wanted": "a sum in yuan"}])
    return int(Decimal(typed) * 100)


def upload_of(posted: FormData, name: str) -> UploadFile | None:
    """Give the file that was chosen, or none."""
    found = posted.get(name)
    return found if isinstance(found, UploadFile) and found.filename else None


def hand_in(session: Session, actor: Actor, settings: Settings, posted: FormData, name: str) -> Document:
    """Hand in the file that was chosen, and name it as orders do."""
    file = upload_of(posted, name)
    if file is None:
        raise FormIncomplete([{"at": name, "kind": "web.file", "wanted": "a file"}])
    said = {"name": file.filename or "", "declared": file.content_type or ""}
    looked = handing_in.receive(session, actor, settings.data_dir / documents.FOLDER, file.file, **said)
    done = handing_in.hand_in(session, actor, looked)
    return Document(name=done.name, media_type=done.media_type, digest=done.digest)


# ---- Making forms ----------------------------------------------------------------------------------------------------


def make(
    form_id: str,
    address: str,
    title: Words,
    fields: Iterable[Field],
    *buttons: Button,
    told: Told | None = None,
    note: Words | None = None,
) -> Form:
    """Give a form; one that was refused a moment ago holds what was typed and says why."""
    asked = tuple(fields)
    sent = buttons or (Button(title=title),)
    if told is None or told.form_id != form_id:
        return Form(form_id=form_id, address=address, title=title, note=note, fields=asked, buttons=sent)
    said = _problems(told.problem, {one.name for one in asked}, told.values)
    filled = tuple(_filled(one, told.values, said) for one in asked)
    facts = {} if told.problem is None else told.problem.facts
    return Form(
        form_id=form_id,
        address=address,
        title=title,
        note=note,
        fields=filled,
        buttons=sent,
        problem=None if told.problem is None else _headline(told.problem),
        details=() if told.problem is None else tuple(_details(facts, {one.name for one in asked})),
        code=None if told.problem is None else told.problem.code,
    )


def choice(
    name: str, label: Words, options: Iterable[tuple[str, Words]], value: str = "", *, hint: Words | None = None
) -> Field:
    """Give a place where one of several things is chosen."""
    found = tuple(Option(value=key, title=title, chosen=key == value) for key, title in options)
    return Field(name=name, label=label, kind="select", value=value, options=found, hint=hint)


def _filled(one: Field, values: Mapping[str, str], said: Mapping[str, Words]) -> Field:
    changes: dict[str, Any] = {"problem": said.get(one.name)}
    if one.kind != "file" and one.name in values:
        changes["value"] = values[one.name]
        changes["options"] = tuple(
            option.model_copy(update={"chosen": option.value == values[one.name]}) for option in one.options
        )
    return one.model_copy(update=changes)


def named(code: str) -> Words:
    """Give what the refusal of a code says of itself."""
    kind = next((kind for kind in every_refusal() if kind.code == code), None)
    return wording.refusal_term(kind) if kind is not None else Words(zh=code, en=code)


def _headline(problem: Problem) -> Words:
    kinds = {kind.code for kind in every_refusal()}
    return named(problem.code) if problem.code in kinds else Words(zh=problem.title, en=problem.title)


def _problems(problem: Problem | None, names: set[str], values: Mapping[str, str]) -> dict[str, Words]:
    """Say beside each place what is wrong with it; of several it may be about, those left empty are not."""
    if problem is None:
        return {}
    found = {fault["at"]: _fault(fault) for fault in problem.facts.get("faults", []) if fault["at"] in names}
    for prefix, places in _PLACES:
        if problem.code.startswith(prefix):
            asked = [place for place in places if place in names]
            filled = [place for place in asked if values.get(place)]
            found |= {place: _headline(problem) for place in filled or asked}
    return found


def _fault(fault: Mapping[str, str]) -> Words:
    return _FAULTS.get(fault["kind"]) or Words(zh=f"不符合要求：{fault['wanted']}", en=fault["wanted"])


def _details(facts: Mapping[str, Any], names: set[str]) -> Iterable[Words]:
    """Tell what was found and wanted, and what is at fault outside the places of the form."""
    for title in facts.get("titles", []):
        yield Words(zh=f"缺少：{title}", en=f"Missing: {title}")
    for fault in facts.get("faults", []):
        if fault["at"] not in names and fault["kind"] == fault["at"]:
            yield _fault(fault)
        elif fault["at"] not in names:
            yield Words(
                zh=f"{fault['at'] or '全文'}：{_fault(fault).zh}", en=f"{fault['at'] or 'whole'}: {_fault(fault).en}"
            )
    if "titles" in facts or "faults" in facts:
        return
    for name, zh, en in (("found", "实际", "Found"), ("wanted", "要求", "Wanted")):
        if name in facts and facts[name] not in (None, [], ""):
            said = facts[name]
            shown = "、".join(map(str, said)) if isinstance(said, list) else str(said)
            yield Words(zh=f"{zh}：{shown}", en=f"{en}: {shown}")
