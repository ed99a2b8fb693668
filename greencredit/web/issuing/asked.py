"""What is asked for registrations, certificates, statements and frozen awards, and the orders that the answers make."""

from datetime import date, timedelta
from typing import Any, Final

from starlette.datastructures import FormData

from greencredit.issuers.catalogue.papers import every_paper
from greencredit.issuers.catalogue.regions import region_titles
from greencredit.schemas.consoles import Button, Field, Form, FormPage
from greencredit.schemas.issuers import (
    AccountKind,
    Document,
    FrozenOutcome,
    Grade,
    Issuer,
    IssuerKind,
    NewCertificate,
    NewCustodyStatement,
    NewIssuer,
    Paper,
)
from greencredit.schemas.values import Words
from greencredit.web.issuing import forms, sheets
from greencredit.web.issuing.forms import Told

REGISTRATION: Final = (
    "name",
    "english_name",
    "code",
    "kind",
    "region",
    "legal_representative",
    "address",
    "contact.name",
    "contact.phone",
    "contact.email",
    "controlling_code",
)
_FEES: Final = (
    Field(
        name="from_issuer",
        label=Words(
            zh="近 12 个月向该主体及其集团收费（元）", en="Fees from this issuer and its group in 12 months, yuan"
        ),
        kind="number",
    ),
    Field(
        name="income",
        label=Words(zh="机构近 12 个月总收入（元）", en="The agency's whole income in 12 months, yuan"),
        kind="number",
    ),
)


def region(code: str) -> Words:
    """Name a region, by its code where the table has no name."""
    return region_titles().get(code) or Words(zh=code, en=code)


def paper_title(name: str) -> str:
    """Name a required paper as history tells of it."""
    titles = {one.name: one.title for one in every_paper()}
    return f"{titles[name].zh} · {titles[name].en}" if name in titles else name


def text_field(
    name: str, zh: str, en: str, value: str | None = "", *, required: bool = True, hint: Words | None = None
) -> Field:
    """Ask for one line."""
    return Field(name=name, label=Words(zh=zh, en=en), value=value or "", required=required, hint=hint)


def day_field(name: str, zh: str, en: str, value: date | None, *, required: bool = True) -> Field:
    """Ask for a day."""
    shown = value.isoformat() if value else ""
    return Field(name=name, label=Words(zh=zh, en=en), kind="date", value=shown, required=required)


def registration_form(address: str, told: Told | None, before: Issuer | None = None) -> Form:
    """Ask who an issuer is; an amendment begins with what is on file."""
    at = before.model_dump(mode="json") if before else {}
    contact = at.get("contact", {})
    kinds = [(kind.value, kind.words) for kind in IssuerKind]
    regions = [(code, title) for code, title in region_titles().items()]
    title = Words(zh="保存更正", en="Save") if before else Words(zh="登记", en="Register")
    optional = Words(zh="没有可不填。", en="Leave empty if there is none.")
    fields = (
        text_field("name", "单位名称", "Name", at.get("name")),
        text_field("english_name", "英文名称", "English name", at.get("english_name"), required=False, hint=optional),
        text_field("code", "统一社会信用代码", "Unified social credit code", at.get("code")),
        forms.choice("kind", Words(zh="主体类型", en="Kind"), kinds, at.get("kind", "")),
        forms.choice("region", Words(zh="登记地区", en="Region"), regions, at.get("region", "")),
        text_field("legal_representative", "法定代表人", "Legal representative", at.get("legal_representative")),
        text_field("address", "地址", "Address", at.get("address")),
        text_field("contact.name", "联系人", "Contact", contact.get("name")),
        text_field("contact.phone", "联系电话", "Phone", contact.get("phone")),
        text_field("contact.email", "联系邮箱", "Mail", contact.get("email"), required=False, hint=optional),
        text_field(
            "controlling_code",
            "控股股东统一社会信用代码",
            "Code of the controlling shareholder",
            at.get("controlling_code"),
            required=False,
            hint=optional,
        ),
        forms.WHY,
    )
    return forms.make("registration", address, title, fields, Button(title=title), told=told)


def registration_of(posted: FormData, papers: tuple[Paper, ...] = ()) -> NewIssuer:
    """Read who the issuer is; papers that are on file stay."""
    return forms.read(NewIssuer, {**forms.nested(posted, REGISTRATION), "documents": papers})


def described(issuer: Issuer, papers: tuple[Paper, ...]) -> NewIssuer:
    """Give a registration as it is on file, with these papers."""
    kept = {name: value for name, value in issuer if name in NewIssuer.model_fields}
    return NewIssuer.model_validate({**kept, "documents": papers})


# ---- Certificates ----------------------------------------------------------------------------------------------------


