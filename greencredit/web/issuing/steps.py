"""Steps that need nothing but a reason: whose they are, what they are called, and the form of each that is open now."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from greencredit.issuers import rules, service
from greencredit.kernel.access import Actor, Scope, may, serving
from greencredit.schemas.consoles import Button, Form
from greencredit.schemas.issuers import Issuer, LifeState, LifeStep
from greencredit.schemas.values import Words
from greencredit.web.issuing import forms
from greencredit.web.issuing.forms import Told


class Plain(NamedTuple):
    """One such step."""

    action: str
    name: str
    step: LifeStep
    verb: Callable[..., Issuer]
    title: Words
    note: Words


_DECIDES: Final = "issuer.decide"
_SUPERVISES: Final = "issuer.supervise"
_LEAVES: Final = "issuer.withdraw"

PLAIN: Final = (
    Plain(
        "issuer.submit",
        "submit",
        LifeStep.SUBMIT,
        service.submit,
        Words(zh="提交登记材料", en="Hand the registration in"),
        Words(
            zh="提交后由信用机构、评估机构和监管部门依次办理。",
            en="From here on certifier, assessor and authority judge it.",
        ),
    ),
    Plain(
        "issuer.certify",
        "certifier-return",
        LifeStep.RETURN,
        service.return_,
        Words(zh="退回补正（认证）", en="Give back (certification)"),
        Words(zh="材料不足以认证或评价时退回。", en="Where the papers do not allow a certificate."),
    ),
    Plain(
        _DECIDES,
        "activate",
        LifeStep.ACTIVATE,
        service.activate,
        Words(zh="准予发行", en="Let it begin to issue"),
        Words(
            zh="备案已生效、保障金已到位后方可开始发行。", en="Once the filing is in force and the guarantee is held."
        ),
    ),
    Plain(
        _DECIDES,
        "return",
        LifeStep.RETURN,
        service.return_,
        Words(zh="退回补正", en="Give the registration back"),
        Words(zh="写明需要补正的内容。", en="Say what has to be put right."),
    ),
    Plain(
        _DECIDES,
        "refuse",
        LifeStep.REFUSE,
        service.refuse,
        Words(zh="不予通过", en="Refuse the application"),
        Words(zh="申请到此结束，可以重新登记。", en="The application ends here; a new one can be made."),
    ),
    Plain(
        _DECIDES,
        "lapse",
        LifeStep.LAPSE,
        service.lapse,
        Words(zh="终止未继续的申请", en="End an application not pursued"),
        Words(zh="不作评判。", en="Without a judgement."),
    ),
    Plain(
        _SUPERVISES,
        "lift",
        LifeStep.LIFT,
        service.lift,
        Words(zh="恢复发行", en="Let it issue again"),
        Words(zh="各项条件都满足时才能恢复。", en="Only while every condition is met."),
    ),
    Plain(
        _SUPERVISES,
        "ease",
        LifeStep.EASE,
        service.ease,
        Words(zh="暂停转为限制", en="Ease to restricted"),
        Words(zh="结束暂停，其他限制事由仍然有效。", en="The suspension ends while something else still stands."),
    ),
    Plain(
        _SUPERVISES,
        "restrict",
        LifeStep.RESTRICT,
        service.restrict,
        Words(zh="限制发行", en="Restrict issuing"),
        Words(zh="停止发放新积分，已发积分照常使用。", en="No new credits; those issued stay usable."),
    ),
    Plain(
        _SUPERVISES,
        "suspend",
        LifeStep.SUSPEND,
        service.suspend,
        Words(zh="暂停发行", en="Suspend issuing"),
        Words(zh="待生效的积分同时冻结，兑换不受影响。", en="Pending credits are frozen; redemption stays open."),
    ),
    Plain(
        _SUPERVISES,
        "exclude",
        LifeStep.WITHDRAW,
        service.withdraw,
        Words(zh="责令退出", en="Make it leave"),
        Words(zh="公告期内积分照常兑换。", en="Credits are honoured during the notice."),
    ),
    Plain(
        _SUPERVISES,
        "close",
        LifeStep.CLOSE,
        service.close,
        Words(zh="办结退出", en="Close"),
        Words(zh="公告期满且没有未兑付积分时办结。", en="When the notice is over and nothing is owed."),
    ),
    Plain(
        _LEAVES,
        "give-up",
        LifeStep.LAPSE,
        service.lapse,
        Words(zh="撤回申请", en="Give the application up"),
        Words(zh="可以重新登记。", en="A new one can be made."),
    ),
    Plain(
        _LEAVES,
        "stop-issuing",
        LifeStep.SUSPEND,
        service.suspend,
        Words(zh="自行停发", en="Stop issuing"),
        Words(zh="自愿退出的第一步；恢复发行须经监管部门。", en="How an exit begins; only the authority can undo it."),
    ),
    Plain(
        _LEAVES,
        "withdraw",
        LifeStep.WITHDRAW,
        service.withdraw,
        Words(zh="申请退出", en="Begin to leave"),
        Words(
            zh="向每位持有人公告，未用积分以保障金兑付。",
            en="Every holder is told; the guarantee honours what is left.",
        ),
    ),
)


def named(action: str, name: str) -> Plain | None:
    """Give the step of this name that an action carries, or none."""
    return next((one for one in PLAIN if (one.action, one.name) == (action, name)), None)


def forms_of(
    actor: Actor, issuer: Issuer, scopes: tuple[Scope, ...], told: Told | None, *actions: str
) -> Iterator[Form]:
    """Give the forms of the steps that this actor can take from the state in which the issuer is."""
    for one in PLAIN:
        if one.action in actions and is_open(actor, one.action, one.step, issuer.state, scopes):
            address = f"/console/issuers/{issuer.issuer_id}/{one.action.partition('.')[2]}/{one.name}"
            button = Button(title=one.title)
            yield forms.make(one.name, address, one.title, (forms.WHY,), button, told=told, note=one.note)


def is_open(actor: Actor, action: str, step: LifeStep, state: LifeState, scopes: tuple[Scope, ...]) -> bool:
    """Tell whether the policy and the life of issuers both let this actor take a step now."""
    roles = {grant.role for grant in serving(actor, action)}
    return may(actor, action, *scopes) and any((state, step, role) in rules.LIFE for role in roles)
