"""What a portable proof says, as Open Badges 3.0: the achievement, its results, its evidence; nobody's name."""

from collections.abc import Iterable
from typing import Any, Final

from greencredit.badges.rules.addresses import achievement_url, did_of, list_url, verify_url
from greencredit.proofs.rules.verify_credential import OB_CONTEXT, STATUS_PURPOSE, VC_CONTEXT, identity_hash
from greencredit.schemas.badges import IssuerSaid, MethodSaid, Said
from greencredit.schemas.reports import Lang
from greencredit.schemas.values import Words

SCHEMA: Final = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
_SCHEMA_TYPE: Final = "1EdTechJsonSchemaValidator2019"
_LANGUAGES: Final[dict[Lang, str]] = {"zh": "zh-CN", "en": "en"}

TITLE: Final = Words(zh="环保行动证明", en="Proof of Participation")
PLATFORM: Final = Words(zh="绿色消费积分平台", en="Green Consumption Credit Platform")
_PLATFORM_DOES: Final = Words(
    zh="登记备案的发行主体、积分账本和减排量核算。",
    en="Keeps the register of filed issuers, the ledger of their credits, and the figures of CO2e avoided.",
)
_DESCRIPTION: Final = Words(
    zh="在所载期间，持有人有消费或行动留下可以核对的凭证，并由备案的发行主体发放了积分。",
    en="In the period stated, the holder has purchases or actions on record with evidence that can be checked, for "
    "which filed issuers granted credits.",
)
_CRITERIA: Final = Words(
    zh="期间内至少有一笔消费或行动有凭证、得到积分且没有被冲正。减排量只对有适用方法的记录核算，是与方法写明的基准相比避免的排放，"
    "不是碳排放清单，不能用于抵销。",
    en="At least one purchase or action in the period has evidence, earned credits and was not taken back. CO2e is "
    "reckoned only where a method applies; it is emission avoided against the baseline that the method states, not an "
    "inventory, and not an offset.",
)
_RESULTS: Final = {
    "awards": Words(zh="有凭证的消费与行动（笔）", en="Purchases and actions with evidence"),
    "credits": Words(zh="得到的积分（分）", en="Credits earned"),
    "avoided": Words(
        zh="与方法写明的基准相比避免的排放（克 CO2e）",
        en="Emissions avoided against the methods' baselines, in grams of CO2e",
    ),
}


def achievement(public_url: str, lang: Lang) -> dict[str, Any]:
    """Give what is achieved, the same for everybody."""
    address = achievement_url(public_url)
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Achievement",
        "name": TITLE.in_(lang),
        "description": _DESCRIPTION.in_(lang),
        "criteria": {"narrative": _CRITERIA.in_(lang)},
        "image": {"id": f"{address}.svg", "type": "Image"},
        "inLanguage": _LANGUAGES[lang],
        "resultDescription": [
            {
                "id": f"{address}#{name}",
                "type": ["ResultDescription"],
                "name": title.in_(lang),
                "resultType": "RawScore",
            }
            for name, title in _RESULTS.items()
        ],
    }


def profile(public_url: str, lang: Lang) -> dict[str, Any]:
    """Give who issues portable proofs: the platform, which keeps the books and not the credits."""
    return {
        "id": did_of(public_url),
        "type": ["Profile"],
        "name": PLATFORM.in_(lang),
        "url": public_url,
        "description": _PLATFORM_DOES.in_(lang),
    }


def credential(
    said: Said, *, public_url: str, ids: tuple[str, str], bearer: tuple[str, str], place: tuple[int, int], at: str
) -> dict[str, Any]:
    """Put a credential together, before it is signed.

    `ids` are those of the credential and of its subject, both drawn; `bearer` the holder's id and the salt under which
    it is hashed; `place` the status list and the index in it.
    """
    list_, index = place
    address = list_url(public_url, list_)
    return {
        "@context": [VC_CONTEXT, OB_CONTEXT],
        "id": ids[0],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"{TITLE.in_(said.lang)} {_span(said)}",
        "issuer": profile(public_url, said.lang),
        "validFrom": at,
        "awardedDate": at,
        "credentialSubject": _subject(said, public_url, ids[1], *bearer),
        "evidence": [_evidence(said, public_url)],
        "credentialStatus": {
            "id": f"{address}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": STATUS_PURPOSE,
            "statusListIndex": str(index),
            "statusListCredential": address,
        },
        "credentialSchema": [{"id": SCHEMA, "type": _SCHEMA_TYPE}],
    }


