"""Checks a portable credential off line, step by step: form, words, key, signature, dates, status, bearer.

Only what the verifier hands in is believed: the issuer's keys, a status list, an identity, the policy of a log. What
was not handed in is not checked, and the steps say so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from greencredit.proofs import errors
from greencredit.proofs.rules.baked import PNG_MAGIC, from_png, from_svg
from greencredit.proofs.rules.bitstring import is_set, list_decoded
from greencredit.proofs.rules.canonical import parse_plain
from greencredit.proofs.rules.data_integrity import proof_of, require_proof
from greencredit.proofs.rules.multikey import public_of
from greencredit.proofs.rules.note import parse_checkpoint
from greencredit.proofs.rules.policy import Policy
from greencredit.proofs.rules.receipt import LogProof
from greencredit.proofs.rules.records import parse_entry
from greencredit.proofs.rules.steps import Walk, told
from greencredit.proofs.rules.token import Token, require_signature, thumbprint_of, token_of
from greencredit.proofs.rules.verify import require_in_log, require_signed
from greencredit.schemas.values import Words

VC_CONTEXT: Final = "https://www.w3.org/ns/credentials/v2"
OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
STATUS_PURPOSE: Final = "revocation"
KEY_FACT: Final = "credential_key"
"""The kind of log entry that names a key by which credentials are signed."""

_LARGEST_BYTES: Final = 8 << 20
_CLAIMS: Final = ("iss", "sub", "jti", "nbf", "exp", "iat")
_BADGES: Final = frozenset({"OpenBadgeCredential", "AchievementCredential"})
_SHAPE: Final[Mapping[str, type]] = {
    "id": str,
    "type": list,
    "issuer": dict,
    "validFrom": str,
    "credentialSubject": dict,
}
_ACHIEVEMENT: Final = ("id", "type", "criteria", "description", "name")

LEFT_OUT: Final = MappingProxyType(
    {
        "key_in_log": Words(zh="未给出日志证明与信任策略", en="no proof from the log and no policy given"),
        "credential_status": Words(zh="未给出状态列表，是否已撤销不知道", en="no status list given: it may be revoked"),
        "credential_bearer": Words(zh="未给出身份", en="no identity given: whose it is was not asked"),
        "credential_picture": Words(
            zh="签名保护的是图里的凭证，不是画面",
            en="what is signed is the credential in it, not what the picture shows",
        ),
    }
)
"""What each step that is left out would have needed."""


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The keys of an issuer as the verifier has them, by the name that a credential uses."""

    issuer: str | None
    """Whose they are; a bare key set does not say."""
    multikeys: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


class LogEvidence(NamedTuple):
    """That a key is in a log: the proof of its entry, and whom the verifier trusts."""

    proof: bytes
    policy: Policy


class Handed(NamedTuple):
    """What the verifier hands in beside the credential."""

    keys: IssuerKeys
    at: datetime
    status: bytes | None = None
    identity: str | None = None
    log: LogEvidence | None = None


class Secured(NamedTuple):
    """A credential with its proof, taken out of whatever carried it; nothing in it is believed yet."""

    carrier: str
    document: dict[str, Any]
    token: Token | None

    @property
    def key_name(self) -> str:
        """Name the key by which it says that it was signed."""
        return self.token.kid if self.token else str(proof_of(self.document)["verificationMethod"])


def keys_of(data: bytes) -> IssuerKeys:
    """Read an issuer's keys: a DID document, or a JSON Web Key set."""
    found = _object(data)
    if isinstance(found.get("keys"), list):
        return IssuerKeys(None, tokens=_tokens(found["keys"]))
    methods, may_assert = found.get("verificationMethod"), found.get("assertionMethod")
    if not isinstance(methods, list) or not isinstance(may_assert, list) or not isinstance(found.get("id"), str):
        raise errors.CredentialMalformed(found="neither", wanted="a DID document or a JSON Web Key set")
    ours = [
        one
        for one in methods
        if isinstance(one, dict) and one.get("controller") == found["id"] and one.get("id") in may_assert
    ]
    return IssuerKeys(
        found["id"],
        multikeys={one["id"]: str(one.get("publicKeyMultibase")) for one in ours if one.get("type") == "Multikey"},
        tokens=_tokens(one.get("publicKeyJwk") for one in ours if one.get("type") == "JsonWebKey"),
    )


