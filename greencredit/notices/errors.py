"""What notices refuses."""

from greencredit.kernel.errors import NotFound, Refused


class UnknownNotice(NotFound):
    """查无此通知: the person has no notice with this id."""

    code = "notices.unknown_notice"

    def __init__(self, notice_id: str) -> None:
        super().__init__(f"there is no notice {notice_id} in this inbox", notice_id=notice_id)


class UnknownKind(Refused):
    """没有这种通知: the catalogue holds no such kind of notice."""

    code = "notices.unknown_kind"

    def __init__(self, kind: str) -> None:
        super().__init__(f"there is no kind of notice {kind!r}", kind=kind)


class KindFileRefused(Refused):
    """通知定义有误: a file of the catalogue does not say what a kind of notice needs."""

    code = "notices.kind_file_refused"

    def __init__(self, name: str, *, found: str, wanted: str) -> None:
        super().__init__(f"notice {name}: {wanted}, found {found}", name=name, found=found, wanted=wanted)


class WrongFacts(Refused):
    """通知事实不符: a notice is told with exactly the facts that its kind names."""

    code = "notices.wrong_facts"

    def __init__(self, kind: str, *, fact: str, wanted: str) -> None:
        super().__init__(f"{kind} wants {fact} as {wanted}", kind=kind, fact=fact, wanted=wanted)


class InboxStays(Refused):
    """站内信不可关闭: what happened to somebody's credits always stands in the inbox."""

    code = "notices.inbox_stays"

    def __init__(self, kind: str) -> None:
        super().__init__(f"the inbox can't be switched off for {kind}", kind=kind)


class BadAddress(Refused):
    """联系方式有误: a mail address, or a mobile number of the mainland or in international form, was wanted."""

    code = "notices.bad_address"

    def __init__(self, way: str) -> None:
        # What was typed may be somebody's address, so it is not repeated.
        super().__init__(f"what was given is no address for {way}", way=way)


class NoAddressBy(Refused):
    """此方式无需联系方式: only mail and text messages go to an address of the person's own."""

    code = "notices.no_address_by"

    def __init__(self, way: str) -> None:
        super().__init__(f"{way} goes to no address of the person's own, mail or sms wanted", way=way)


class SettingsIncomplete(Refused):
    """通知渠道配置不全: a way is set up in part; what is missing, or not safe, is named."""

    code = "notices.settings_incomplete"

    def __init__(self, *, setting: str, wanted: str) -> None:
        super().__init__(f"GREENCREDIT_{setting.upper()}: {wanted}", setting=setting, wanted=wanted)


class NotAccepted(Refused):
    """对方拒收: the other side refused for good; another attempt would be refused the same way."""

    code = "notices.not_accepted"

    def __init__(self, way: str, answer: str) -> None:
        super().__init__(f"{way} was refused with {answer}", way=way, answer=answer)
