"""What the room of green actions refuses."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from greencredit.kernel.errors import Conflict, Denied, NotFound, Refused


class ActionUnknown(NotFound):
    """没有这种绿色行动: the catalogue has no action of this name."""

    code = "actions.action_unknown"

    def __init__(self, name: str, *, known: int) -> None:
        super().__init__(f"{name!r} is none of the {known} actions of the catalogue", found=name, known=known)


class ActionFileRefused(Refused):
    """行动文件不合格: a file of the catalogue is not a usable green action."""

    code = "actions.action_file_refused"

    def __init__(self, name: str, *, found: str, wanted: str) -> None:
        super().__init__(f"action {name}: found {found}, wanted {wanted}", action=name, found=found, wanted=wanted)


class FormulaRefused(Refused):
    """公式不合规: a formula holds something other than numbers, names, + - * / and parentheses."""

    code = "actions.formula_refused"

    def __init__(self, formula: str, *, found: str) -> None:
        wanted = "numbers, names, + - * / and parentheses"
        super().__init__(f"formula {formula!r}: found {found}, wanted {wanted}", formula=formula, found=found)


class NameWithoutValue(Refused):
    """公式中有未声明的名称: a formula names what is neither an input nor a factor."""

    code = "actions.name_without_value"

    def __init__(self, name: str, *, formula: str, known: Iterable[str]) -> None:
        names = sorted(known)
        message = f"formula {formula!r}: found {name!r}, wanted one of {', '.join(names)}"
        super().__init__(message, found=name, formula=formula, known=names)


class DividedByZero(Refused):
    """除数为零: a divisor of the formula is zero with these inputs."""

    code = "actions.division_by_zero"

    def __init__(self, expression: str, *, formula: str) -> None:
        message = f"formula {formula!r}: {expression} divides by zero"
        super().__init__(message, expression=expression, formula=formula)


class InputMissing(Refused):
    """缺少活动数据: an input that the method requires was not given."""

    code = "actions.input_missing"

    def __init__(self, name: str, *, action: str, unit: str) -> None:
        super().__init__(f"{action} wants input {name} in {unit}, found none", action=action, input=name, unit=unit)


class InputUnknown(Refused):
    """多余的活动数据: an input was given that the method does not know."""

    code = "actions.input_unknown"

    def __init__(self, name: str, *, action: str, known: Iterable[str]) -> None:
        names = list(known)
        message = f"{action} knows the inputs {', '.join(names)}, found {name!r}"
        super().__init__(message, action=action, input=name, known=names)


class InputNotExact(Refused):
    """活动数据不是十进制数: an input is not a plain decimal number."""

    code = "actions.input_not_exact"

    def __init__(self, name: str, *, action: str, found: object) -> None:
        wanted = "a plain decimal number of at most 15 digits before and 12 behind the point"
        message = f"{action}: input {name} wants {wanted}, found {str(found)[:40]!r}"
        super().__init__(message, action=action, input=name, found=str(found)[:40], wanted=wanted)


class InputOutOfRange(Refused):
    """活动数据超出范围: an input lies below its least or above its greatest value."""

    code = "actions.input_out_of_range"

    def __init__(self, name: str, *, action: str, found: str, minimum: str | None, maximum: str | None) -> None:
        wanted = f"{minimum or 'anything'} to {maximum or 'anything'}"
        message = f"{action}: input {name} wants {wanted}, found {found}"
        super().__init__(message, action=action, input=name, found=found, minimum=minimum, maximum=maximum)


class ResultOutOfRange(Refused):
    """结果超出范围: the inputs give more grams than any action can avoid."""

    code = "actions.result_out_of_range"

    def __init__(self, *, action: str, found: str, limit: int) -> None:
        message = f"{action}: found {found} g, wanted at most {limit} g either way"
        super().__init__(message, action=action, found=found, limit=limit)


class RegionUnknown(Refused):
    """地区代码不合格: a region is not `CN` or a code such as `CN-SH`."""

    code = "actions.region_unknown"

    def __init__(self, region: str) -> None:
        super().__init__(f"found region {region[:40]!r}, wanted CN or a code such as CN-SH", found=region[:40])


class FactorMissing(Refused):
    """缺少排放因子: no factor of the series stands for the region on the date, and the method declares no stand-in."""

    code = "actions.factor_missing"

    def __init__(self, series: str, *, region: str, on: date, action: str) -> None:
        message = f"{action} wants factor {series} for {region} on {on}, found none and no declared stand-in"
        super().__init__(message, action=action, series=series, region=region, on=on.isoformat())


class TierTooLow(Refused):
    """数据等级不足: a factor or method of tier D never backs an award."""

    code = "actions.tier_too_low"

    def __init__(self, factor: str, *, action: str, tier: str, give: str | None = None) -> None:
        way_out = f"; give input {give} instead" if give else ""
        message = f"{action}: {factor} is of tier {tier}, wanted A, B or C{way_out}"
        super().__init__(message, action=action, factor=factor, tier=tier, give=give)


class GasesMixed(Refused):
    """气体口径混用: CO2 and CO2e stand in one formula and the method does not say why."""

    code = "actions.gases_mixed"

    def __init__(self, *, action: str, found: Iterable[str]) -> None:
        names = sorted(found)
        message = f"{action}: found {' and '.join(names)} in one formula, wanted one of them or a stated reason"
        super().__init__(message, action=action, found=names)


class FactorFileRefused(Refused):
    """因子文件不合格: something in a factor file is wrong; nothing of it was stored."""

    code = "actions.factor_file_refused"

    def __init__(self, line: int, *, found: str, wanted: str, **more: Any) -> None:  # noqa: ANN401 - facts are free-form
        super().__init__(f"line {line}: found {found}, wanted {wanted}", line=line, found=found, wanted=wanted, **more)


class FactorFileUnreadable(FactorFileRefused):
    """因子文件无法读取: the file is empty, not UTF-8, or not a table."""

    code = "actions.factor_file_unreadable"


class FactorColumnMissing(FactorFileRefused):
    """因子文件列不符: a column is missing, unknown or there twice."""

    code = "actions.factor_column_missing"


class FactorNumberBad(FactorFileRefused):
    """因子数值不合格: a value or version is not a plain number."""

    code = "actions.factor_number_bad"


class FactorUnitUnknown(FactorFileRefused):
    """未知单位: a unit is not in the list of units."""

    code = "actions.factor_unit_unknown"


class FactorFieldBad(FactorFileRefused):
    """因子字段不合格: a name, date, tier, gas or region is not of the wanted form."""

    code = "actions.factor_field_bad"


class FactorTwice(FactorFileRefused):
    """因子重复: the same id and version stand in the file twice."""

    code = "actions.factor_twice"


class FactorOverlap(FactorFileRefused):
    """有效期重叠: two factors of one series stand for one region on one day."""

    code = "actions.factor_overlap"


class FactorSeriesMixed(FactorFileRefused):
    """因子序列口径不一: rows of one series and region differ in unit, gas or way of selection."""

    code = "actions.factor_series_mixed"


class FactorDerivationBad(FactorFileRefused):
    """推导不成立: a derived value names an unknown factor, or differs from what its derivation gives."""

    code = "actions.factor_derivation_bad"


class FactorCycle(FactorFileRefused):
    """推导成环: a factor is derived, directly or by others, from itself."""

    code = "actions.factor_cycle"


class FactorVersionChanged(FactorFileRefused):
    """已发布的因子版本不得更改: a published version has other content; a correction is a new version."""

    code = "actions.factor_version_changed"


class MethodChanged(Refused):
    """方法已变更但版本未变: a method that was kept says something else now; a change is a new version."""

    code = "actions.method_changed"

    def __init__(self, name: str, *, version: int, kept: str, found: str) -> None:
        message = (
            f"method {name} version {version} was kept as {kept[:12]}…, found {found[:12]}…: give it a new version"
        )
        super().__init__(message, method=name, version=version, kept=kept, found=found)


class MethodNotKept(NotFound):
    """没有这一版方法: no method of this name and version was ever kept here."""

    code = "actions.method_not_kept"

    def __init__(self, name: str, *, version: int) -> None:
        super().__init__(f"method {name} version {version} was never kept", method=name, version=version)


class NotSettable(Refused):
    """不可设定: the action has no factor of this name, and no input that a document may set."""

    code = "actions.not_settable"

    def __init__(self, name: str, *, action: str, wanted: Iterable[str]) -> None:
        names = list(wanted)
        message = f"{action}: found {name!r}, wanted one of {', '.join(names) or 'none'}"
        super().__init__(message, action=action, found=name, wanted=names)


class OverrideUnitDiffers(Refused):
    """单位不符: an override is given in another unit than what it replaces."""

    code = "actions.override_unit_differs"

    def __init__(self, name: str, *, action: str, found: str, wanted: str) -> None:
        message = f"{action}: {name} is in {wanted}, found {found}"
        super().__init__(message, action=action, name=name, found=found, wanted=wanted)


class NoSuchOverride(NotFound):
    """查无此设定: there is no override under this id."""

    code = "actions.no_such_override"

    def __init__(self, override_id: str) -> None:
        super().__init__(f"there is no override {override_id}", override_id=override_id)


class OverrideDecided(Conflict):
    """已经复核: somebody decided on this override already; a change is a new version."""

    code = "actions.override_decided"

    def __init__(self, override_id: str, *, approved: bool) -> None:
        message = f"override {override_id} is {'approved' if approved else 'refused'} already"
        super().__init__(message, override_id=override_id, approved=approved)


class SamePerson(Denied):
    """须由另一人复核: whoever proposed an override does not decide on it."""

    code = "actions.same_person"

    def __init__(self, override_id: str, *, account_id: str) -> None:
        message = f"{account_id} proposed {override_id}; another person decides"
        super().__init__(message, override_id=override_id, account_id=account_id)


class NoSuchReductionProduct(NotFound):
    """不是碳减排产品: the list of carbon-reduction products has no kind of this name."""

    code = "actions.no_such_reduction_product"

    def __init__(self, name: str, *, known: Iterable[str]) -> None:
        names = list(known)
        super().__init__(f"found {name[:80]!r}, wanted one of {', '.join(names)}", found=name[:80], known=names)


class RegistryUnknown(Refused):
    """登记机构不符: certificates of this kind are not issued in that register."""

    code = "actions.registry_unknown"

    def __init__(self, registry: str, *, product: str, wanted: Iterable[str]) -> None:
        names = list(wanted)
        message = f"{product}: found register {registry!r}, wanted one of {', '.join(names)}"
        super().__init__(message, product=product, found=registry, wanted=names)


class SerialUnfit(Refused):
    """证书编号不合格: a certificate's serial holds no letter or digit."""

    code = "actions.serial_unfit"

    def __init__(self, *, product: str, characters: int) -> None:
        message = f"{product}: a serial has letters or digits, found {characters} characters without any"
        super().__init__(message, product=product, characters=characters)


class CertificateUsed(Conflict):
    """证书已使用: this serial backed an award before, here or with another issuer; it is used once for ever."""

    code = "actions.certificate_used"

    def __init__(self, *, product: str, registry: str, used_on: date) -> None:
        message = f"this serial of {registry} was used for {product} on {used_on}"
        super().__init__(message, product=product, registry=registry, used_on=used_on.isoformat())
