"""Facts of reports of groups: schools, communities and enterprises made up for the tests, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final, TypeVar

from greencredit.actions import queries as actions
from greencredit.actions.rules import quantify
from greencredit.issuers import queries as issuers
from greencredit.organisations import rules as groups
from greencredit.reports import rules
from greencredit.reports.catalogue import illustrations
from greencredit.schemas.organisations import (
    FamilyFigures,
    FigureMethod,
    Figures,
    Level,
    MethodResult,
    Organisation,
    OrganisationKind,
    TrendPoint,
    Unit,
    UnitFacts,
    UnitFigures,
    WithheldUnit,
)
from greencredit.schemas.reports import (
    AccountFlow,
    AccountPartner,
    CommunityReport,
    EnterpriseAccount,
    EnterpriseReport,
    FundingShareNote,
    GroupReport,
    SchoolReport,
)
from greencredit.schemas.values import Credits, Grams, Period, Words
from tests.factories.projects import book

YEAR: Final = Period(since=date(2025, 9, 1), until=date(2026, 9, 1))
"""A school year; the Code is in force on its last day."""

_AT: Final = datetime(2026, 9, 5, 1, 45, tzinfo=UTC)
_FAMILIES: Final = {
    "travel": (Words(zh="行", en="Travel"), 52, 61),
    "goods": (Words(zh="用", en="Goods"), 31, 27),
    "food": (Words(zh="食", en="Food"), 17, 12),
}
"""Family → title, its share of the actions and of the grams, of a hundred."""

Report = TypeVar("Report", bound=GroupReport)


@cache
def _methods() -> tuple[FigureMethod, ...]:
    asked = {
        "metro_trip_km": "travel",
        "bike_shared_trip": "travel",
        "recycle_pet": "goods",
        "reusable_cup": "food",
    }
    found = []
    for name, family in asked.items():
        action = actions.action(name)
        given = {one.name: 3 for one in action.inputs if one.name == "quantity"}
        result = quantify(action, inputs=given, region="CN-SH", on=date(2026, 3, 1), book=book())
        one = MethodResult(action_version=action.version, tier=result.tier, factors=result.factors)
        found.append(FigureMethod(action=name, family=family, title=_FAMILIES[family][0], results=(one,)))
    return tuple(found)


class _Maker:
    """Makes an organisation with its figures: every leaf has members, larger units add theirs up."""

    def __init__(self, kind: OrganisationKind, name: str, tree: Mapping[str, Mapping[str, int]], *, part: int) -> None:
        levels = groups.levels_of(kind)
        self.kind, self.part = kind, part
        self.units = [_unit("uni_0", None, levels[0], name)]
        self.members: dict[str, int] = {}
        for middle, below in tree.items():
            above = _unit(f"uni_{len(self.units)}", "uni_0", levels[1], middle)
            self.units.append(above)
            if len(levels) > 2:
                for leaf, members in below.items():
                    one = _unit(f"uni_{len(self.units)}", above.unit_id, levels[2], leaf)
                    self.units.append(one)
                    self.members[one.unit_id] = members
            else:
                self.members[above.unit_id] = sum(below.values())
        self.tree = groups.Tree({one.unit_id: one.parent_id for one in self.units})
        self.whole = Organisation(
            organisation_id="org_example",
            kind=kind,
            name=name,
            region="CN-SH",
            smallest_group=10,
            enterprise_id="ent_example" if kind is OrganisationKind.ENTERPRISE else None,
            founded_at=_AT,
            closed_at=None,
            units=tuple(self.units),
        )

    def figures(self, period: Period, *, weight: int = 100, number: int = 0) -> Figures:
        """Give everything that was done in a period, whatever may be shown of it; `weight` says how much that was."""
        shown = []
        for unit in self.units:
            leaves = [leaf for leaf in self.members if unit.unit_id in self.tree.path(leaf)]
            members = sum(self.members[leaf] for leaf in leaves)
            acting = {leaf: self.acting(leaf, weight, number) for leaf in leaves}
            times = sum(acting[leaf] * (weight // 9 + place % 5) for place, leaf in enumerate(leaves))
            shown.append(_figures(unit, members, sum(acting.values()), times))
        return Figures(
            publication_id="pub_example",
            organisation_id="org_example",
            kind=self.kind,
            name=self.whole.name,
            period=period,
            as_of_event=81_204,
            published_at=_AT,
            smallest_group=self.whole.smallest_group,
            units=tuple(shown),
            withheld=(),
            methods=_methods() if shown and any(one.actions for one in shown) else (),
        )

    def told(self, *parts: tuple[int, int]) -> frozenset[str]:
        """Name the units that may be shown of months by weight and number, as the rules of publication have it."""
        people, taken = {}, 0
        for leaf in self.members:
            acting = max(self.acting(leaf, *part) for part in parts)
            if acting:
                people[groups.Cell(leaf, 0, "")] = groups.mask_of(range(taken, taken + acting))
            taken += acting
        wanted = groups.Shown(frozenset(self.tree.parents), frozenset({0}))
        return groups.choose(self.tree, people, wanted, [], [], smallest=self.whole.smallest_group)

    def acting(self, leaf: str, weight: int, number: int) -> int:
        """Give how many of a leaf take part, rounded half up."""
        share = min(99, self.part * weight // 100 + (number * 7 + int(leaf[4:]) * 11) % 13)
        return (self.members[leaf] * (share if weight else 0) + 50) // 100


def _figures(unit: Unit, members: int, acting: int, times: int) -> UnitFigures:
    grams = times * 731
    families = []
    left = [times, times * 6, grams]
    for place, (family, (title, of_actions, of_grams)) in enumerate(_FAMILIES.items(), 1):
        part = [times * of_actions // 100, times * 6 * of_actions // 100, grams * of_grams // 100]
        part = left if place == len(_FAMILIES) else part
        left = [whole - one for whole, one in zip(left, part, strict=True)]
        families.append(
            FamilyFigures(family=family, title=title, actions=part[0], credits=Credits(part[1]), grams=Grams(part[2]))
        )
    return UnitFigures(
        unit_id=unit.unit_id,
        parent_id=unit.parent_id,
        level=unit.level,
        name=unit.name,
        members=members if members - acting >= 10 or members == acting else None,
        participants=acting,
        actions=times,
        credits=Credits(times * 6),
        grams=Grams(grams) if times else None,
        families=tuple(families) if times else (),
    )


def _unit(unit_id: str, parent_id: str | None, level: Level, name: str) -> Unit:
    return Unit(
        unit_id=unit_id,
        organisation_id="org_example",
        parent_id=parent_id,
        level=level,
        name=name,
        for_children=False,
        added_at=_AT,
        closed_at=None,
    )


def _facts(
    maker: _Maker, *, period: Period, before: bool, unpublished: Sequence[int] = (), idle: bool = False
) -> UnitFacts:
    months = groups.months_of(period)
    drawn = [(0 if idle else 55 + 7 * (place * 5 % 8), place) for place in range(len(months))]
    parts = [maker.figures(one, weight=part[0], number=part[1]) for one, part in zip(months, drawn, strict=True)]
    told = maker.told(*drawn)
    whole = _summed(maker, parts, period, told)
    if "uni_0" not in told:
        whole = whole.model_copy(update={"methods": ()})
    earlier = _summed(maker, parts[: len(parts) * 3 // 4], groups.period_before(period), told) if before else None
    return UnitFacts(
        unit=maker.units[0],
        path=(maker.units[0],),
        figures=whole,
        own=_own(whole),
        below=tuple(one for one in whole.units if one.parent_id == "uni_0"),
        withheld_below=tuple(one for one in whole.withheld if one.parent_id == "uni_0"),
        before=None if earlier is None else _own(earlier),
        trend=tuple(
            TrendPoint(period=one, own=_own(part) if "uni_0" in maker.told(how) else None)
            for one, part, how in zip(months, parts, drawn, strict=True)
            if how[1] not in unpublished
        ),
    )


def _own(figures: Figures) -> UnitFigures | None:
    return next((one for one in figures.units if one.unit_id == "uni_0"), None)


def _summed(maker: _Maker, parts: Sequence[Figures], period: Period, told: frozenset[str]) -> Figures:
    """Add months up, as a publication of a longer period does, and show what may be shown."""
    of_unit: dict[str, list[UnitFigures]] = {}
    for part in parts:
        for one in part.units:
            of_unit.setdefault(one.unit_id, []).append(one)
    shown = {unit: lines for unit, lines in of_unit.items() if unit in told}
    return parts[0].model_copy(
        update={
            "period": period,
            "units": tuple(_sum_of(lines) for lines in shown.values()),
            "withheld": tuple(
                WithheldUnit(unit_id=one.unit_id, parent_id=one.parent_id, level=one.level, name=one.name)
                for one in maker.units
                if one.unit_id not in shown
            ),
        }
    )


def _sum_of(lines: Sequence[UnitFigures]) -> UnitFigures:
    acting = max(one.participants for one in lines)
    members = lines[0].members
    families: dict[str, list[FamilyFigures]] = {}
    for line in lines:
        for one in line.families:
            families.setdefault(one.family, []).append(one)
    done = sum(one.actions for one in lines)
    return lines[0].model_copy(
        update={
            "members": members if members is not None and members >= acting else None,
            "participants": acting,
            "actions": done,
            "credits": Credits(sum(one.credits for one in lines)),
            "grams": Grams(sum(one.grams or 0 for one in lines)) if done else None,
            "families": tuple(
                of[0].model_copy(
                    update={
                        "actions": sum(one.actions for one in of),
                        "credits": Credits(sum(one.credits for one in of)),
                        "grams": Grams(sum(one.grams or 0 for one in of)),
                    }
                )
                for of in families.values()
            ),
        }
    )


def _report(of: type[Report], maker: _Maker, found: UnitFacts, kind: str, **more: Any) -> Report:  # noqa: ANN401 - facts
    return rules.group_report(
        of,
        found,
        actions=actions.action,
        titles={(factor.id, factor.version): factor.title for factor in book().factors()},
        legal=issuers.legal_basis(kind, found.figures.period.last_day),
        before=groups.period_before(found.figures.period),
        whole=maker.whole,
        pictured=illustrations(book().factors()),
        **more,
    )


def classes(grades: int, each: int, members: int = 41) -> dict[str, dict[str, int]]:
    """Give a school of grades with classes."""
    names = "一二三四五六七八九"
    return {
        f"{names[grade]}年级": {
            f"{names[grade]}（{number + 1}）班": members + (grade * 3 + number) % 5 for number in range(each)
        }
        for grade in range(grades)
    }


def school_report(
    tree: Mapping[str, Mapping[str, int]] | None = None,
    *,
    name: str = "示例市实验小学",
    period: Period = YEAR,
    before: bool = True,
    part: int = 62,
    idle: bool = False,
    unpublished: Sequence[int] = (),
) -> SchoolReport:
    """Make the report of a school."""
    maker = _Maker(OrganisationKind.SCHOOL, name, classes(3, 4) if tree is None else tree, part=part)
    found = _facts(maker, period=period, before=before, unpublished=unpublished, idle=idle)
    return _report(SchoolReport, maker, found, "school")


def community_report(*, name: str = "示例街道", communities: int = 5, idle: bool = False) -> CommunityReport:
    """Make the report of a district with communities and buildings; some of these are too small to be told of."""
    names = ("枫林", "河滨", "新安", "桃园", "北岸", "和平", "东湖")
    tree = {
        f"{names[place]}社区": {
            f"{number + 1} 号楼": 6 if (place + number) % 7 == 3 else 58 + number for number in range(5)
        }
        for place in range(communities)
    }
    maker = _Maker(OrganisationKind.DISTRICT, name, tree, part=38)
    return _report(CommunityReport, maker, _facts(maker, period=YEAR, before=not idle, idle=idle), "community")


def account(*, issuer: str = "示例零售有限公司") -> EnterpriseAccount:
    """Make an account that came to something."""
    flow = AccountFlow(
        issuer_id="iss_example",
        issuer=Words(zh=issuer, en="Example Retail Co., Ltd."),
        filing_number="示例备[2025] 1 号",
        terms=Words(
            zh="每家企业每月最多注入 5,000 分；可划拨给其他企业；每人每次最多 200 分",
            en="An enterprise is funded with at most 5,000 credits a month; it may pass some on; a person is given at "
            "most 200 at once",
        ),
        opening=Credits(1_200),
        funded=Credits(36_001),
        received=Credits(450),
        allotted=Credits(28_730),
        passed=Credits(900),
        taken_back=Credits(21),
        closing=Credits(8_000),
    )
    split = Words(zh="品牌与发行主体分担", en="Shared by brand and issuer")
    return EnterpriseAccount(
        flows=(flow,),
        partners=(
            AccountPartner(name="示例物流有限公司", issuer_id="iss_example", received=Credits(450), given=Credits(0)),
            AccountPartner(name="示例食堂有限公司", issuer_id="iss_example", received=Credits(0), given=Credits(900)),
        ),
        shares=(
            FundingShareNote(
                issuer_id="iss_example",
                split=split,
                funder=Words(zh="发行主体", en="Issuer"),
                kind=Words(zh="发行主体", en="Issuer"),
                parts=2,
                of=3,
                credits=Credits(24_001),
            ),
            FundingShareNote(
                issuer_id="iss_example",
                split=split,
                funder=Words(zh="示例品牌", en="Example brand"),
                kind=Words(zh="品牌", en="Brand"),
                parts=1,
                of=3,
                credits=Credits(12_000),
            ),
        ),
        allotments=412,
        staff=187,
    )


def enterprise_report(
    *, name: str = "示例制造有限公司", departments: Iterable[int] = (64, 120, 38, 22, 9), idle: bool = False
) -> EnterpriseReport:
    """Make the report of an enterprise with departments and an account."""
    names = ("生产部", "研发部", "物流部", "行政部", "法务部")
    tree = {name: {"": members} for name, members in zip(names, departments, strict=False)}
    maker = _Maker(OrganisationKind.ENTERPRISE, name, tree, part=55)
    found = _facts(maker, period=YEAR, before=not idle, idle=idle)
    empty = EnterpriseAccount(flows=(), partners=(), shares=(), allotments=0, staff=0)
    return _report(
        EnterpriseReport, maker, found, "enterprise", account=empty if idle else account(issuer="示例零售有限公司")
    )
