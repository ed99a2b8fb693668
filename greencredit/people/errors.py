"""What people refuses."""

from datetime import datetime

from greencredit.kernel.errors import Conflict, Denied, NotFound, Refused
from greencredit.kernel.policy import Role, ScopeKind


class UnknownAccount(NotFound):
    """查无此账户: there is no account with this id."""

    code = "people.unknown_account"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"there is no account {account_id}", account_id=account_id)


class UnknownConsumer(NotFound):
    """查无此消费者: there is no consumer with this id."""

    code = "people.unknown_consumer"

    def __init__(self, consumer_id: str) -> None:
        super().__init__(f"there is no consumer {consumer_id}", consumer_id=consumer_id)


class UnknownEnterprise(NotFound):
    """查无此企业: no enterprise is registered with this id."""

    code = "people.unknown_enterprise"

    def __init__(self, enterprise_id: str) -> None:
        super().__init__(f"there is no enterprise {enterprise_id}", enterprise_id=enterprise_id)


class EnterpriseRegistered(Conflict):
    """企业已登记: an enterprise with this code is registered already."""

    code = "people.enterprise_registered"

    def __init__(self, code: str, *, enterprise_id: str) -> None:
        super().__init__(f"{enterprise_id} has the code {code} already", found=code, enterprise_id=enterprise_id)


class UnknownGrant(NotFound):
    """查无此授权: there is no grant with this id."""

    code = "people.unknown_grant"

    def __init__(self, grant_id: str) -> None:
        super().__init__(f"there is no grant {grant_id}", grant_id=grant_id)


class UnknownApiKey(NotFound):
    """查无此密钥: the account has no API key with this id."""

    code = "people.unknown_api_key"

    def __init__(self, key_id: str) -> None:
        super().__init__(f"the account has no API key {key_id}", key_id=key_id)


class WrongCredentials(Denied):
    """账户名或密码不正确: the same answer whether the login or the password is wrong."""

    code = "people.wrong_credentials"

    def __init__(self) -> None:
        super().__init__("the login or the password is wrong")


class TooManyAttempts(Denied):
    """尝试次数过多: sign-in with this login rests for a while."""

    code = "people.too_many_attempts"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"too many attempts with this login; try again after {until.isoformat()}", until=until)


class LoginTaken(Conflict):
    """账户名已被使用: another account has this login."""

    code = "people.login_taken"

    def __init__(self, login: str) -> None:
        super().__init__(f"the login {login} belongs to another account", login=login)


class BadLogin(Refused):
    """账户名不合要求: a login is one word of 3 to 100 visible characters."""

    code = "people.bad_login"

    def __init__(self, login: str) -> None:
        super().__init__(f"a login is one word of 3 to 100 visible characters, found {login!r}", login=login)


class WeakPassword(Refused):
    """密码不合要求: a password has 12 to 200 characters and is not the login."""

    code = "people.weak_password"

    def __init__(self, *, found_characters: int) -> None:
        super().__init__(
            f"a password has 12 to 200 characters and is not the login, found {found_characters} characters",
            found_characters=found_characters,
        )


class CardTaken(Conflict):
    """卡号已绑定他人: the card belongs to another consumer."""

    code = "people.card_taken"

    def __init__(self, owner_id: str, *, wanted: str, found: str) -> None:
        super().__init__(
            f"a card of {owner_id} was to be linked to {wanted} and belongs to {found}",
            owner_id=owner_id,
            wanted=wanted,
            found=found,
        )


class NotGrantable(Refused):
    """不可授予: this role is not held in this kind of place, or not given by a grant at all."""

    code = "people.not_grantable"

    def __init__(self, role: Role, kind: ScopeKind, scope_id: str) -> None:
        super().__init__(f"{role} is not granted in {kind} {scope_id!r}", role=role, scope_kind=kind, scope_id=scope_id)


class OwnGrant(Denied):
    """不得变更本人权限: nobody changes his own roles."""

    code = "people.own_grant"

    def __init__(self, account_id: str) -> None:
        super().__init__(f"{account_id} can't change its own roles", account_id=account_id)


class RolesApart(Refused):
    """不相容岗位: whoever judges issuers works for none of them."""

    code = "people.roles_apart"

    def __init__(self, account_id: str, *, wanted: Role, held: Role) -> None:
        super().__init__(
            f"{account_id} holds {held} and can't be {wanted} too", account_id=account_id, wanted=wanted, held=held
        )


class OneAgency(Refused):
    """不得兼职两家机构: an account acts for one agency, and its grant there ends before it acts for another."""

    code = "people.one_agency"

    def __init__(self, account_id: str, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{account_id} acts for the agency {found} and can't act for {wanted} too",
            account_id=account_id,
            found=found,
            wanted=wanted,
        )


class OfficeHeld(Conflict):
    """尚任职务: the account holds a role in somebody else's service, which ends first."""

    code = "people.office_held"

    def __init__(self, account_id: str, *, role: Role) -> None:
        super().__init__(f"{account_id} still is {role}; roles end before a person is erased", role=role)


class EndlessGrant(Refused):
    """审计授权须有期限: an auditor's grant ends on a day that is named, in the future and within a year."""

    code = "people.endless_grant"

    def __init__(self, until: datetime | None) -> None:
        super().__init__(
            f"an auditor's grant ends within a year, found {until.isoformat() if until else 'no end'}", until=until
        )


class ScopeTooWide(Refused):
    """密钥权限超出本人: an API key carries only what its owner may do, and nothing that belongs to sign-ins."""

    code = "people.scope_too_wide"

    def __init__(self, scopes: list[str]) -> None:
        super().__init__(f"an API key of this account can't carry {', '.join(scopes)}", scopes=scopes)