def _tokens(keys: Iterable[object]) -> dict[str, Mapping[str, Any]]:
    return {key["kid"]: key for key in keys if isinstance(key, dict) and isinstance(key.get("kid"), str)}


def secured_of(data: bytes) -> Secured:
    """Take a credential out of a JSON file, a token, a PNG or an SVG."""
    if len(data) > _LARGEST_BYTES:
        raise errors.CredentialMalformed(found=f"{len(data)} bytes", wanted=f"at most {_LARGEST_BYTES}")
    carrier = "png" if data.startswith(PNG_MAGIC) else "svg" if data.lstrip()[:1] == b"<" else ""
    text = from_png(data) if carrier == "png" else from_svg(data) if carrier == "svg" else _text(data)
    if text.lstrip().startswith("{"):
        return Secured(carrier, _object(text.encode()), None)
    token = token_of(text)
    document = {name: value for name, value in token.payload.items() if name not in _CLAIMS}
    return Secured(carrier, document, token)


@told
def verify_credential(walk: Walk, data: bytes, handed: Handed) -> None:
    """Check a credential under what the verifier handed in."""
    with walk.step("credential_form") as found:
        secured = secured_of(data)
        document = secured.document
        _require_shape(document)
        how = "RS256 token" if secured.token else proof_of(document)["cryptosuite"]
        found += [str(document.get("name", document["id"])), how, *([secured.carrier] if secured.carrier else [])]
    with walk.step("credential_context") as found:
        _require_words(document)
        found.append("Verifiable Credentials 2.0, Open Badges 3.0")
    with walk.step("credential_key") as found:
        key = _key_of(secured, handed.keys)
        found.append(secured.key_name)
    with walk.step("credential_signature") as found:
        if secured.token:
            require_signature(secured.token, key)
        else:
            require_proof(document, public_of(key["multikey"]))
        found.append(f"signed by {document['issuer']['id']}")
        found += [f"{name}: {value}" for name, value in said_by(document)]
    if secured.token:
        with walk.step("credential_claims") as found:
            _require_claims(secured.token.payload, document)
            found.append("iss, sub, jti, nbf")
    if handed.log:
        with walk.step("key_in_log") as found:
            found.append(_key_in_log(walk, key, handed.log))
    else:
        walk.leave_out("key_in_log", LEFT_OUT["key_in_log"])
    with walk.step("credential_dates") as found:
        found.append(_require_in_time(document, handed.at))
    if handed.status is not None:
        with walk.step("credential_status") as found:
            found.append(_require_not_revoked(document, handed, handed.status))
    else:
        walk.leave_out("credential_status", LEFT_OUT["credential_status"])
    if handed.identity is not None:
        with walk.step("credential_bearer") as found:
            found.append(_require_bearer(document["credentialSubject"], handed.identity))
    else:
        walk.leave_out("credential_bearer", LEFT_OUT["credential_bearer"])
    if secured.carrier:
        walk.leave_out("credential_picture", LEFT_OUT["credential_picture"])


