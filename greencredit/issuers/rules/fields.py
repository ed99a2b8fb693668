"""What the fields of a scheme are called, in both languages."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from greencredit.schemas.values import Words

TITLES: Final[Mapping[str, Words]] = MappingProxyType(
    {
        path: Words(zh=zh, en=en)
        for path, zh, en in (
            ("title", "方案名称", "Title"),
            ("region", "备案地区", "Region"),
            ("face_value_fen_per_100_credits", "每百积分面值（分）", "Face value of 100 credits, in fen"),
            ("monthly_cap_credits", "每月发放上限", "Monthly cap"),
            ("funding", "出资方", "Funding"),
            ("validity.months", "有效期（月）", "Validity in months"),
            ("upgrade_promise", "权益升级承诺", "Promise that rights grow"),
            ("guarantee.amount_fen", "保障金额（分）", "Guarantee in fen"),
            ("guarantee.bank", "存管机构", "Custodian"),
            ("guarantee.custody_kind", "保障方式", "Kind of guarantee"),
            ("guarantee.coverage_basis_points", "承诺覆盖率（万分之）", "Promised coverage, in basis points"),
            ("guarantee.document", "保障文件", "Document of the guarantee"),
            ("redemption_terms", "兑换条款", "Redemption terms"),
            ("compensations", "赔付比例", "Compensation"),
            ("clawback", "追回办法", "Clawback"),
            ("refund_grace_days", "退回宽限期（天）", "Grace after a refund, in days"),
            ("complaints.phone", "投诉电话", "Complaints: phone"),
            ("complaints.address", "投诉地址", "Complaints: address"),
            ("complaints.answer_days", "投诉答复时限（天）", "Complaints: days to answer"),
            ("standards", "执行标准自我声明", "Declared standards"),
            ("particulars", "特别事项", "Particulars"),
            ("rules", "积分获取规则", "Earning rules"),
            ("groups", "规则组", "Groups of rules"),
            ("caps", "全部规则合计封顶", "Caps on all rules together"),
            ("funders", "出资方名单", "Funders"),
            ("fundings", "出资比例", "Funding splits"),
            ("promotions", "促销活动", "Promotions"),
            ("notices.change_days", "变更公示期（天）", "Notice of a change, in days"),
            ("notices.closing_days", "退出公示期（天）", "Notice of an end, in days"),
            ("notices.channels", "告知渠道", "Where notice is given"),
            ("existing_credits", "已发放积分适用条款", "Terms of credits already issued"),
            ("referral", "推荐奖励", "Referral"),
            ("marketing", "宣传文案", "Advertising"),
            ("card_offers", "银行卡积分", "Card offers"),
            ("draws", "抽奖", "Draws"),
            ("custody", "保障资金存管", "Custody"),
            ("data.collected", "收集的个人信息", "Data collected"),
            ("data.shared_with", "个人信息共享对象", "Data shared with"),
            ("data.sharing_is_voluntary", "共享是否自愿", "Whether sharing is voluntary"),
            ("reach.holders", "预计持有人数", "Expected holders"),
            ("reach.outstanding_credits", "预计未兑付积分", "Expected outstanding credits"),
            ("reach.provinces", "覆盖地区", "Where it is offered"),
            ("enterprise", "企业积分账户", "Accounts of enterprises"),
            ("grade_floor", "方案信用等级下限", "The scheme's least credit grade"),
        )
    }
)
"""Path of a field → its title."""
