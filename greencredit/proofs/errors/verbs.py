"""What stands against a verb of the log, or of a witness."""

from greencredit.kernel.errors import Conflict, Denied, NotFound, Refused
from greencredit.proofs.errors.forms import ProofRefused


class NoSuchEntry(NotFound):
    """没有此日志条目: the log has no entry at this place."""

    code = "proofs.no_such_entry"

    def __init__(self, index: int, *, size: int) -> None:
        super().__init__(f"entry {index} was wanted, the log has {size}", index=index, size=size)


class NoSuchCheckpoint(NotFound):
    """没有此检查点: the log was not signed at this size, or not yet at all."""

    code = "proofs.no_such_checkpoint"

    def __init__(self, size: int | None) -> None:
        wanted = "any checkpoint" if size is None else f"a checkpoint of size {size}"
        super().__init__(f"{wanted} was wanted, none was signed", size=size)


class NoSuchFile(NotFound):
    """没有此日志文件: the log publishes no file under this path."""

    code = "proofs.no_such_file"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path[:80]} was wanted, no such file is published", path=path[:80])


class TileDiffers(Conflict):
    """分片不符: a stored tile is not what the entries make; somebody changed one of the two."""

    code = "proofs.tile_differs"

    def __init__(self, level: int, number: int) -> None:
        super().__init__(
            f"tile {number} of level {level} differs from what the entries make", level=level, number=number
        )


class LogNotOpened(Conflict):
    """日志尚未启用: the log has no name yet under which it could be signed."""

    code = "proofs.log_not_opened"

    def __init__(self) -> None:
        super().__init__("the log has no name yet: `greencredit log publish` gives it one")


class OriginFixed(Conflict):
    """日志名称不可更改: a log keeps its name for ever, it stands in everything that was signed."""

    code = "proofs.origin_fixed"

    def __init__(self, found: str, *, wanted: str) -> None:
        super().__init__(f"the log is named {found}, {wanted} wanted", found=found, wanted=wanted)


class TreeInconsistent(Conflict):
    """日志前后不一致: the tree does not continue the one that was signed before; nothing more is signed."""

    code = "proofs.tree_inconsistent"

    def __init__(self, signed: int, present: int, why: str) -> None:
        super().__init__(
            f"the log of {present} entries does not continue the one signed at {signed}: {why}",
            signed=signed,
            present=present,
        )


class SigningKeyLost(Conflict):
    """签名密钥不符: the secret of this installation does not give the log's listed key."""

    code = "proofs.signing_key_lost"

    def __init__(self, found: str, *, wanted: str) -> None:
        super().__init__(f"this secret gives the key {found}, the log lists {wanted}", found=found, wanted=wanted)


class RotationUnfinished(Conflict):
    """密钥更换未完成: the change before this one is not in a signed checkpoint yet."""

    code = "proofs.rotation_unfinished"

    def __init__(self, vkey: str) -> None:
        super().__init__(f"no checkpoint carries the change to {vkey} yet, sign one first", vkey=vkey)


class FactRefused(Refused):
    """不可写入日志: a fact has a kind or a name that the log's public schema does not know."""

    code = "proofs.fact_refused"

    def __init__(self, kind: str, *, found: str, wanted: str) -> None:
        super().__init__(f"{kind}: found {found}, wanted {wanted}", kind=kind, found=found, wanted=wanted)


class PublishedElsewhere(Conflict):
    """另有发布进程: another process publishes the log at this moment."""

    code = "proofs.published_elsewhere"

    def __init__(self, publisher: str) -> None:
        super().__init__(f"{publisher} publishes the log, wait until its lease ends", publisher=publisher)


class RequestUnreadable(ProofRefused):
    """请求无法理解: what was handed in is not written the way the witness protocol demands."""

    code = "proofs.request_unreadable"


class LogNotWitnessed(NotFound):
    """未见证此日志: this witness was not asked to watch a log of this name."""

    code = "proofs.log_not_witnessed"

    def __init__(self, origin: str) -> None:
        super().__init__(f"a log we watch was wanted, found {origin[:80]}", origin=origin[:80])


class NotSignedByLog(Denied):
    """并非该日志签名: none of the signatures is of the key that this witness knows the log by."""

    code = "proofs.not_signed_by_log"

    def __init__(self, origin: str) -> None:
        super().__init__(f"a signature of the known key of {origin} was wanted, found none", origin=origin)


class OldSizeStale(Conflict):
    """旧长度不符: the proof must begin at the size this witness cosigned last."""

    code = "proofs.old_size_stale"

    def __init__(self, found: int, *, size: int) -> None:
        super().__init__(f"the proof begins at {found}, this witness cosigned {size} last", found=found, size=size)


class TwoRoots(Conflict):
    """同一长度两个根: the log showed another tree of a size that was cosigned before; both are kept as evidence."""

    code = "proofs.two_roots"

    def __init__(self, origin: str, *, size: int) -> None:
        super().__init__(
            f"{origin} showed another tree of size {size} than the one cosigned; both are kept",
            origin=origin,
            size=size,
        )


class NoKnownWitness(Refused):
    """无已登记见证方: none of the signatures is of a registered witness."""

    code = "proofs.no_known_witness"

    def __init__(self, found: int) -> None:
        super().__init__(f"found {found} signatures, none of a registered witness", found=found)
