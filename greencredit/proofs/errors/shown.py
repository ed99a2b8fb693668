"""What does not hold: a tree, a signature, a receipt, a statement or a log shows something else than it claims."""

from greencredit.proofs.errors.forms import ProofRefused


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


class AboutAnother(ProofRefused):
    """条目不属于该主体: an entry of a standing is about another issuer, or about something else."""

    code = "proofs.about_another"


class StandingBroken(ProofRefused):
    """状态变更不连续: changes of standing are not numbered on, or do not begin where the one before ended."""

    code = "proofs.standing_broken"


class NotActiveThen(ProofRefused):
    """当时不得发行: the issuer was not active when the batch was posted."""

    code = "proofs.not_active_then"


class NotFiledThen(ProofRefused):
    """当时无生效备案: no accepted filing of the issuer was in force when the batch was posted."""

    code = "proofs.not_filed_then"


class SeriesOverdrawn(ProofRefused):
    """系列积分为负: the batches took more out of a series than they ever put in."""

    code = "proofs.series_overdrawn"


class KeyChangeRefused(ProofRefused):
    """密钥更换无效: a change of keys is not signed by both keys, or does not follow from the key in force."""

    code = "proofs.key_change_refused"