def said_by(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List the results that a credential states, by their names; to be told only after it was checked."""
    subject = document["credentialSubject"]
    names = {one["id"]: str(one["name"]) for one in subject["achievement"].get("resultDescription", [])}
    return [
        (names[one["resultDescription"]], str(one["value"]))
        for one in subject.get("result", [])
        if one.get("resultDescription") in names
    ]


def _require_shape(document: Mapping[str, Any]) -> None:
    for name, kind in _SHAPE.items():
        if not isinstance(document.get(name), kind):
            raise errors.CredentialMalformed(found=f"no {name}, or another kind of it", wanted=f"{name}")
    subject, issuer = document["credentialSubject"], document["issuer"]
    achievement = subject.get("achievement")
    if not isinstance(issuer.get("id"), str) or "Profile" not in _listed(issuer.get("type")):
        raise errors.CredentialMalformed(found="an issuer without id", wanted="a Profile with its id")
    if not isinstance(achievement, dict) or any(name not in achievement for name in _ACHIEVEMENT):
        raise errors.CredentialMalformed(found="no achievement", wanted=f"one with {', '.join(_ACHIEVEMENT)}")
    if "id" not in subject and not subject.get("identifier"):
        raise errors.CredentialMalformed(found="a subject without id", wanted="an id or an identifier")


def _require_words(document: Mapping[str, Any]) -> None:
    if document.get("@context") != [VC_CONTEXT, OB_CONTEXT]:
        raise errors.ContextUnknown(found=str(document.get("@context"))[:200], wanted=f"{VC_CONTEXT}, {OB_CONTEXT}")
    types, subject = _listed(document["type"]), document["credentialSubject"]
    if "VerifiableCredential" not in types or not _BADGES & set(map(str, types)):
        raise errors.ContextUnknown(found=f"types {types}", wanted="VerifiableCredential and OpenBadgeCredential")
    if "AchievementSubject" not in _listed(subject.get("type")):
        raise errors.ContextUnknown(found=f"a subject {subject.get('type')}", wanted="AchievementSubject")


def _key_of(secured: Secured, keys: IssuerKeys) -> Mapping[str, Any]:
    name, issuer = secured.key_name, secured.document["issuer"]["id"]
    if keys.issuer is not None and keys.issuer != issuer:
        raise errors.CredentialKeyUnknown(found=f"a credential of {issuer}", wanted=f"one of {keys.issuer}")
    if secured.token:
        if name not in keys.tokens:
            raise errors.CredentialKeyUnknown(found=name, wanted=f"one of {', '.join(keys.tokens) or 'none'}")
        return keys.tokens[name]
    if name not in keys.multikeys:
        raise errors.CredentialKeyUnknown(found=name, wanted=f"one of {', '.join(keys.multikeys) or 'none'}")
    return {"multikey": keys.multikeys[name]}


def _key_in_log(walk: Walk, key: Mapping[str, Any], log: LogEvidence) -> str:
    proof = LogProof.parse(_text(log.proof))
    signed = parse_checkpoint(proof.checkpoint)
    if proof.extra is None:
        raise errors.Malformed(found="no extra data", wanted="the log entry as extra data")
    require_signed(walk, signed, log.policy)
    require_in_log(proof.extra, proof.at, proof.path, signed.checkpoint)
    kind, fact = parse_entry(proof.extra)
    named = key["multikey"] if "multikey" in key else thumbprint_of(key)
    if kind != KEY_FACT or fact.get("key") != named:
        raise errors.AboutAnother(found=f"an entry of the kind {kind} about {fact.get('key')}", wanted=f"key {named}")
    return f"entry {proof.at} of {signed.checkpoint.size}: {fact.get('suite')}, key {fact.get('number')}"


def _require_claims(payload: Mapping[str, Any], document: Mapping[str, Any]) -> None:
    wanted: dict[str, object] = {
        "iss": document["issuer"]["id"],
        "jti": document["id"],
        "nbf": int(_instant(document["validFrom"]).timestamp()),
    }
    if "id" in document["credentialSubject"]:
        wanted["sub"] = document["credentialSubject"]["id"]
    if "validUntil" in document:
        wanted["exp"] = int(_instant(document["validUntil"]).timestamp())
    for name, value in wanted.items():
        if payload.get(name) != value:
            raise errors.ClaimsDiffer(found=f"{name} {payload.get(name)!r}", wanted=f"{value!r}")


def _require_in_time(document: Mapping[str, Any], at: datetime) -> str:
    since = _instant(document["validFrom"])
    if at < since:
        raise errors.NotYetValid(found=_written(at), wanted=f"from {_written(since)} on")
    if "validUntil" not in document:
        return f"since {_written(since)}, without an end"
    until = _instant(document["validUntil"])
    if at > until:
        raise errors.NoLongerValid(found=_written(at), wanted=f"until {_written(until)}")
    return f"{_written(since)} to {_written(until)}"


def _require_not_revoked(document: Mapping[str, Any], handed: Handed, data: bytes) -> str:
    entry, listed = document.get("credentialStatus"), _object(data)
    subject = listed.get("credentialSubject")
    if not isinstance(entry, dict) or not isinstance(subject, dict):
        raise errors.StatusListWrong(found="no status entry, or no list", wanted="a BitstringStatusListEntry")
    require_proof(listed, public_of(_list_key(listed, handed.keys)))
    issuer = document["issuer"]["id"]
    for name, found, wanted in (
        ("the list", listed.get("id"), entry.get("statusListCredential")),
        ("its issuer", listed.get("issuer"), issuer),
        ("its kind", subject.get("type"), "BitstringStatusList"),
        ("its purpose", subject.get("statusPurpose"), STATUS_PURPOSE),
        ("the purpose of the entry", entry.get("statusPurpose"), STATUS_PURPOSE),
        ("the kind of the entry", entry.get("type"), "BitstringStatusListEntry"),
    ):
        if found != wanted or "BitstringStatusListCredential" not in _listed(listed.get("type")):
            raise errors.StatusListWrong(found=f"{name}: {found}", wanted=str(wanted))
    since, until = _instant(listed.get("validFrom")), _instant(listed.get("validUntil"))
    if handed.at < since - timedelta(minutes=5) or handed.at > until:
        raise errors.StatusListStale(found=_written(handed.at), wanted=f"{_written(since)} to {_written(until)}")
    index = str(entry.get("statusListIndex"))
    if not index.isascii() or not index.isdecimal():
        raise errors.StatusListWrong(found=f"index {index!r}", wanted="a decimal number")
    age = handed.at - since
    told_age = f"list of {_written(since)}, {max(int(age.total_seconds()), 0) // 60} minutes old"
    if is_set(list_decoded(str(subject.get("encodedList"))), int(index)):
        raise errors.CredentialRevoked(found=f"entry {index} is set; {told_age}", wanted="an entry that is not set")
    return f"entry {index} is not set; {told_age}"


def _list_key(listed: Mapping[str, Any], keys: IssuerKeys) -> str:
    name = str(proof_of(listed)["verificationMethod"])
    if name not in keys.multikeys:
        raise errors.CredentialKeyUnknown(
            found=f"a list signed by {name}",
            wanted=f"one of {', '.join(keys.multikeys) or 'none'}; give the DID document",
        )
    return keys.multikeys[name]


def _require_bearer(subject: Mapping[str, Any], identity: str) -> str:
    for one in _listed(subject.get("identifier")):
        if not isinstance(one, dict) or one.get("hashed") is not True:
            continue
        if one.get("identityHash") == identity_hash(identity, str(one.get("salt", ""))):
            return str(one.get("identityType"))
    raise errors.BearerDiffers(found="the hash of another identity", wanted="the salted hash in the credential")


def identity_hash(identity: str, salt: str) -> str:
    """Hash an identity with its salt, as Open Badges 3.0 writes it."""
    return "sha256$" + sha256((identity + salt).encode()).hexdigest()


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = parse_plain(data)
    except errors.NotCanonical as refusal:
        raise errors.CredentialMalformed(found=refusal.facts["found"], wanted=refusal.facts["wanted"]) from refusal
    if not isinstance(found, dict):
        raise errors.CredentialMalformed(found=type(found).__name__, wanted="a JSON object")
    return found


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise errors.CredentialMalformed(found="bytes that are not UTF-8", wanted="UTF-8") from error


def _instant(written: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(written))
        if found.tzinfo is not None:
            return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise errors.CredentialMalformed(found=f"{written!r}", wanted="an instant with its zone") from error
    raise errors.CredentialMalformed(found=f"{written!r}", wanted="an instant with its zone")


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _listed(found: object) -> list[Any]:
    return found if isinstance(found, list) else [found]
