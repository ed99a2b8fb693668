"""Whom a verifier trusts: a policy file in the format of c2sp.org/tlog-policy, handed to him out of band.

Changes of the log's key, signed by the key before, extend what the file says: each key signs certain sizes only.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, NamedTuple, Self

from greencredit.proofs import errors
from greencredit.proofs.rules.base64_text import decoded, encoded
from greencredit.proofs.rules.canonical import canonical, parse_canonical
from greencredit.proofs.rules.note import COSIGNATURE, ED25519, SignedCheckpoint, Signer, VerifierKey
from greencredit.proofs.rules.records import shape_of
from greencredit.schemas.proofs import KeyRecord, LogKeys

_KEY_CHANGE: Final = b"greencredit/key-change/v1\n"
_NONE: Final = "none"
_ANY_WITNESS: Final = "any-witness"


class LogKey(NamedTuple):
    """A key of a log, and the sizes that it signs: from `since` on, below `until`."""

    key: VerifierKey
    since: int = 0
    until: int | None = None

    def signs(self, size: int) -> bool:
        """Tell whether this key signs a log of this size."""
        return self.since <= size and (self.until is None or size < self.until)


class Group(NamedTuple):
    """So many of these witnesses or groups."""

    needed: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Keys of logs, witnesses, and how many of them must have signed."""

    logs: tuple[LogKey, ...]
    witnesses: MappingProxyType[str, VerifierKey]
    groups: MappingProxyType[str, Group]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a policy file; refuses what it does not know."""
        reader = _Reader()
        for number, line in enumerate(_lines(data), 1):
            words = line.replace("\t", " ").split(" ")
            words = [word for word in words if word]
            if words and not words[0].startswith("#"):
                reader.line(number, *words)
        if reader.quorum is None:
            raise errors.PolicyMalformed(found="no quorum line", wanted="exactly one; `quorum none` asks for nobody")
        return cls(
            tuple(reader.logs), MappingProxyType(reader.witnesses), MappingProxyType(reader.groups), reader.quorum
        )

    def knows(self, change: KeyRecord) -> bool:
        """Tell whether a change is about a key that is trusted already."""
        return any(one.key.text in {change.old, change.new} for one in self.logs)

    def after(self, change: KeyRecord) -> Self:
        """Trust the new key of a change from its size on, and the old one no longer; refuses a change not signed."""
        old, new = require_key_change(change)
        known = {one.key: one for one in self.logs}
        if old not in known and new not in known:
            raise errors.KeyChangeRefused(found=f"a change from {old.text}", wanted="a change from a trusted key")
        if new in known and known[new].until is not None:
            raise errors.KeyChangeRefused(found=f"a change to {_named(new)}", wanted="a key that was not given up")
        before = known.get(old)
        if before is not None and not before.signs(change.since):
            raise errors.KeyChangeRefused(
                found=f"a change at size {change.since}", wanted=f"a size that the key signs ({_sizes(before)})"
            )
        if before is not None:
            known[old] = before._replace(until=change.since)
        known[new] = known.get(new, LogKey(new))._replace(since=change.since)
        return replace(self, logs=tuple(known.values()))

    def satisfied_by(self, signed: set[str]) -> bool:
        """Tell whether these witnesses are enough."""
        return self._holds(self.quorum, signed)

    def _holds(self, name: str, signed: set[str]) -> bool:
        if name == _NONE:
            return True
        if name in self.witnesses:
            return name in signed
        group = self.groups[name]
        return sum(self._holds(member, signed) for member in group.members) >= group.needed


def policy_text(keys: LogKeys, *, asks_witnesses: bool = True) -> str:
    """Write the policy that trusts a log's listed keys and, if it has witnesses and they are asked for, any of them."""
    lines = ["# 信任策略：请另经可靠途径核对密钥 · whom to trust; compare the keys by another way, too (tlog-policy)"]
    lines += [f"log {key.vkey}" for key in keys.keys]
    counts: dict[str, int] = {}
    names = []
    for one in keys.witnesses:
        counts[one.name] = counts.get(one.name, 0) + 1
        names.append(one.name if counts[one.name] == 1 else f"{one.name}#{counts[one.name]}")
        lines.append(f"witness {names[-1]} {one.vkey}")
    if names and asks_witnesses:
        return "\n".join([*lines, f"group {_ANY_WITNESS} any {' '.join(names)}", f"quorum {_ANY_WITNESS}", ""])
    return "\n".join([*lines, "quorum none", ""])


