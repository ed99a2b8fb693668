"""Signed notes and checkpoints: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.

Reading is strict: what can be read in two ways is refused. Signatures of unknown keys and types are kept and not
believed, so that other witnesses and coming algorithms (0x06, ML-DSA-44) may stand on the same checkpoint.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, NamedTuple, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from greencredit.proofs import errors
from greencredit.proofs.rules.base64_text import decoded, encoded, hash_decoded

ED25519: Final = 0x01
COSIGNATURE: Final = 0x04
ML_DSA_44: Final = 0x06

_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_MOST_SIGNATURES: Final = 64
_LARGEST_NOTE_BYTES: Final = 1 << 20
_DASH: Final = "— "
_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_ID: Final = re.compile(r"[0-9a-f]{8}")

SIGNED_EVERY_SECONDS: Final = 60
"""How often a running platform signs its log: whoever waits for a checkpoint waits no longer."""


class Signature(NamedTuple):
    """One signature line: whose key, which key, and the bytes after the key id."""

    name: str
    key_id: bytes
    body: bytes

    @property
    def line(self) -> str:
        """Write the line, with its newline."""
        return f"{_DASH}{self.name} {encoded(self.key_id + self.body)}\n"


class Note(NamedTuple):
    """A text and its signatures, as they stand in the file."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> str:
        """Write the note the way it was read."""
        return self.text + "\n" + "".join(signature.line for signature in self.signatures)


class Checkpoint(NamedTuple):
    """What a log commits to: its name, how many entries it has, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Write the three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{encoded(self.root)}\n"


class SignedCheckpoint(NamedTuple):
    """A checkpoint and the note that it was read from."""

    checkpoint: Checkpoint
    note: Note


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name; `text` is the line that others put into their policies."""

    name: str
    kind: int
    key: bytes
    key_id: bytes

    @classmethod
    def made(cls, name: str, kind: int, key: bytes) -> Self:
        """Name a public key; its id follows from all three."""
        return cls(_key_name(name), kind, key, key_id_of(name, kind, key))

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `name+id+base64(type ‖ key)`; refuses an id that does not follow from the key."""
        parts = text.split("+", 2)
        if len(parts) != 3 or not _ID.fullmatch(parts[1]):  # noqa: PLR2004 - name, id, key
            raise errors.KeyMalformed(found=f"{len(text)} characters", wanted="name+8 hexadecimal digits+Base 64")
        name, hint, data = _key_name(parts[0]), bytes.fromhex(parts[1]), decoded(parts[2])
        if not data:
            raise errors.KeyMalformed(found="no key", wanted="its type and the key")
        kind, key = data[0], data[1:]
        if kind in {ED25519, COSIGNATURE} and len(key) != _KEY_BYTES:
            raise errors.KeyMalformed(found=f"a key of {len(key)} bytes", wanted=f"{_KEY_BYTES} bytes")
        if hint != (wanted := key_id_of(name, kind, key)):
            raise errors.KeyHintWrong(found=hint.hex(), wanted=wanted.hex())
        return cls(name, kind, key, hint)

    @property
    def text(self) -> str:
        """Write the key the way `parse` reads it."""
        return f"{self.name}+{self.key_id.hex()}+{encoded(bytes([self.kind]) + self.key)}"

    def is_named_by(self, signature: Signature) -> bool:
        """Tell whether a signature line claims to be of this key."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def verifies(self, text: str, signature: Signature) -> bool:
        """Tell whether a signature fits a text, in the way of this key's type."""
        body, message = signature.body, text.encode()
        if self.kind == COSIGNATURE:
            if len(body) != _TIME_BYTES + _SIGNATURE_BYTES:
                return False
            at_seconds = cosigned_at(signature)
            if at_seconds >> 63:
                return False
            body, message = body[_TIME_BYTES:], _cosigned(text, at_seconds)
        elif self.kind != ED25519:
            raise errors.KeyTypeUnusable(found=f"type 0x{self.kind:02x}", wanted="Ed25519 (0x01 or 0x04)")
        return self.verifies_bytes(message, body)

    def verifies_bytes(self, message: bytes, signature: bytes) -> bool:
        """Tell whether a bare Ed25519 signature of this key fits a message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.key).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """A private key under a name; it signs notes, or cosigns them when its type is that of a witness."""

    def __init__(self, name: str, seed: bytes, kind: int = ED25519) -> None:
        if kind not in {ED25519, COSIGNATURE}:
            raise errors.KeyTypeUnusable(found=f"type 0x{kind:02x}", wanted="Ed25519 (0x01 or 0x04)")
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = VerifierKey.made(name, kind, self._key.public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Sign the text of a note."""
        _require_kind(self.verifier, ED25519)
        return Signature(self.verifier.name, self.verifier.key_id, self._key.sign(_note_text(text).encode()))

    def cosign(self, text: str, *, at_seconds: int) -> Signature:
        """Cosign the text of a checkpoint as a witness, at a time in seconds since 1970."""
        _require_kind(self.verifier, COSIGNATURE)
        body = self._key.sign(_cosigned(_note_text(text), at_seconds))
        return Signature(self.verifier.name, self.verifier.key_id, at_seconds.to_bytes(_TIME_BYTES, "big") + body)

    def sign_bytes(self, message: bytes) -> bytes:
        """Sign bytes that are no note; the caller puts a label of its own before them."""
        return self._key.sign(message)


