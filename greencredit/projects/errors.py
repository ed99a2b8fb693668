"""What the room of energy-saving projects refuses: bad meters by name and line, unfit baselines, early steps."""

from collections.abc import Iterable
from typing import Any

from greencredit.kernel.errors import Conflict, Denied, NotFound, Refused


class MeterRefused(Refused):
    """计量数据不合格: something in a meter or weather file is wrong; nothing of it was kept."""

    code = "projects.meter_refused"

    def __init__(self, line: int, *, found: str, wanted: str, **more: Any) -> None:  # noqa: ANN401 - facts are free-form
        super().__init__(f"line {line}: found {found}, wanted {wanted}", line=line, found=found, wanted=wanted, **more)


class MeterUnreadable(MeterRefused):
    """计量文件无法读取: the file is empty, too long, or not a table in UTF-8 or GB 18030."""

    code = "projects.meter_unreadable"


class MeterColumnsWrong(MeterRefused):
    """计量文件列不符: a column is missing, unknown or there twice."""

    code = "projects.meter_columns"


class MeterNumberBad(MeterRefused):
    """计量数值不合格: a reading, temperature or occupancy is not a plain number in its range."""

    code = "projects.meter_number_bad"


class MeterTimeBad(MeterRefused):
    """计量时间不合格: a time, day, month or billing period is not one, or some lines have an offset and others none."""

    code = "projects.meter_time_bad"


class MeterGap(MeterRefused):
    """计量数据缺口: hours, days or months are missing in silence; an empty cell would have said so."""

    code = "projects.meter_gap"


class MeterReversed(MeterRefused):
    """电表反向: a use below zero; the meter is wired the wrong way round or feeds back."""

    code = "projects.meter_reversed"


class MeterUnitWrong(MeterRefused):
    """计量单位有误: the unit is not the carrier's, or readings leap as if their unit had changed."""

    code = "projects.meter_unit_wrong"


class HourTwice(MeterRefused):
    """小时重复: the same hour stands in the file twice."""

    code = "projects.hour_twice"


class IntervalsOverlap(MeterRefused):
    """计量时段重叠: the same day, month or part of a billing period stands in the file twice."""

    code = "projects.intervals_overlap"


class MeterOutOfOrder(MeterRefused):
    """计量时间乱序: a line is earlier than the one before it."""

    code = "projects.meter_out_of_order"


class LeapDayWrong(MeterRefused):
    """闰日有误: 29 February is there in a year that has none, or is left out in a year that has one."""

    code = "projects.leap_day"


class DaylightSaving(MeterRefused):
    """夏令时数据: the clock of the file was put forward and back; China has kept +08:00 since 1991."""

    code = "projects.daylight_saving"


class TemperatureMissing(MeterRefused):
    """缺少气温: a day that was metered has no outdoor temperature."""

    code = "projects.temperature_missing"


class NotThisPlace(MeterRefused):
    """两期数据不可比: the two sides differ in grain, occupancy or scale, so that they can't be compared."""

    code = "projects.not_comparable"


class UnknownProject(NotFound):
    """无此节能项目: no project has this number."""

    code = "projects.unknown_project"

    def __init__(self, project_id: str) -> None:
        super().__init__(f"no project {project_id[:80]}", project_id=project_id[:80])


class UnknownRecord(NotFound):
    """无此记录: the project has no baseline, measurement, adjustment or data of this number."""

    code = "projects.unknown_record"

    def __init__(self, project_id: str, *, what: str, number: int | None) -> None:
        message = f"{project_id} has no {what} {number if number is not None else 'yet'}"
        super().__init__(message, project_id=project_id, what=what, number=number)


class NotAtThisStep(Conflict):
    """项目阶段不符: the project stands elsewhere than this step begins."""

    code = "projects.not_at_this_step"

    def __init__(self, project_id: str, *, step: str, found: str, wanted: Iterable[str]) -> None:
        names = sorted(wanted)
        message = f"{step} of {project_id}: it is {found}, wanted {' or '.join(names)}"
        super().__init__(message, project_id=project_id, step=step, found=found, wanted=names)


class DataMissing(Refused):
    """缺少计量数据: the side of the comparison that the step needs was not taken in."""

    code = "projects.data_missing"

    def __init__(self, project_id: str, *, part: str) -> None:
        super().__init__(f"{project_id} has no data of the {part} period", project_id=project_id, part=part)