def require_log_signature(signed: SignedCheckpoint, policy: Policy, *, any_size: bool = False) -> VerifierKey:
    """Give the key of the log that signed this checkpoint; refuses it where none that signs such sizes did."""
    origin, size = signed.checkpoint.origin, signed.checkpoint.size
    of_log = [one for one in policy.logs if one.key.name == origin]
    if not of_log:
        names = ", ".join(sorted({one.key.name for one in policy.logs})) or "none"
        raise errors.LogUnknown(found=f"a checkpoint of {origin}", wanted=f"of a log in the policy: {names}")
    fitting = []
    for one in of_log:
        for signature in filter(one.key.is_named_by, signed.note.signatures):
            if not one.key.verifies(signed.note.text, signature):
                raise errors.SignatureWrong(found=f"a signature under {_named(one.key)}", wanted="one that fits")
            fitting.append(one)
    valid = [one for one in fitting if any_size or one.signs(size)]
    if not valid:
        found = ", ".join(f"{_named(one.key)} for {_sizes(one)}" for one in fitting) or "no signature of a trusted key"
        wanted = ", ".join(_named(one.key) for one in of_log if one.signs(size)) or "a key that signs this size"
        raise errors.LogSignatureMissing(found=f"{found} at size {size}", wanted=wanted)
    return valid[-1].key


def require_witnesses(signed: SignedCheckpoint, policy: Policy) -> list[str]:
    """Name the witnesses that signed this checkpoint; refuses it where they are fewer than the policy demands."""
    names = []
    for name, key in policy.witnesses.items():
        signatures = [one for one in signed.note.signatures if key.is_named_by(one)]
        if not all(key.verifies(signed.note.text, one) for one in signatures):
            raise errors.SignatureWrong(found=f"a signature under {_named(key)}", wanted="one that fits")
        if signatures:
            names.append(name)
    if not policy.satisfied_by(set(names)):
        found = ", ".join(names) or "no witness"
        raise errors.QuorumMissing(found=found, wanted=f"the quorum {policy.quorum}")
    return names


def key_change_entry(old: Signer, new: Signer, *, since: int, at_micros: int) -> bytes:
    """Write the log entry that hands over to a new key: signed by the old one, and by the new one as proof of it."""
    record = KeyRecord(old=old.verifier.text, new=new.verifier.text, since=since, at=at_micros)
    message = _key_change_message(record)
    return canonical(
        record.model_dump()
        | {
            "signature": encoded(old.sign_bytes(message)),
            "countersignature": encoded(new.sign_bytes(message)),
        }
    )


def parse_key_change(entry: bytes) -> KeyRecord:
    """Read the log entry of a change of keys; refuses one that is not signed by both."""
    return key_change_of(parse_canonical(entry))


def key_change_of(value: object) -> KeyRecord:
    """Read a change of keys out of an entry that was parsed already."""
    record = shape_of(KeyRecord, value)
    require_key_change(record)
    return record


def require_key_change(record: KeyRecord) -> tuple[VerifierKey, VerifierKey]:
    """Give the old and the new key of a change; refuses one that both have not signed."""
    old, new = VerifierKey.parse(record.old), VerifierKey.parse(record.new)
    if (old.name, old.kind, new.kind) != (new.name, ED25519, ED25519) or old.key == new.key:
        found = f"{_named(old)} and {_named(new)}"
        raise errors.KeyChangeRefused(found=found, wanted="two Ed25519 keys of one log")
    message = _key_change_message(record)
    for key, signature in ((old, record.signature), (new, record.countersignature)):
        if not key.verifies_bytes(message, decoded(signature)):
            raise errors.KeyChangeRefused(found=f"no fitting signature of {_named(key)}", wanted="both signatures")
    return old, new


