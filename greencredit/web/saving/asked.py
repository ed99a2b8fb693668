"""What the forms of energy-saving projects ask, and how what was typed is read."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from starlette.datastructures import FormData

from greencredit.issuers.catalogue.regions import region_titles
from greencredit.kernel.access import Actor, Scope, may
from greencredit.projects.catalogue import carriers
from greencredit.projects.rules import PATHS, Step
from greencredit.schemas.consoles import Button, Field, Form
from greencredit.schemas.projects import KeptMeasurement, NewProject, Part, Project
from greencredit.schemas.values import Words
from greencredit.web.issuing import forms
from greencredit.web.issuing.asked import day_field, text_field
from greencredit.web.issuing.forms import FormIncomplete, Told

_OPEN: Final = Words(zh="立项", en="Open a project")
_FIT: Final = Words(zh="建立基准模型", en="Fit the baseline model")
_FREEZE: Final = Words(zh="冻结基准", en="Freeze the baseline")
_MEASURE: Final = Words(zh="计量节能量", en="Measure the saving")
_DATA: Final = Words(zh="上传计量数据", en="Hand meter data in")
_ADJUST: Final = Words(zh="提出非常规调整", en="Propose a non-routine adjustment")
_SIGN_OFF: Final = Words(zh="核证签署", en="Sign it off")
_REFUSE: Final = Words(zh="不予核证", en="Refuse it")
_DECIDE: Final = Words(zh="审定调整", en="Decide on the adjustment")
_ISSUE: Final = Words(zh="生成项目报告", en="Have the report made")
_FILE_HINT: Final = Words(
    zh="CSV：日期、用量（列名即单位，如 kwh）、室外气温（temp_c 或 temp_f）；整份接受或整份退回，有缺漏会指出行号。",
    en="CSV: date, use (its column is named by the unit, such as kwh) and outdoor temperature (temp_c or temp_f); "
    "taken whole or not at all, and what is wrong is told with its line.",
)
_PARTS: Final = tuple((one.value, one.words) for one in Part)


class Language(StrEnum):
    """In which language a report is made."""

    CHINESE = "zh"
    ENGLISH = "en"


class Sent(NamedTuple):
    """A file that was sent."""

    name: str
    content: bytes


def open_form(issuers: list[tuple[str, Words]], told: Told | None) -> Form:
    """Ask what a project is."""
    regions = list(region_titles().items())
    kinds = [(one.carrier.value, one.title) for one in carriers().values()]
    participants = Words(zh="参与方及份额", en="Participants and weights")
    hint = Words(
        zh="每行一个：持有人编号，空格，份额（整数）。份额自立项起固定。",
        en="One a line: the participant's id, a space, the weight as a whole number. They stand from now on.",
    )
    fields = (
        forms.choice("issuer_id", Words(zh="发行主体", en="Issuer"), issuers),
        text_field("title.zh", "项目名称（中文）", "Title in Chinese"),
        text_field("title.en", "项目名称（英文）", "Title in English"),
        text_field("measures.zh", "节能措施（中文）", "Measures in Chinese"),
        text_field("measures.en", "节能措施（英文）", "Measures in English"),
        forms.choice("region", Words(zh="计量点所在地", en="Where the meter is"), regions),
        forms.choice("carrier", Words(zh="能源品种", en="Carrier"), kinds),
        text_field("meter", "表计或户号", "Meter or account"),
        day_field("since", "改造开始日", "Installation began on", None, required=False),
        day_field("last_day", "改造结束日", "Installation ended on", None, required=False),
        Field(name="participants", label=participants, kind="area", hint=hint, wide=True),
    )
    return forms.make("open", "/console/projects", _OPEN, fields, told=told)


def project_of(posted: FormData) -> NewProject:
    """Read a project as it is to be opened."""
    names = ("issuer_id", "title.zh", "title.en", "measures.zh", "measures.en", "region", "carrier", "meter")
    participants = [_participant(line) for line in forms.text(posted, "participants").splitlines() if line.strip()]
    installed = _period(posted)
    told = {**forms.nested(posted, names), "participants": participants}
    return forms.read(NewProject, told | ({"installed": installed} if installed else {}))


def _participant(line: str) -> dict[str, str]:
    holder, _, weight = line.strip().rpartition(" ")
    return {"holder_id": holder.strip(), "weight": weight}


def _period(posted: FormData) -> dict[str, str] | None:
    since, last = forms.text(posted, "since"), forms.text(posted, "last_day")
    if not since and not last:
        return None
    try:
        until = (date.fromisoformat(last) + timedelta(days=1)).isoformat()
    except ValueError as error:
        raise FormIncomplete([{"at": "last_day", "kind": "date_from_datetime_parsing", "wanted": "a day"}]) from error
    return {"since": since, "until": until}


def adjustment_of(posted: FormData) -> dict[str, Any]:
    """Read an adjustment: its period, and a sum in thousandths of the unit."""
    return {
        "period": _period(posted) or {},
        "amount_milli": forms.text(posted, "amount_milli"),
        "reason": forms.reason_of(posted),
    }


def file_of(posted: FormData, name: str, *, required: bool = True) -> Sent:
    """Give a file that was chosen; an empty one where it may be left out."""
    found = forms.upload_of(posted, name)
    if found is None:
        if required:
            raise FormIncomplete([{"at": name, "kind": "web.file", "wanted": "a file"}])
        return Sent("", b"")
    return Sent(found.filename or "", found.file.read())


def keeping(actor: Actor, found: Project, places: tuple[Scope, ...], told: Told | None) -> tuple[Form, ...]:
    """Give what its keepers may do where a project stands."""
    if not may(actor, "project.keep", *places):
        return ()
    at = f"/console/projects/{found.project_id}"
    made = []
    if _goes(found, Step.ADD_BASELINE_DATA) or _goes(found, Step.ADD_REPORTING_DATA):
        made.append(_data_form(at, found, told))
    has = {one.part for one in found.data}
    if _goes(found, Step.FIT) and Part.BASELINE in has:
        made.append(forms.make("baseline", f"{at}/baseline", _FIT, (), told=told))
    if _goes(found, Step.FREEZE) and found.baseline_number is not None:
        made.append(forms.make("freeze", f"{at}/freeze", _FREEZE, (forms.WHY,), told=told))
    if _goes(found, Step.MEASURE) and Part.REPORTING in has:
        made.append(forms.make("measure", f"{at}/measurements", _MEASURE, (), told=told))
    if _goes(found, Step.ADJUST):
        made.append(_adjustment_form(at, told))
    return tuple(made)


def _goes(found: Project, step: Step) -> bool:
    return found.state in PATHS[step][0]


def _data_form(at: str, found: Project, told: Told | None) -> Form:
    parts = [one for one in _PARTS if one[0] != Part.BASELINE.value or _goes(found, Step.ADD_BASELINE_DATA)]
    weather = Words(zh="气温文件", en="Temperature file")
    absent = Words(zh="计量文件没有气温列时上传。", en="Where the meter file has no temperatures.")
    fields = (
        forms.choice("part", Words(zh="哪一期", en="Which side"), parts),
        Field(name="meter", label=Words(zh="计量文件", en="Meter file"), kind="file", hint=_FILE_HINT),
        Field(name="weather", label=weather, kind="file", required=False, hint=absent),
    )
    return forms.make("data", f"{at}/data", _DATA, fields, told=told)


def _adjustment_form(at: str, told: Told | None) -> Form:
    amount = Words(zh="调整量（千分之一单位）", en="Amount, in thousandths of the unit")
    hint = Words(zh="加在节能量上；负数为减。", en="Added to the saving; below zero takes away.")
    fields = (
        day_field("since", "首日", "First day", None),
        day_field("last_day", "末日", "Last day", None),
        Field(name="amount_milli", label=amount, kind="number", hint=hint),
        forms.WHY,
    )
    return forms.make("adjust", f"{at}/adjustments", _ADJUST, fields, told=told)


def verifying(
    actor: Actor, found: Project, measured: KeptMeasurement | None, places: tuple[Scope, ...], told: Told | None
) -> tuple[Form, ...]:
    """Give what the verifier may do: sign by the digest of what he sees, or refuse."""
    if not may(actor, "project.verify", *places):
        return ()
    at = f"/console/projects/{found.project_id}"
    made = []
    if _goes(found, Step.SIGN_OFF) and measured is not None:
        said = Words(zh="核证意见", en="Statement")
        fields = (
            Field(name="measurement_number", label=said, kind="hidden", value=f"{measured.measurement.number}"),
            Field(name="digest", label=said, kind="hidden", value=measured.digest),
            Field(name="statement", label=said, kind="area", wide=True),
        )
        note = Words(
            zh=f"签署的是第 {measured.measurement.number} 次计量，摘要 {measured.digest[:16]}…",
            en=f"You sign measurement {measured.measurement.number}, digest {measured.digest[:16]}…",
        )
        made.append(forms.make("sign-off", f"{at}/sign-off", _SIGN_OFF, fields, told=told, note=note))
    if _goes(found, Step.REFUSE):
        made.append(forms.make("refuse", f"{at}/refusal", _REFUSE, (forms.WHY,), told=told))
    return tuple(made)


def decision_form(found: Project, number: int, told: Told | None) -> Form:
    """Ask the verifier about an adjustment."""
    address = f"/console/projects/{found.project_id}/adjustments/{number}"
    sign = Button(title=Words(zh="签署", en="Sign"), value="sign")
    decline = Button(title=Words(zh="不予采纳", en="Decline"), value="decline", quiet=True)
    return forms.make(f"decide-{number}", address, _DECIDE, (forms.WHY,), sign, decline, told=told)


def issue_form(found: Project, told: Told | None) -> Form:
    """Ask for the report."""
    chinese = Button(title=Words(zh="中文报告", en="In Chinese"), value=Language.CHINESE.value)
    english = Button(title=Words(zh="英文报告", en="In English"), value=Language.ENGLISH.value, quiet=True)
    return forms.make("issue", f"/console/projects/{found.project_id}/reports", _ISSUE, (), chinese, english, told=told)
