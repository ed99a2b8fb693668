"""What the giving of awards refuses."""

from collections.abc import Mapping, Sequence
from datetime import date

from greencredit.kernel.errors import Conflict, Denied, NotFound, Refused


class RulesNotInForce(Refused):
    """无生效规则: the issuer has no filed rules that hold."""

    code = "awards.no_rules_in_force"

    def __init__(self, issuer_id: str) -> None:
        super().__init__(f"{issuer_id} has no filed earning rule", issuer_id=issuer_id)


class RuleDiffers(Conflict):
    """规则版本冲突: a filed rule version never changes; what is new is a new version."""

    code = "awards.rule_differs"

    def __init__(self, *, name: str, version: int) -> None:
        super().__init__(f"rule {name} version {version} is filed with another text", name=name, version=version)


class NoSuchAward(NotFound):
    """查无此发放: there is no award under this number."""

    code = "awards.no_such_award"

    def __init__(self, award_id: int) -> None:
        super().__init__(f"there is no award {award_id}", award_id=award_id)


class NoSuchUpload(NotFound):
    """查无此文件: no file was handed in to this feed under this job."""

    code = "awards.no_such_upload"

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no file was handed in under job {job_id}", job_id=job_id)


class NoSuchRule(NotFound):
    """查无此规则: the issuer has no rule of this name on file."""

    code = "awards.no_such_rule"

    def __init__(self, issuer_id: str, rule: str) -> None:
        super().__init__(f"{issuer_id} has no rule {rule} on file", issuer_id=issuer_id, rule=rule)


class NoSuchPromotion(NotFound):
    """无此备案促销: the filing in force names no promotion of this name."""

    code = "awards.no_such_promotion"

    def __init__(self, issuer_id: str, *, found: str, wanted: Sequence[str]) -> None:
        super().__init__(
            f"the filing of {issuer_id} names the promotions {', '.join(wanted) or 'none'}, found {found[:80]}",
            issuer_id=issuer_id,
            found=found[:80],
            wanted=list(wanted),
        )


class PromotionNotInForce(Refused):
    """促销不在期内: the promotion has not begun, or is over."""

    code = "awards.promotion_not_in_force"

    def __init__(self, name: str, *, on: date, since: date, until: date | None) -> None:
        period = f"from {since}" if until is None else f"from {since} until before {until}"
        super().__init__(
            f"the promotion {name} holds {period}, found {on}",
            promotion=name,
            found=on.isoformat(),
            since=since.isoformat(),
            until=None if until is None else until.isoformat(),
        )


class MoreThanFiled(Refused):
    """超出单笔上限: an award gives more than is filed for one award of its promotion."""

    code = "awards.more_than_filed"

    def __init__(self, promotion: str, *, found: int, wanted: int) -> None:
        super().__init__(
            f"one award of the promotion {promotion} gives at most {wanted} credits, found {found}",
            promotion=promotion,
            found=found,
            wanted=wanted,
        )


class BatchRefused(Refused):
    """整批退回: items of an all-or-nothing request are not in order, so nothing of it was written."""

    code = "awards.batch_refused"

    def __init__(self, *, items: int, refused: Sequence[Mapping[str, object]]) -> None:
        super().__init__(
            f"{len(refused)} of {items} items are not in order; nothing was written", items=items, refused=list(refused)
        )


class EnterpriseNotFiled(Refused):
    """企业积分未备案: the filing in force does not provide for this with accounts of enterprises."""

    code = "awards.enterprise_not_filed"

    def __init__(self, issuer_id: str, *, wanted: str, found: str) -> None:
        super().__init__(
            f"{wanted} was wanted; the filing of {issuer_id} in force provides for {found}",
            issuer_id=issuer_id,
            wanted=wanted,
            found=found,
        )


class MoreFundedThanFiled(Refused):
    """超出企业月度上限: an enterprise would be funded with more than is filed for one month."""

    code = "awards.more_funded_than_filed"

    def __init__(self, enterprise: str, *, funded: int, found: int, wanted: int) -> None:
        super().__init__(
            f"{enterprise} is funded with at most {wanted} credits a month, has {funded} already, found {found} more",
            enterprise=enterprise,
            funded=funded,
            found=found,
            wanted=wanted,
        )


class MoreAllottedThanFiled(Refused):
    """超出单次上限: a person would be given more at once than is filed."""

    code = "awards.more_allotted_than_filed"

    def __init__(self, enterprise: str, *, found: int, wanted: int) -> None:
        super().__init__(
            f"{enterprise} gives a person at most {wanted} credits at once, found {found}",
            enterprise=enterprise,
            found=found,
            wanted=wanted,
        )


class NoSuchFunding(NotFound):
    """查无此注入: the issuer funded no enterprise under this number."""

    code = "awards.no_such_funding"

    def __init__(self, issuer_id: str, funding: int) -> None:
        super().__init__(f"{issuer_id} funded no enterprise under {funding}", issuer_id=issuer_id, funding=funding)


class NotQuantified(NotFound):
    """没有减排量: nothing was ever quantified for this evidence."""

    code = "awards.not_quantified"

    def __init__(self, evidence_id: int) -> None:
        super().__init__(f"nothing was quantified for evidence {evidence_id}", evidence_id=evidence_id)


