"""What the ledger refuses."""

from collections.abc import Mapping

from greencredit.kernel.errors import Conflict, Denied, NotFound, NotNow, Refusal, Refused


class NotEnoughCredits(Refused):
    """积分余额不足: a leaf can never go below zero."""

    code = "ledger.not_enough_credits"

    def __init__(self, *, wanted: int, found: int) -> None:
        super().__init__(f"{found} credits can be taken, {wanted} wanted", wanted=wanted, found=found)


class KeyReused(Conflict):
    """幂等键冲突: the same idempotency key came with another payload."""

    code = "ledger.key_reused"

    def __init__(self, *, key: str, event_id: int | None = None, proposal: int | None = None) -> None:
        what, number = ("event", event_id) if proposal is None else ("proposal", proposal)
        facts = {"event_id" if proposal is None else "proposal": number, "key": key}
        super().__init__(f"the key {key} stands for {what} {number}, which says something else", **facts)


class NoSuchEvent(NotFound):
    """查无此笔: there is no event with this number."""

    code = "ledger.no_such_event"

    def __init__(self, event_id: int) -> None:
        super().__init__(f"there is no event {event_id}", event_id=event_id)


class NoSuchHolder(NotFound):
    """查无此持有人: nobody of this name holds credits."""

    code = "ledger.no_such_holder"

    def __init__(self, subject_id: str) -> None:
        super().__init__(f"{subject_id} holds no credits and never did", subject_id=subject_id)


class AlreadyReversed(Conflict):
    """已冲正: an award is taken back at most once in full."""

    code = "ledger.already_reversed"

    def __init__(self, *, event_id: int, wanted: int, left: int) -> None:
        super().__init__(
            f"of award {event_id} {left} credits are left to reverse, {wanted} wanted",
            event_id=event_id,
            wanted=wanted,
            left=left,
        )


class NotAnAward(Refused):
    """只有发放可以冲正: only an award can be reversed."""

    code = "ledger.not_an_award"

    def __init__(self, *, event_id: int, verb: str) -> None:
        super().__init__(f"event {event_id} is a {verb}, an earn was wanted", event_id=event_id, verb=verb)


class CapReached(Refused):
    """超出备案发行上限: the filed cap of a series leaves no room for the batch."""

    code = "ledger.cap_reached"

    def __init__(self, *, series_id: int, wanted: int, left: int) -> None:
        super().__init__(
            f"series {series_id} has room for {left} more credits, {wanted} wanted",
            series_id=series_id,
            wanted=wanted,
            left=left,
        )


class NotPositive(Refused):
    """积分须为正整数: an event moves at least one credit."""

    code = "ledger.not_positive"

    def __init__(self, *, found: int) -> None:
        super().__init__(f"an event moves a positive number of credits, found {found}", found=found)


class TooMany(Refused):
    """积分数量过大: no command moves more than every reader can count exactly."""

    code = "ledger.too_many"

    def __init__(self, *, found: int, most: int) -> None:
        super().__init__(f"a command moves at most {most} credits, found {found}", found=found, most=most)


class NothingLeft(Conflict):
    """已无可用余量: what was set aside, spent or frozen was captured, given back or taken back already."""

    code = "ledger.nothing_left"

    def __init__(self, *, event_id: int, wanted: int, left: int) -> None:
        super().__init__(
            f"of event {event_id} {left} credits are left, {wanted} wanted", event_id=event_id, wanted=wanted, left=left
        )


class NoSuchHold(NotFound):
    """查无此冻结: there is no hold with this number."""

    code = "ledger.no_such_hold"

    def __init__(self, hold: int) -> None:
        super().__init__(f"there is no hold {hold}", hold=hold)


class NoSuchFreeze(NotFound):
    """查无此处置冻结: there is no freeze with this number."""

    code = "ledger.no_such_freeze"

    def __init__(self, freeze: int) -> None:
        super().__init__(f"there is no freeze {freeze}", freeze=freeze)


class NoSuchRedemption(NotFound):
    """查无此核销: nothing was spent at a merchant under this number; a donation is not given back."""

    code = "ledger.no_such_redemption"

    def __init__(self, redemption: int) -> None:
        super().__init__(f"there is no redemption {redemption}", redemption=redemption)


class NoSuchSeries(NotFound):
    """查无此批次: there is no series with this number."""

    code = "ledger.no_such_series"

    def __init__(self, series_id: int) -> None:
        super().__init__(f"there is no series {series_id}", series_id=series_id)


class TermsDiffer(Conflict):
    """批次条款不符: a version of a filing opened this series with other terms, and they never change."""

    code = "ledger.terms_differ"

    def __init__(self, *, series_id: int, found: Mapping[str, int], wanted: Mapping[str, int]) -> None:
        told = ", ".join(f"{name} {wanted[name]}, found {found[name]}" for name in sorted(wanted))
        super().__init__(
            f"series {series_id} was opened with {told}", series_id=series_id, found=dict(found), wanted=dict(wanted)
        )


