"""Steps of a check off line as people read them: what each means, and what a failure means, in both languages."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

from greencredit.kernel.errors import Refusal, every_refusal
from greencredit.proofs.rules.steps import TITLES, failed_step
from greencredit.schemas.proofs import Step
from greencredit.schemas.values import Words
from greencredit.schemas.web import ProofStep

_MEANS: Final = MappingProxyType(
    {
        "form": Words(zh="文件完整，格式认得。", en="The file is whole and of a form we know."),
        "key_changes": Words(
            zh="日志换过的密钥，前后都有签名。", en="Changes of the log's key are signed by both keys."
        ),
        "checkpoint_signature": Words(
            zh="检查点（整本日志的指纹）由平台的日志密钥签名。",
            en="The checkpoint, a fingerprint of the whole log, is signed by the log's key.",
        ),
        "witnesses": Words(
            zh="在检查点上共同签名的外部见证方；没有也照实写明。",
            en="Outside witnesses who cosigned it; none is said, too.",
        ),
        "entry_in_log": Words(zh="所在批次的记录确实在这本日志里。", en="The record of its batch is in that very log."),
        "batches_in_log": Words(
            zh="涉及的批次记录都在这本日志里。", en="The records of its batches are in that very log."
        ),
        "batch_record": Words(zh="批次记录写法正确，首尾和笔数相符。", en="The record is well formed and adds up."),
        "event_in_batch": Words(
            zh="这一笔确实在该批次里，一个字节都没有变。", en="The movement is in it, byte for byte."
        ),
        "events_in_batches": Words(
            zh="每一笔都在各自的批次里；少列一笔，这里看不出来。",
            en="Every movement is in its batch; one that was left out would not be missed here.",
        ),
        "totals": Words(zh="期初加减各笔等于期末。", en="What one had, and the movements, make what one has."),
        "file_shape": Words(
            zh="文件没有加密，签名覆盖全部内容，签名之后没有再添加任何东西。",
            en="The file is not encrypted, the signature covers all of it, and nothing was added after it.",
        ),
        "signature": Words(
            zh="签名与文件相符：签名以来一个字节都没有变。",
            en="The signature fits the file: not one byte has changed since.",
        ),
        "attached_files": Words(
            zh="报告应带的数据、表格和回执都在里面，可以读取。",
            en="The data, the table and the receipt that every report carries are inside and can be read.",
        ),
        "facts_digest": Words(
            zh="编号和摘要由里面的数据推算得出。", en="Number and digest follow from the data inside."
        ),
        "facts_add_up": Words(
            zh="数据的写法符合公开格式，各项合计重新加过。",
            en="The data have the published shape, and their sums were added up anew.",
        ),
        "table": Words(zh="表格与数据逐格比较过。", en="The table was compared with the data, cell by cell."),
        "printed": Words(
            zh="编号、摘要和主要数字都印在页面上，与数据相同；其余文字由签名保护。",
            en="Number, digest and headline figures stand on the pages as in the data; all other words are protected "
            "by the signature.",
        ),
        "report_in_log": Words(
            zh="这份报告在签发之前就写进了公开日志。", en="The report was put into the public log before it was issued."
        ),
        "certificate": Words(
            zh="签名所用的证书写在日志里，签发时有效，时间与日志一致。",
            en="The certificate is named in the log, was valid then, and signed at the time that the log gives.",
        ),
        "time_stamp": Words(
            zh="外部时间戳机构证明签名在那时已经存在。",
            en="An outside authority shows that the signature existed then.",
        ),
        "issuers_then": Words(
            zh="报告涉及的发行主体在报告期内具备资格，备案有效。",
            en="The issuers in the report were active and filed within the time that it covers.",
        ),
        "credential_form": Words(
            zh="文件里有且只有一份凭证，写法完整。", en="The file holds one credential, and it is whole."
        ),
        "credential_context": Words(
            zh="用的是可验证凭证 2.0 与 Open Badges 3.0 的词汇。",
            en="Its words are those of Verifiable Credentials 2.0 and Open Badges 3.0.",
        ),
        "credential_key": Words(
            zh="签名公钥在签发方公开的公钥里。", en="The key is among those that the issuer lists."
        ),
        "credential_signature": Words(
            zh="签名与内容相符：签发以来一个字都没有变。",
            en="The signature fits: not one word has changed since it was issued.",
        ),
        "credential_claims": Words(
            zh="令牌外层的声明与凭证一致。", en="What the token claims beside it is what the credential says."
        ),
        "key_in_log": Words(zh="签名公钥写在公开日志里。", en="The key is named in the public log."),
        "credential_dates": Words(zh="已经生效，没有过期。", en="It has begun to be valid, and has not ended."),
        "credential_status": Words(
            zh="签发方签名的状态列表里没有撤销它。", en="The status list that the issuer signed does not revoke it."
        ),
        "credential_bearer": Words(
            zh="给出的身份与凭证里的加盐摘要相符。", en="The identity given is the one whose salted hash it carries."
        ),
        "credential_picture": Words(zh="画面不在签名之内。", en="What the picture shows is not signed."),
        "revocation": Words(zh="报告没有被撤销或取代。", en="The report was neither revoked nor superseded."),
    }
)


_HOLDS: Final = Words(zh="成立", en="It holds")
_FAILS: Final = Words(zh="不成立", en="It does not hold")


def verdict(steps: Sequence[Step], *, where_it_holds: Words) -> tuple[bool, Words, Words]:
    """Say in a headline and a sentence whether a check came out well, and at which step it did not."""
    failed = failed_step(steps)
    if failed is None:
        return True, _HOLDS, where_it_holds
    title = TITLES[failed.name]
    fails = Words(zh=f"止于“{title.zh}”，请不要采信。", en=f"It fails at '{title.en}': do not rely on it.")
    return False, _FAILS, fails


def told(step: Step) -> ProofStep:
    """Say what a step means; where it failed, what that failure means."""
    if step.ok:
        return ProofStep(
            ok=True, checked=step.checked, title=TITLES[step.name], sentence=_MEANS[step.name], found=step.found
        )
    kind = next(kind for kind in every_refusal() if kind.code == step.code)
    return ProofStep(
        ok=False,
        title=TITLES[step.name],
        sentence=_meaning(kind),
        found=step.found,
        wanted=step.wanted,
        code=step.code,
    )


def _meaning(kind: type[Refusal]) -> Words:
    """Give what a failure means, each language by itself."""
    term, _, sentence = " ".join((kind.__doc__ or "").split()).partition(": ")
    return Words(zh=f"{term}。", en=sentence[:1].upper() + sentence[1:])
