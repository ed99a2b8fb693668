"""A check as a list of named steps: it stops at the first that fails, and says what was found and what was wanted."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import MappingProxyType
from typing import Concatenate, Final, ParamSpec

from greencredit.proofs.errors import ProofRefused
from greencredit.schemas.proofs import Step
from greencredit.schemas.values import Words

_P = ParamSpec("_P")

TITLES: Final = MappingProxyType(
    {
        "form": Words(zh="格式", en="form of the file"),
        "key_changes": Words(zh="密钥更换", en="changes of the log's key"),
        "checkpoint_signature": Words(zh="检查点签名", en="signature of the checkpoint"),
        "older_signature": Words(zh="较早检查点的签名", en="signature of the older checkpoint"),
        "newer_signature": Words(zh="较新检查点的签名", en="signature of the newer checkpoint"),
        "witnesses": Words(zh="见证方", en="witnesses"),
        "entry_in_log": Words(zh="条目在日志中", en="the entry is in the log"),
        "batches_in_log": Words(zh="批次在日志中", en="the batches are in the log"),
        "batch_record": Words(zh="批次记录", en="record of the batch"),
        "event_in_batch": Words(zh="流水在批次中", en="the event is in its batch"),
        "events_in_batches": Words(zh="流水在各自批次中", en="the events are in their batches"),
        "totals": Words(zh="合计", en="totals"),
        "same_log": Words(zh="同一日志", en="one log"),
        "consistency": Words(zh="只增不改", en="nothing was changed, only added"),
        "entries": Words(zh="逐条逐片核对", en="every entry and every tile"),
        "root": Words(zh="根哈希", en="root of the tree"),
        "batches": Words(zh="批次连续", en="batches in a row"),
        "standing_in_log": Words(zh="主体条目在日志中", en="the issuer's entries are in the log"),
        "standing_unbroken": Words(zh="状态变更连续", en="changes of standing in a row"),
        "active_then": Words(zh="当时处于正常发行状态", en="the issuer was active then"),
        "filed_then": Words(zh="当时备案有效", en="a filing was in force then"),
        "file_shape": Words(zh="文件形状", en="shape of the file"),
        "signature": Words(zh="文件签名", en="signature of the file"),
        "attached_files": Words(zh="内附文件", en="files inside"),
        "facts_digest": Words(zh="编号与数据摘要", en="number and digest of the data"),
        "facts_add_up": Words(zh="数据自洽", en="the data add up"),
        "table": Words(zh="表格与数据一致", en="the table agrees with the data"),
        "printed": Words(zh="印出的数字与数据一致", en="the printed figures agree with the data"),
        "report_in_log": Words(zh="报告在日志中", en="the report is in the log"),
        "certificate": Words(zh="签名证书", en="certificate of the signature"),
        "time_stamp": Words(zh="时间戳", en="time stamp"),
        "issuers_then": Words(zh="发行主体当时的状态", en="standing of the issuers then"),
        "revocation": Words(zh="是否已撤销", en="whether it was withdrawn"),
        "manifest_lines": Words(zh="清单逐行", en="every line of the manifest"),
        "manifest_logged": Words(zh="清单摘要已入日志", en="the log entry is about this manifest"),
        "manifest_files": Words(zh="文件在清单中", en="the files are on the manifest"),
        "sums": Words(zh="各系列未兑积分", en="what each series still owes"),
        "credential_form": Words(zh="凭证格式", en="form of the credential"),
        "credential_context": Words(zh="语境与类型", en="contexts and types"),
        "credential_key": Words(zh="签名公钥", en="key of the issuer"),
        "credential_signature": Words(zh="凭证签名", en="signature of the credential"),
        "credential_claims": Words(zh="令牌声明", en="claims of the token"),
        "key_in_log": Words(zh="公钥在日志中", en="the key is in the log"),
        "credential_dates": Words(zh="有效期", en="dates"),
        "credential_status": Words(zh="撤销状态", en="status"),
        "credential_bearer": Words(zh="持有人", en="bearer"),
        "credential_picture": Words(zh="画面", en="picture"),
    }
)
"""What each step is called in the two languages of the platform."""


class Walk:
    """Collects the steps of one check."""

    def __init__(self) -> None:
        self.steps: list[Step] = []

    @contextmanager
    def step(self, name: str) -> Iterator[list[str]]:
        """Take one step; what is put into the list is told as found. A refusal inside it ends the check."""
        assert name in TITLES, "a step has a title"
        found: list[str] = []
        try:
            yield found
        except ProofRefused as refusal:
            facts = refusal.facts
            self.steps.append(
                Step(name=name, ok=False, found=facts["found"], wanted=facts["wanted"], code=refusal.code)
            )
            raise _StoppedError from refusal
        self.steps.append(Step(name=name, ok=True, found="; ".join(found)))

    def leave_out(self, name: str, why: Words) -> None:
        """Say of a step that it was not taken, and what it would need; it counts neither for nor against."""
        assert name in TITLES, "a step has a title"
        self.steps.append(Step(name=name, ok=True, checked=False, found=f"{why.zh} · {why.en}"))


class _StoppedError(Exception):
    """A step failed and is on the list; the check goes no further."""


def told(check: Callable[Concatenate[Walk, _P], None]) -> Callable[_P, list[Step]]:
    """Make of a check that takes steps one that gives the list of them."""

    @wraps(check)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> list[Step]:
        walk = Walk()
        try:
            check(walk, *args, **kwargs)
        except _StoppedError:
            assert not walk.steps[-1].ok, "a check stops at the step that failed"
        return walk.steps

    return checked


def failed_step(steps: Iterable[Step]) -> Step | None:
    """Give the step that failed, if one did."""
    return next((step for step in steps if not step.ok), None)