class _Reader:
    """Reads the lines of a policy in order; names may only be used after they were defined."""

    def __init__(self) -> None:
        self.logs: list[LogKey] = []
        self.witnesses: dict[str, VerifierKey] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._members: set[str] = set()

    def line(self, number: int, kind: str, *words: str) -> None:
        """Read one line."""
        match kind, words:
            case "log", (vkey, *url) if len(url) <= 1:
                key = self._key(number, vkey, ED25519, {one.key.key for one in self.logs})
                self.logs.append(LogKey(key))
            case "witness", (name, vkey, *url) if len(url) <= 1:
                taken = {one.key for one in self.witnesses.values()}
                self.witnesses[self._new(number, name)] = self._key(number, vkey, COSIGNATURE, taken)
            case "group", (name, needed, *members) if members:
                self._group(number, name, needed, members)
            case "quorum", (name,) if self.quorum is None:
                if name != _NONE:
                    self._known(number, name)
                self.quorum = name
            case _:
                raise _bad(number, f"{kind} and {len(words)} words", "log, witness, group or (once) quorum")

    def _group(self, number: int, name: str, needed: str, members: list[str]) -> None:
        for member in members:
            self._known(number, member)
            if member in self._members:
                raise _bad(number, f"{member!r} a second time", "each name in one group, once")
            self._members.add(member)
        counts = {"any": 1, "all": len(members)} | {str(count): count for count in range(1, len(members) + 1)}
        if needed not in counts:
            raise _bad(number, repr(needed[:20]), f"any, all, or a number from 1 to {len(members)}")
        self.groups[self._new(number, name)] = Group(counts[needed], tuple(members))

    def _key(self, number: int, vkey: str, kind: int, taken: set[bytes]) -> VerifierKey:
        try:
            key = VerifierKey.parse(vkey)
        except UnicodeEncodeError as error:
            raise _bad(number, "a key whose name is not UTF-8", "UTF-8") from error
        if key.kind != kind:
            raise errors.KeyTypeUnusable(found=f"type 0x{key.kind:02x} on line {number}", wanted=f"type 0x{kind:02x}")
        if key.key in taken:
            raise _bad(number, f"the key of {key.name!r} a second time", "each key once")
        return key

    def _new(self, number: int, name: str) -> str:
        if name == _NONE or name in self.witnesses or name in self.groups:
            raise _bad(number, f"the name {name!r} a second time", "a new name")
        return name

    def _known(self, number: int, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise _bad(number, f"the name {name!r}", "one that stands on a line above")


def _lines(data: bytes) -> list[str]:
    if any((byte < 0x20 and byte not in b"\t\n") or byte == 0x7F for byte in data):  # noqa: PLR2004 - ASCII controls
        raise errors.PolicyMalformed(found="a control character", wanted="none but tab and newline")
    if data and not data.endswith(b"\n"):
        raise errors.PolicyMalformed(found="a last line without an end", wanted="a newline after every line")
    # The format calls bytes beyond ASCII opaque; whatever is no UTF-8 keeps its identity this way.
    return data.decode(errors="surrogateescape").split("\n")


def _bad(number: int, found: str, wanted: str) -> errors.PolicyMalformed:
    return errors.PolicyMalformed(found=f"{found} on line {number}", wanted=wanted, line=number)


def _named(key: VerifierKey) -> str:
    return f"{key.name}+{key.key_id.hex()}"


def _sizes(one: LogKey) -> str:
    return f"sizes from {one.since}" if one.until is None else f"sizes from {one.since} below {one.until}"


def _key_change_message(record: KeyRecord) -> bytes:
    return _KEY_CHANGE + canonical(record.model_dump(exclude={"signature", "countersignature"}))