class NoSuchProposal(NotFound):
    """查无此调整申请: nobody proposed this correction."""

    code = "ledger.no_such_proposal"

    def __init__(self, proposal: int) -> None:
        super().__init__(f"there is no proposal {proposal}", proposal=proposal)


class AlreadyDecided(Conflict):
    """调整申请已处理: a proposal is decided once."""

    code = "ledger.already_decided"

    def __init__(self, proposal: int, *, approved: bool) -> None:
        found = "approved" if approved else "refused"
        super().__init__(f"proposal {proposal} is {found} already", proposal=proposal, found=found)


class SecondPersonNeeded(Denied):
    """须由第二人复核: nobody approves what he proposed himself."""

    code = "ledger.second_person_needed"

    def __init__(self, proposal: int) -> None:
        super().__init__(f"proposal {proposal} needs another person's decision", proposal=proposal)


class HolderErased(Refused):
    """持有人已注销: the person behind this number was erased; nothing moves there any more."""

    code = "ledger.holder_erased"

    def __init__(self, holder: int) -> None:
        super().__init__(f"holder {holder} was erased", holder=holder)


class NotAnEnterprise(Refused):
    """非企业账户: only enterprises hold wallets; credits never pass between persons."""

    code = "ledger.not_an_enterprise"

    def __init__(self, holder: int) -> None:
        super().__init__(f"holder {holder} is no enterprise; a wallet was wanted", holder=holder)


class NotAPerson(Refused):
    """非个人账户: an enterprise awards persons; what another enterprise receives goes into its wallet."""

    code = "ledger.not_a_person"

    def __init__(self, holder: int) -> None:
        super().__init__(f"holder {holder} is no person; an award of an enterprise goes to one", holder=holder)


class SameEnterprise(Refused):
    """划转双方相同: an enterprise awards another one, never itself."""

    code = "ledger.same_enterprise"

    def __init__(self, holder: int) -> None:
        super().__init__(f"enterprise {holder} would award itself", holder=holder)


class ItemRefused(Refused):
    """批次被拒: one item of an all-or-nothing batch was refused, so nothing of the batch was written."""

    code = "ledger.item_refused"

    def __init__(self, *, item: int, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(
            f"item {item} was refused ({refusal.code}): {refusal.message}; nothing was written",
            item=item,
            cause=refusal.code,
            facts=refusal.facts,
        )


class NotAMerchant(Refused):
    """非商户: credits are spent at merchants and given to projects; they never pass between persons."""

    code = "ledger.not_a_merchant"

    def __init__(self, holder: int) -> None:
        super().__init__(f"holder {holder} is a person; a merchant or a project was wanted", holder=holder)


class NotASerial(Refused):
    """序列号有误: what was typed is no serial, or its check digits don't fit."""

    code = "ledger.not_a_serial"

    def __init__(self, text: str) -> None:
        found = text[:40]
        super().__init__(f"a serial looks like GCS-0017-202603-000000042-23, found {found}", found=found)


class NoSuchSerial(NotFound):
    """查无此序列号: no credit was ever given this serial."""

    code = "ledger.no_such_serial"

    def __init__(self, serial: str) -> None:
        super().__init__(f"no credit has the serial {serial}", serial=serial)


class BooksDoNotHold(Refused):
    """账目不符: the audit found broken invariants; the log names the places, and a person has to look."""

    code = "ledger.books_do_not_hold"

    def __init__(self, broken: list[str]) -> None:
        super().__init__(f"the audit found broken: {', '.join(broken)}", broken=broken)


class NotSignedYet(NotNow):
    """尚未签署: no checkpoint holds this event yet; the next one does."""

    code = "ledger.not_signed_yet"

    def __init__(self, *, entry: int, signed: int | None, retry_after_seconds: int) -> None:
        found = "no checkpoint was signed yet" if signed is None else f"checkpoints hold entries below {signed}"
        super().__init__(
            f"{found}, one that holds entry {entry} was wanted: the next is due within {retry_after_seconds} s",
            entry=entry,
            signed=signed,
            retry_after_seconds=retry_after_seconds,
        )


class CheckpointTooSmall(Refused):
    """检查点过早: the checkpoint that was asked for was signed before the event was sealed."""

    code = "ledger.checkpoint_too_small"

    def __init__(self, *, entry: int, size: int) -> None:
        super().__init__(f"a checkpoint of {size} entries does not hold entry {entry}", entry=entry, size=size)


class ReceiptGone(Refused):
    """回执不能再开具: the holder was erased, and with him what salts the hash; receipts made before still verify."""

    code = "ledger.receipt_gone"

    def __init__(self, event_id: int) -> None:
        super().__init__(
            f"the holder of event {event_id} was erased, a receipt can't be made any more", event_id=event_id
        )


class StatementTooLong(Refused):
    """对账证明过长: a statement proves so many events at most; a shorter period has fewer."""

    code = "ledger.statement_too_long"

    def __init__(self, *, most: int) -> None:
        super().__init__(f"the period has more than {most} events, ask for a shorter one", most=most)