def certificate_form(issuer_id: str, today: date, told: Told | None) -> Form:
    """Ask for a certificate or evaluation."""
    title = Words(zh="登记信用认证或评价", en="Record a certificate or evaluation")
    grades = [(grade.value, Words(zh=grade.value, en=grade.value)) for grade in Grade]
    fields = (
        text_field("body_code", "出具机构统一社会信用代码", "Code of the body"),
        text_field("certificate_number", "证书编号", "Number of the certificate"),
        forms.choice("grade", Words(zh="等级", en="Grade"), grades, Grade.AA.value),
        Field(name="score", label=Words(zh="得分（0–100）", en="Score, 0–100"), kind="number", required=False),
        text_field("scope", "范围", "Scope"),
        day_field("since", "有效期自", "Valid from", today),
        day_field("last_day", "有效期至（含）", "Last day", None),
        *_FEES,
        sheets.FILE,
        forms.WHY,
    )
    note = Words(
        zh="只有名录中载有批准号的机构出具的才称“认证”，其余称“评价”。",
        en="Called a certification only where the register of agencies names an approval, else an evaluation.",
    )
    return forms.make("certify", f"/console/issuers/{issuer_id}/certificates", title, fields, told=told, note=note)


def certificate_of(posted: FormData, document: Document) -> NewCertificate:
    """Read a certificate."""
    plain = forms.nested(posted, ("body_code", "certificate_number", "grade", "score", "scope"))
    return forms.read(
        NewCertificate, {**plain, "valid": period_of(posted), "fees": fees_of(posted), "document": document}
    )


def period_of(posted: FormData) -> dict[str, Any]:
    """Read a first and a last day."""
    days: dict[str, date] = {}
    for name in ("since", "last_day"):
        try:
            days[name] = date.fromisoformat(forms.text(posted, name))
        except ValueError as error:
            fault = {"at": name, "kind": "date_from_datetime_parsing", "wanted": "a day"}
            raise forms.FormIncomplete([fault]) from error
    if days["last_day"] < days["since"]:
        raise forms.FormIncomplete(
            [{"at": "last_day", "kind": "period", "wanted": "不早于起始日 · not before the first"}]
        )
    return {"since": days["since"], "until": days["last_day"] + timedelta(days=1)}


def fees_of(posted: FormData) -> dict[str, int]:
    """Read what an agency declares of its fees."""
    return {"from_issuer_fen": forms.fen_of(posted, "from_issuer"), "income_fen": forms.fen_of(posted, "income")}


FEES: Final = _FEES

# ---- Custody statements ----------------------------------------------------------------------------------------------


def statement_form(issuer_id: str, today: date, told: Told | None) -> Form:
    """Ask for what a custodian states."""
    title = Words(zh="登记存管说明", en="Put a custody statement on file")
    kinds = [(kind.value, kind.words) for kind in AccountKind]
    fields = (
        Field(name="amount", label=Words(zh="金额（元）", en="Amount, yuan"), kind="number"),
        day_field("as_of", "截至日", "As of the end of", today),
        text_field("bank", "存管机构", "Custodian"),
        forms.choice("account_kind", Words(zh="账户类型", en="Kind of account"), kinds),
        text_field("account_title", "户名", "Account name"),
        text_field("account_last4", "账号末四位", "Last four digits of the account"),
        sheets.FILE,
        forms.WHY,
    )
    note = Words(
        zh="备付金账户不能作为积分保障。登记后立即重新计算覆盖率。",
        en="A payment-reserve account never guarantees credits. Coverage is measured at once.",
    )
    return forms.make("guarantee", f"/console/issuers/{issuer_id}/guarantee", title, fields, told=told, note=note)


def statement_of(posted: FormData, document: Document) -> NewCustodyStatement:
    """Read what a custodian states."""
    plain = forms.nested(posted, ("as_of", "bank", "account_kind", "account_title", "account_last4"))
    return forms.read(
        NewCustodyStatement, {**plain, "amount_fen": forms.fen_of(posted, "amount"), "document": document}
    )


def frozen_form(issuer_id: str, told: Told | None) -> Form:
    """Ask what becomes of awards that a suspension froze."""
    title = Words(zh="处置暂缓生效的积分", en="Decide on frozen awards")
    buttons = (
        Button(title=Words(zh="使其生效", en="Let them take effect"), value=FrozenOutcome.ACTIVATED.value),
        Button(title=Words(zh="予以撤回", en="Take them back"), value=FrozenOutcome.REVERSED.value, quiet=True),
    )
    return forms.make("frozen", f"/console/issuers/{issuer_id}/frozen", title, (forms.WHY,), *buttons, told=told)


def amendment_page(issuer: Issuer, told: Told) -> FormPage:
    """Give the page on which a registration is corrected."""
    back = f"/console/issuers/{issuer.issuer_id}"
    return FormPage(
        title=Words(zh="更正登记", en="Correct the registration"),
        lead=Words(
            zh="草稿或被退回时可以更正；材料在主体页面上传。",
            en="Possible while it is a draft or was given back; papers are handed in on the issuer's page.",
        ),
        back=back,
        back_title=Words(zh=issuer.name, en=issuer.name),
        form=registration_form(f"{back}/registration", told, before=issuer),
    )