class NothingToClaim(Refused):
    """没有可计入的减排量: what did not avoid anything can be counted in no scheme."""

    code = "awards.nothing_to_claim"

    def __init__(self, evidence_id: int, *, found: int) -> None:
        message = f"evidence {evidence_id} avoided {found} g, wanted more than nothing"
        super().__init__(message, evidence_id=evidence_id, found=found)


class ClaimedBefore(Conflict):
    """已计入其他机制: this action is counted in a scheme already; a tonne is claimed once."""

    code = "awards.claimed_before"

    def __init__(self, evidence_id: int, *, scheme: str, reference: str) -> None:
        message = f"evidence {evidence_id} is counted in {scheme} under {reference} already"
        super().__init__(message, evidence_id=evidence_id, scheme=scheme, reference=reference)


class NotMarked(NotFound):
    """没有转出标记: nobody marked this action as counted elsewhere."""

    code = "awards.not_marked"

    def __init__(self, evidence_id: int) -> None:
        super().__init__(f"evidence {evidence_id} bears no mark", evidence_id=evidence_id)


class OwnMark(Denied):
    """须由他人撤销标记: whoever made a mark by mistake has another person withdraw it."""

    code = "awards.own_mark"

    def __init__(self, evidence_id: int) -> None:
        super().__init__(f"another person withdraws the mark of evidence {evidence_id}", evidence_id=evidence_id)


class MarkWithdrawn(Conflict):
    """标记已撤销: an action is marked once; this mark was withdrawn as a mistake."""

    code = "awards.mark_withdrawn"

    def __init__(self, evidence_id: int) -> None:
        super().__init__(f"the mark of evidence {evidence_id} was withdrawn", evidence_id=evidence_id)


class NoSuchHold(NotFound):
    """查无此冻结: no credits were kept back under this number."""

    code = "awards.no_such_hold"

    def __init__(self, hold_id: str) -> None:
        super().__init__(f"there is no hold {hold_id}", hold_id=hold_id)


class HoldDecided(Conflict):
    """冻结已复核: somebody has decided on this hold already."""

    code = "awards.hold_decided"

    def __init__(self, hold_id: str, *, outcome: str) -> None:
        super().__init__(f"hold {hold_id} was decided already: {outcome}", hold_id=hold_id, outcome=outcome)


class AppealLodged(Conflict):
    """已提出申诉: against a hold one appeals once."""

    code = "awards.appeal_lodged"

    def __init__(self, hold_id: str) -> None:
        super().__init__(f"an appeal against hold {hold_id} was lodged already", hold_id=hold_id)


class OwnHold(Denied):
    """须由他人复核: nobody decides on a hold that he placed, or against which he appealed."""

    code = "awards.own_hold"

    def __init__(self, hold_id: str) -> None:
        super().__init__(f"another person decides on hold {hold_id}", hold_id=hold_id)


class CaseTwice(Refused):
    """样例重名: worked cases of a scheme are told apart by their names."""

    code = "awards.case_twice"

    def __init__(self, filing_id: str, *, found: Sequence[str]) -> None:
        super().__init__(
            f"worked cases of {filing_id} with one name: {', '.join(found)}", filing_id=filing_id, found=list(found)
        )


class GiftInTheFuture(Refused):
    """尚未发生: a gift is given for what has happened."""

    code = "awards.gift_in_the_future"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(f"it happened on {found}, wanted not after {wanted}", found=found, wanted=wanted)


class InHousehold(Conflict):
    """已属于一个家庭: one belongs to one household at a time."""

    code = "awards.in_household"

    def __init__(self) -> None:
        super().__init__("found a household that one belongs to, wanted none")


class HouseholdStillCounts(Conflict):
    """本年度仍计入原家庭: whoever leaves a household counts with it to the end of the year, and joins another then."""

    code = "awards.household_still_counts"

    def __init__(self, *, until: date) -> None:
        super().__init__(f"one counts with the household one left until {until}", until=until)


class NoHousehold(NotFound):
    """没有加入家庭: this person belongs to no household."""

    code = "awards.no_household"

    def __init__(self) -> None:
        super().__init__("one belongs to no household")


class NotHead(Denied):
    """须由家庭户主邀请: the adult who has been in a household longest invites."""

    code = "awards.not_head"

    def __init__(self) -> None:
        super().__init__("found another member, wanted the head of the household")


class InvitationWrong(Refused):
    """邀请码无效: no household gave this code, or it was used, or its week is over."""

    code = "awards.invitation_wrong"

    def __init__(self) -> None:
        super().__init__("found no open invitation of this code")


class HouseholdConsentWanted(Refused):
    """须本人或监护人同意: an adult speaks for himself, a guardian for his child."""

    code = "awards.household_consent_wanted"

    def __init__(self, *, wanted: str) -> None:
        super().__init__(f"wanted {wanted}", wanted=wanted)


class LevelInThePast(Refused):
    """等级不得追溯: a level holds from today or a later day on; what was earned before stands."""

    code = "awards.level_in_the_past"

    def __init__(self, *, found: date, wanted: date) -> None:
        super().__init__(f"a level from {found}, wanted not before {wanted}", found=found, wanted=wanted)