def claims(document: dict[str, Any], *, nbf: int) -> dict[str, Any]:
    """Give what a token carries: the credential itself, and the registered names that repeat parts of it."""
    return {
        **document,
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "sub": document["credentialSubject"]["id"],
        "nbf": nbf,
    }


def status_list(public_url: str, number: int, *, encoded: str, since: str, until: str) -> dict[str, Any]:
    """Put a status list together, before it is signed."""
    address = list_url(public_url, number)
    return {
        "@context": [VC_CONTEXT],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did_of(public_url),
        "validFrom": since,
        "validUntil": until,
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": STATUS_PURPOSE,
            "encodedList": encoded,
        },
    }


def _subject(said: Said, public_url: str, subject_id: str, consumer_id: str, salt: str) -> dict[str, Any]:
    address = achievement_url(public_url)
    values = {"awards": said.awards, "credits": said.credits}
    if said.quantified_awards:
        values["avoided"] = said.avoided_g_co2e
    return {
        "id": subject_id,
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityHash": identity_hash(consumer_id, salt),
                "identityType": "systemId",
                "salt": salt,
            }
        ],
        "activityStartDate": f"{said.period.since.isoformat()}T00:00:00+08:00",
        "activityEndDate": f"{said.period.last_day.isoformat()}T23:59:59+08:00",
        "achievement": achievement(public_url, said.lang),
        "narrative": _narrative(said),
        "result": [
            {"type": ["Result"], "resultDescription": f"{address}#{name}", "value": str(value)}
            for name, value in values.items()
        ],
    }


def _evidence(said: Said, public_url: str) -> dict[str, Any]:
    number = said.report_number
    return {
        "id": verify_url(public_url, number, said.facts_sha256),
        "type": ["Evidence"],
        "name": Words(zh=f"报告 {number}", en=f"Report {number}").in_(said.lang),
        "description": Words(
            zh="同一内容的报告在此核验编号与摘要；摘要在井号之后，只留在读者的浏览器里。",
            en="The number and digest of the report that says the same are checked here; the digest after the # "
            "stays in the reader's browser.",
        ).in_(said.lang),
        "narrative": _basis(said),
        "genre": Words(zh="报告", en="Report").in_(said.lang),
    }


def _narrative(said: Said) -> str:
    if said.lang == "en":
        told = (
            f"{_span(said)}: {said.awards} purchases and actions with evidence ({said.purchases} purchases, "
            f"{said.actions} actions), {said.credits} credits."
        )
        if not said.quantified_awards:
            return f"{told} No method covers them, so no CO2e is claimed."
        return (
            f"{told} {said.quantified_awards} of them are covered by a method and avoided {said.avoided_g_co2e} g CO2e "
            "against the baselines it states; not an inventory, not an offset."
        )
    told = (
        f"{_span(said)}，有凭证的消费与行动 {said.awards} 笔（消费 {said.purchases} 笔，行动 {said.actions} 笔），"
        f"得到积分 {said.credits} 分。"
    )
    if not said.quantified_awards:
        return f"{told}没有适用的核算方法，因此不写减排量。"
    return (
        f"{told}其中 {said.quantified_awards} 笔有适用的核算方法，与方法写明的基准相比避免排放 "
        f"{said.avoided_g_co2e} 克 CO2e；不是碳排放清单，不能用于抵销。"
    )


def _basis(said: Said) -> str:
    zh = said.lang == "zh"
    parts = [*_methods_told(said.methods, zh=zh), *_issuers_told(said.issuers, zh=zh)]
    return ("；" if zh else "; ").join(parts) + ("。" if zh else ".")


def _methods_told(methods: Iterable[MethodSaid], *, zh: bool) -> Iterable[str]:
    for one in methods:
        if zh:
            yield f"方法：{one.title.zh} 第 {one.version} 版，来源 {one.tier} 级，基准：{one.baseline.zh.rstrip('。')}"
        else:
            yield (
                f"method: {one.title.en}, version {one.version}, sources of tier {one.tier}, "
                f"baseline: {one.baseline.en.rstrip('.')}"
            )


def _issuers_told(issuers: Iterable[IssuerSaid], *, zh: bool) -> Iterable[str]:
    for one in issuers:
        if zh:
            yield f"积分发行主体：{one.name.zh}（{one.filing_number or '未备案'}，签发时{one.state.zh}）"
        else:
            number = one.filing_number or "not filed"
            yield f"issuer of the credits: {one.name.en} ({number}; {one.state.en} when this was issued)"


def _span(said: Said) -> str:
    since, last = said.period.since.isoformat(), said.period.last_day.isoformat()
    return f"{since} 至 {last}" if said.lang == "zh" else f"{since} to {last}"