class TooFewObservations(Refused):
    """观测数过少: no model can be told apart with so few observations."""

    code = "projects.too_few_observations"

    def __init__(self, *, found: int, wanted: int) -> None:
        super().__init__(f"found {found} observations, wanted at least {wanted}", found=found, wanted=wanted)


class BaselineUnfit(Refused):
    """基准模型未达标: a test of data or fit was not passed, so the baseline is not frozen."""

    code = "projects.baseline_unfit"

    def __init__(self, project_id: str, *, failed: list[dict[str, Any]]) -> None:
        told = "; ".join(f"{one['name']} {one['found']}, wanted {one['sense']} {one['limit']}" for one in failed)
        super().__init__(f"{project_id}: {told}", project_id=project_id, failed=failed)


class NotEligible(Refused):
    """节能量未达标: a test of the measurement was not passed, so it is not signed off."""

    code = "projects.not_eligible"

    def __init__(self, project_id: str, *, failed: list[dict[str, Any]]) -> None:
        told = "; ".join(f"{one['name']} {one['found']}, wanted {one['sense']} {one['limit']}" for one in failed)
        super().__init__(f"{project_id}: {told}", project_id=project_id, failed=failed)


class NothingSaved(Refused):
    """没有节能量: more was used than the baseline says; the result is kept and shown, and earns nothing."""

    code = "projects.nothing_saved"

    def __init__(self, project_id: str, *, saved_milli: int, counted_milli: int) -> None:
        message = f"{project_id} saved {saved_milli} thousandths of a unit, of which {counted_milli} count"
        super().__init__(message, project_id=project_id, saved_milli=saved_milli, counted_milli=counted_milli)


class PeriodsMeet(Refused):
    """时段冲突: baseline, installation and reporting period follow each other and don't overlap."""

    code = "projects.periods_meet"

    def __init__(self, *, found: str, wanted: str) -> None:
        super().__init__(f"found {found}, wanted {wanted}", found=found, wanted=wanted)


class AdjustmentWaits(Conflict):
    """非常规调整待定: an adjustment was neither signed nor declined, or was signed after the measurement."""

    code = "projects.adjustment_waits"

    def __init__(self, project_id: str, *, numbers: Iterable[int]) -> None:
        found = sorted(numbers)
        message = f"{project_id}: adjustments {found} are open, or are not as the measurement counted them"
        super().__init__(message, project_id=project_id, found=found)


class AlreadyDecided(Conflict):
    """已有结论: the adjustment was signed or declined before."""

    code = "projects.already_decided"

    def __init__(self, project_id: str, *, number: int) -> None:
        super().__init__(f"adjustment {number} of {project_id} was decided", project_id=project_id, number=number)


class AnotherRecord(Conflict):
    """所签非所见: the measurement's record has another digest than the one that is signed."""

    code = "projects.another_record"

    def __init__(self, project_id: str, *, found: str, wanted: str) -> None:
        super().__init__(
            f"{project_id}: the record's digest is {wanted}, found {found}",
            project_id=project_id,
            found=found,
            wanted=wanted,
        )


class MeterClaimed(Conflict):
    """该表该期已核证: the meter's saving on these days was signed off already, under this or another project."""

    code = "projects.meter_claimed"

    def __init__(self, meter: str, *, days: int, first: str) -> None:
        super().__init__(
            f"{meter}: {days} days from {first} on were signed off before", meter=meter, days=days, first=first
        )


class FileUsed(Conflict):
    """文件已用于其他项目: the same meter file belongs to another project."""

    code = "projects.file_used"

    def __init__(self, digest: str) -> None:
        super().__init__(f"the file {digest[:16]}… belongs to another project", digest=digest)


class OwnProject(Denied):
    """不得核证本人经办的项目: whoever opened a project, took in its data or measured it does not verify it."""

    code = "projects.own_project"

    def __init__(self, project_id: str, *, account_id: str | None, did: str) -> None:
        message = f"{project_id}: {account_id or 'nobody named'} {did}; the verifier is somebody else, with an account"
        super().__init__(message, project_id=project_id, account_id=account_id, did=did)


class RecordDoesNotHold(Exception):  # noqa: N818 - it names what was found
    """A measurement does not follow from its own record: a fault of ours, never an answer."""
