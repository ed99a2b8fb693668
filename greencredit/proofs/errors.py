"""What the room of proofs refuses: every way in which a proof can fail has a code of its own."""

from greencredit.kernel.errors import Conflict, Denied, NotFound, Refused


class ProofRefused(Refused):
    """证明不成立: a proof does not show what it claims to show."""

    code = "proofs.refused"

    def __init__(self, *, found: object, wanted: object, **facts: object) -> None:
        super().__init__(f"found {found}, wanted {wanted}", found=str(found), wanted=str(wanted), **facts)


# How a file or a line is written.


class Malformed(ProofRefused):
    """格式有误: what was given is not written the way its format demands."""

    code = "proofs.malformed"


class NotCanonical(ProofRefused):
    """不是规范 JSON: the value or text has no canonical JSON (RFC 8785) in the subset used here."""

    code = "proofs.not_canonical"


class NotText(ProofRefused):
    """不是规范文本: a signed note is UTF-8 without control characters other than the newline."""

    code = "proofs.not_text"


class NewlineMissing(ProofRefused):
    """缺少换行: every line of a signed note ends in a newline."""

    code = "proofs.newline_missing"


class SignatureLineMissing(ProofRefused):
    """缺少签名行: a signed note carries an empty line and at least one signature after its text."""

    code = "proofs.signature_line_missing"


class SignatureLineMalformed(ProofRefused):
    """签名行有误: a signature line is an em dash, the key's name and Base 64, with single spaces between."""

    code = "proofs.signature_line_malformed"


class TooManySignatures(ProofRefused):
    """签名过多: a signed note carries more signatures than anyone needs."""

    code = "proofs.too_many_signatures"


class Base64Malformed(ProofRefused):
    """Base64 有误: bytes are written in the standard Base 64 alphabet, padded, in one way only."""

    code = "proofs.base64_malformed"


class KeyNameMalformed(ProofRefused):
    """密钥名称有误: the name of a key is not empty and holds neither spaces nor a plus sign."""

    code = "proofs.key_name_malformed"


class KeyMalformed(ProofRefused):
    """验证密钥有误: a verifier key is name, key id and Base 64, joined by plus signs, of the length its type has."""

    code = "proofs.key_malformed"


class KeyHintWrong(ProofRefused):
    """密钥标识不符: the four bytes that name a key do not follow from the key itself."""

    code = "proofs.key_hint_wrong"


class KeyTypeUnusable(ProofRefused):
    """密钥类型不可用: this version cannot check or make signatures of that type, or not for this purpose."""

    code = "proofs.key_type_unusable"


class OriginMissing(ProofRefused):
    """缺少日志名称: the first line of a checkpoint names the log."""

    code = "proofs.origin_missing"


class SizeMissing(ProofRefused):
    """缺少日志长度: the second line of a checkpoint is the number of entries."""

    code = "proofs.size_missing"


class SizeMalformed(ProofRefused):
    """日志长度有误: a size is a decimal number without sign or leading zeros."""

    code = "proofs.size_malformed"


class RootMissing(ProofRefused):
    """缺少根哈希: the third line of a checkpoint is the root of the tree."""

    code = "proofs.root_missing"


class ExtensionFound(ProofRefused):
    """检查点有附加行: checkpoints of this platform have no extension lines, as nobody can audit them."""

    code = "proofs.extension_found"


class TilePathMalformed(ProofRefused):
    """分片路径有误: the path names no tile of a log."""

    code = "proofs.tile_path_malformed"


class EntryTooLong(ProofRefused):
    """日志条目过长: an entry has at most 65,535 bytes."""

    code = "proofs.entry_too_long"


class PolicyMalformed(ProofRefused):
    """信任策略有误: a line of the trust policy cannot be used."""

    code = "proofs.policy_malformed"


# What a tree or a signature shows.


class OutsideTheTree(ProofRefused):
    """超出日志范围: an index or size lies outside the tree."""

    code = "proofs.outside_the_tree"


class PathWrong(ProofRefused):
    """路径有误: a proof has another number of hashes than the tree's shape demands, or one of another length."""

    code = "proofs.path_wrong"


class RootDiffers(ProofRefused):
    """根哈希不符: the hashes lead to another root than the one that was signed."""

    code = "proofs.root_differs"


class LogUnknown(ProofRefused):
    """日志不在信任策略中: the policy knows no key of a log of this name that was valid at this size."""

    code = "proofs.log_unknown"


class LogSignatureMissing(ProofRefused):
    """缺少日志签名: no key of the log that was valid at this size has signed the checkpoint."""

    code = "proofs.log_signature_missing"


class SignatureWrong(ProofRefused):
    """签名不符: a signature under a known key does not fit the text."""

    code = "proofs.signature_wrong"


class QuorumMissing(ProofRefused):
    """见证不足: fewer witnesses have signed the checkpoint than the policy demands."""

    code = "proofs.quorum_missing"


class Forked(ProofRefused):
    """日志分叉: two signed checkpoints of one size show different roots; keep both, they are evidence."""

    code = "proofs.forked"


class LogsDiffer(ProofRefused):
    """不是同一日志: two checkpoints are of different logs."""

    code = "proofs.logs_differ"


class OrderWrong(ProofRefused):
    """先后颠倒: the checkpoint called older is the larger one."""

    code = "proofs.order_wrong"


class ConsistencyMissing(ProofRefused):
    """缺少一致性证明: two sizes of a log are only comparable with a consistency proof between them."""

    code = "proofs.consistency_missing"


# What a receipt, a statement or a whole log shows.


class RowAltered(ProofRefused):
    """流水被改动: the event's bytes and salt do not lead to the root that its batch was sealed with."""

    code = "proofs.row_altered"


class EntryAltered(ProofRefused):
    """日志条目被改动: an entry does not lead to the root that was signed, or to the hash in its tile."""

    code = "proofs.entry_altered"


class NotInBatch(ProofRefused):
    """不在批次内: an event's number lies outside the numbers of its batch."""

    code = "proofs.not_in_batch"


class HolderDiffers(ProofRefused):
    """持有人不符: an event of a statement belongs to another holder."""

    code = "proofs.holder_differs"


class EventsOutOfOrder(ProofRefused):
    """流水重复或乱序: the events of a statement do not rise by number, or one stands in it twice."""

    code = "proofs.events_out_of_order"


class KindUnknown(ProofRefused):
    """流水类别未知: the verifier does not know what an event of this kind does to a total."""

    code = "proofs.kind_unknown"


class TotalsDiffer(ProofRefused):
    """合计不符: the closing total of a series is not the opening total and the events between."""

    code = "proofs.totals_differ"


class TileMissing(ProofRefused):
    """缺少分片: a tile or bundle that a log of this size has is not there."""

    code = "proofs.tile_missing"


class TileAltered(ProofRefused):
    """分片被改动: a tile does not hold the hashes that follow from the entries."""

    code = "proofs.tile_altered"


class BatchGap(ProofRefused):
    """批次不连续: batches or events are not numbered on from where the batch before ended."""

    code = "proofs.batch_gap"


class SumsMalformed(ProofRefused):
    """批次合计有误: the sums of a batch record are not positive decimal numbers by series and kind."""

    code = "proofs.sums_malformed"


class SeriesOverdrawn(ProofRefused):
    """系列积分为负: the batches took more out of a series than they ever put in."""

    code = "proofs.series_overdrawn"


class KeyChangeRefused(ProofRefused):
    """密钥更换无效: a change of keys is not signed by both keys, or does not follow from the key in force."""

    code = "proofs.key_change_refused"


# What stands against a verb of the log, or of a witness.


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