def key_id_of(name: str, kind: int, key: bytes) -> bytes:
    """Give the four bytes by which a signature line names a key."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + key).digest()[:_ID_BYTES]


def cosigned_at(signature: Signature) -> int:
    """Give the time of a witness's signature in seconds since 1970."""
    return int.from_bytes(signature.body[:_TIME_BYTES], "big")


def sign_checkpoint(checkpoint: Checkpoint, *signers: Signer) -> str:
    """Write a checkpoint signed by the log's key (by both, in the time of a change)."""
    return Note(checkpoint.text, tuple(signer.sign(checkpoint.text) for signer in signers)).signed


def with_signatures(signed: str, more: Iterable[Signature]) -> str:
    """Add signature lines to a note; a line that stands there already is not repeated."""
    note = parse_note(signed)
    return Note(note.text, tuple(dict.fromkeys((*note.signatures, *more)))).signed


def parse_note(data: bytes | str) -> Note:
    """Read a signed note; nothing in it is believed yet."""
    signed = _text_of(data)
    if not signed.endswith("\n"):
        raise errors.NewlineMissing(found="a last line without an end", wanted="a newline after every line")
    text, gap, lines = signed.rpartition("\n\n")
    if not gap or not lines:
        raise errors.SignatureLineMissing(found="no signature line", wanted="an empty line and signature lines")
    written = lines[:-1].split("\n")
    if len(written) > _MOST_SIGNATURES:
        raise errors.TooManySignatures(found=f"{len(written)} signatures", wanted=f"at most {_MOST_SIGNATURES}")
    return Note(text + "\n", tuple(_signature(line) for line in written))


def parse_checkpoint(data: bytes | str) -> SignedCheckpoint:
    """Read a signed checkpoint; nothing in it is believed yet."""
    note = parse_note(data)
    return SignedCheckpoint(checkpoint_of(note.text), note)


def checkpoint_of(text: str) -> Checkpoint:
    """Read the text of a checkpoint."""
    origin, *rest = text[:-1].split("\n")
    if not origin:
        raise errors.OriginMissing(found="an empty first line", wanted="the name of the log")
    if not rest or not rest[0]:
        raise errors.SizeMissing(found="no second line", wanted="the number of entries")
    if not _SIZE.fullmatch(rest[0]):
        raise errors.SizeMalformed(found=repr(rest[0][:40]), wanted="a decimal number without leading zeros")
    if len(rest) == 1 or not rest[1]:
        raise errors.RootMissing(found="no third line", wanted="the root of the tree")
    root = hash_decoded(rest[1])
    if len(rest) > 2:  # noqa: PLR2004 - origin, size, root
        raise errors.ExtensionFound(found=f"{len(rest) + 1} lines", wanted="origin, size and root alone")
    return Checkpoint(origin, int(rest[0]), root)


def _signature(line: str) -> Signature:
    parts = line.removeprefix(_DASH).split(" ")
    if not line.startswith(_DASH) or len(parts) != 2:  # noqa: PLR2004 - name and signature
        raise errors.SignatureLineMalformed(found=repr(line[:40]), wanted="— name base64")
    data = decoded(parts[1])
    if len(data) <= _ID_BYTES:
        raise errors.SignatureLineMalformed(found=f"{len(data)} bytes", wanted="a key id and a signature")
    return Signature(_key_name(parts[0]), data[:_ID_BYTES], data[_ID_BYTES:])


def _key_name(name: str) -> str:
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise errors.KeyNameMalformed(found=repr(name[:40]), wanted="a name without spaces and plus signs")
    return name


def _text_of(data: bytes | str) -> str:
    try:
        raw = data.encode() if isinstance(data, str) else data
        text = raw.decode()
    except UnicodeError as error:
        raise errors.NotText(found="bytes that are not UTF-8", wanted="UTF-8") from error
    if len(raw) > _LARGEST_NOTE_BYTES:
        raise errors.NotText(found=f"{len(raw)} bytes", wanted=f"at most {_LARGEST_NOTE_BYTES}")
    if any(letter < " " and letter != "\n" for letter in text):
        raise errors.NotText(found="a control character", wanted="none but the newline")
    return text


def _note_text(text: str) -> str:
    if not _text_of(text).endswith("\n"):
        raise errors.NewlineMissing(found="a text without a last newline", wanted="a newline after every line")
    return text


def _cosigned(text: str, at_seconds: int) -> bytes:
    return f"cosignature/v1\ntime {at_seconds}\n{text}".encode()


def _require_kind(key: VerifierKey, wanted: int) -> None:
    if key.kind != wanted:
        raise errors.KeyTypeUnusable(found=f"type 0x{key.kind:02x}", wanted=f"type 0x{wanted:02x}")
