"""Baseline models: all change-point and degree-day forms are tried, an information criterion chooses (基准模型).

The forms are those of IPMVP Option C and ASHRAE Guideline 14-2014 for whole buildings: 1P to 5P by outdoor
temperature, and degree days to given bases, each with and without a term for occupancy. Change points are searched on
a grid that is refined to a hundredth of a degree; observations are weighted by their days, and a bill's temperatures
are those of its days, so that its hinge is the mean of theirs. Of two models that explain alike, the one with fewer
parameters wins (Bayesian information criterion), change points counted as parameters.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from greencredit.projects.errors import TooFewObservations
from greencredit.schemas.projects import Candidate, Form, Interval, Model, Statistics, UncertaintyTerms
from greencredit.schemas.values import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_FEWEST: Final = 10
_DIGITS: Final = 12
_MILLI: Final = 1000
_COARSE: Final = 500
_STEPS: Final = (50, 10)
"""How the grid is refined around what was found: twentieths, then hundredths of a degree."""
_REACH: Final = 10
_TAILS: Final = (5, 95)
"""Change points lie between these percentiles of the days' temperatures: beyond them nothing could be told."""
_SLICE: Final = 32
_NEUTRAL: Final = 1_000
"""Between heating and cooling lies a degree at least."""
_NOISE: Final = 1e-6
"""Meters are no better than this share of their mean: what explains more explains nothing."""
_WRONG_WAY: Final = Words(zh="系数方向与物理意义不符", en="a coefficient has the wrong sign")
_NO_SPREAD: Final = Words(zh="数据无法区分其参数", en="the data can't tell its parameters apart")


class Fitted(NamedTuple):
    """The model that was chosen, how well it fits, and everything that was tried."""

    model: Model
    statistics: Statistics
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class _Points:
    """The change points of a form, in thousandths of a degree."""

    heating: int | None = None
    cooling: int | None = None


@dataclass(slots=True)
class _Found:
    """The best of one form, with or without occupancy."""

    form: Form
    with_occupancy: bool
    points: _Points | None
    parameters: int
    error: float = math.inf
    why_not: Words | None = None


_CHANGE_POINTS: Final = {Form.HEATING: 1, Form.COOLING: 1, Form.FOUR: 1, Form.FIVE: 2}
_TERMS: Final = {
    Form.MEAN: 0,
    Form.LINE: 1,
    Form.HEATING: 1,
    Form.COOLING: 1,
    Form.FOUR: 2,
    Form.FIVE: 2,
    Form.HEATING_DEGREE_DAYS: 1,
    Form.COOLING_DEGREE_DAYS: 1,
    Form.DEGREE_DAYS: 2,
}


def fit(
    intervals: Sequence[Interval],
    *,
    terms: UncertaintyTerms,
    with_occupancy: bool = True,
    heating_base_milli: int = 18_000,
    cooling_base_milli: int = 26_000,
    forms: Sequence[Form] = tuple(Form),
) -> Fitted:
    """Try every form and choose the one with the least Bayesian information criterion.

    Coefficients are rounded to twelve digits before anything is computed from them: the written model is the model.
    """
    if len(intervals) < _FEWEST:
        raise TooFewObservations(found=len(intervals), wanted=_FEWEST)
    data = _Data(intervals)
    bases = _Points(heating_base_milli, cooling_base_milli)
    found = [
        one
        for occupancy in ((False, True) if with_occupancy and data.occupancy_varies else (False,))
        for one in _Search(data, occupancy=occupancy).every(forms, bases)
    ]
    models = {id(one): _model(data, one) for one in found if one.why_not is None}
    figures = {
        key: statistics_of(data, model, one, terms)
        for one in found
        if (key := id(one)) in models and (model := models[key])
    }
    best = min((one for one in found if id(one) in figures), key=lambda one: (figures[id(one)].bic, one.parameters))
    candidates = tuple(
        Candidate(
            form=one.form,
            with_occupancy=one.with_occupancy,
            parameters=one.parameters,
            bic=figures[id(one)].bic if id(one) in figures else None,
            r_squared=figures[id(one)].r_squared if id(one) in figures else None,
            cvrmse=figures[id(one)].cvrmse if id(one) in figures else None,
            chosen=one is best,
            why_not=one.why_not,
        )
        for one in found
    )
    return Fitted(models[id(best)], figures[id(best)], candidates)


def residuals(intervals: Sequence[Interval], model: Model) -> list[float]:
    """Give what each interval used a day beyond what the model says, in units of the carrier."""
    data = _Data(intervals)
    left: list[float] = (data.use - data.predicted(model)).tolist()
    return left


class _Data:
    """Intervals as columns: use a day, weights, and the hinges of any change points."""

    def __init__(self, intervals: Sequence[Interval]) -> None:
        import numpy as np

        self.np = np
        days = np.array([one.days for one in intervals], dtype=np.int64)
        self.starts = np.concatenate(([0], np.cumsum(days)[:-1]))
        self.days: Floats = days.astype(np.float64)
        self.single = bool((days == 1).all())
        self.temperatures: Floats = np.array([t for one in intervals for t in one.temperatures_milli]) / _MILLI
        occupied: Floats = np.array([o for one in intervals for o in one.occupied_percent]) / 100
        self.use: Floats = np.array([one.used_milli for one in intervals]) / _MILLI / self.days
        self.weights: Floats = self.days / self.days.mean()
        self.occupied = self.mean_of(occupied[:, None])[:, 0]
        self.mean_temperature = self.mean_of(self.temperatures[:, None])[:, 0]
        self.occupancy_varies = bool(np.ptp(self.occupied) > 0)

    def __len__(self) -> int:
        return len(self.days)

    def mean_of(self, columns: "Floats") -> "Floats":
        """Give the mean over each interval's days."""
        if self.single:
            return columns
        summed: Floats = self.np.add.reduceat(columns, self.starts, axis=0)
        return summed / self.days[:, None]

    def below(self, points_milli: "Floats") -> "Floats":
        """Give, for each change point, how far each interval was colder in the mean of its days."""
        return self.mean_of(self.np.maximum(points_milli[None, :] / _MILLI - self.temperatures[:, None], 0.0))

    def above(self, points_milli: "Floats") -> "Floats":
        """Give, for each change point, how far each interval was warmer in the mean of its days."""
        return self.mean_of(self.np.maximum(self.temperatures[:, None] - points_milli[None, :] / _MILLI, 0.0))

    def columns(self, one: _Found) -> "dict[str, Floats]":
        """Give the columns of a model by the name of their coefficient."""
        np, points = self.np, one.points or _Points()
        found: dict[str, Floats] = {"base": np.ones(len(self))}
        if one.form is Form.LINE:
            found["slope"] = self.mean_temperature
        if points.heating is not None:
            found["heating"] = self.below(np.array([float(points.heating)]))[:, 0]
        if points.cooling is not None:
            found["cooling"] = self.above(np.array([float(points.cooling)]))[:, 0]
        if one.with_occupancy:
            found["occupied"] = self.occupied
        return found

    def predicted(self, model: Model) -> "Floats":
        """Give what a model says each interval used a day."""
        np = self.np
        found: Floats = np.full(len(self), float(model.base)) + float(model.slope) * self.mean_temperature
        if model.heating_from_milli is not None:
            found = found + float(model.heating) * self.below(np.array([float(model.heating_from_milli)]))[:, 0]
        if model.cooling_from_milli is not None:
            found = found + float(model.cooling) * self.above(np.array([float(model.cooling_from_milli)]))[:, 0]
        return found + float(model.occupied) * self.occupied


class _Search:
    """Finds the change points of every form at once: what is always in the model is projected out beforehand."""

    def __init__(self, data: _Data, *, occupancy: bool) -> None:
        np = data.np
        self.np, self.data, self.occupancy = np, data, occupancy
        self._root: Floats = np.sqrt(data.weights)
        fixed = [np.ones(len(data)), *([data.occupied] if occupancy else [])]
        self._basis, _ = np.linalg.qr(np.column_stack(fixed) * self._root[:, None])
        self._use = self._free(data.use[:, None])[:, 0]
        self.whole = float(self._use @ self._use)
        low, high = np.percentile(data.temperatures * _MILLI, _TAILS)
        self._low, self._high = math.ceil(low), math.floor(high)
        first = -(-self._low // _COARSE) * _COARSE
        self._grid: Floats = np.arange(first, self._high + 1, _COARSE, dtype=np.float64)

    def every(self, forms: Sequence[Form], bases: _Points) -> Iterator[_Found]:
        """Give the best of every form."""
        for form in forms:
            parameters = 1 + _TERMS[form] + _CHANGE_POINTS.get(form, 0) + self.occupancy
            found = _Found(form, self.occupancy, None, parameters)
            if len(self.data) <= parameters + 1:
                found.why_not = _NO_SPREAD
            else:
                self._fill(found, bases)
            yield found

    def _fill(self, found: _Found, bases: _Points) -> None:
        form, np = found.form, self.np
        fixed = {
            Form.HEATING_DEGREE_DAYS: _Points(heating=bases.heating),
            Form.COOLING_DEGREE_DAYS: _Points(cooling=bases.cooling),
            Form.DEGREE_DAYS: bases,
        }
        if form is Form.MEAN:
            found.points, found.error = _Points(), self.whole
        elif form is Form.LINE:
            error, _ = self._one(self.data.mean_temperature[:, None], any_sign=True)
            found.points, found.error = _Points(), float(error[0])
        elif form in fixed:
            found.points = points = fixed[form]
            columns = [
                *([self.data.below(np.array([float(points.heating)]))] if points.heating is not None else []),
                *([self.data.above(np.array([float(points.cooling)]))] if points.cooling is not None else []),
            ]
            errors = self._two(*columns) if form is Form.DEGREE_DAYS else self._one(columns[0])[0]
            found.error = float(errors.flat[0])
        elif not len(self._grid):
            found.why_not = _NO_SPREAD
            return
        else:
            found.points, found.error = self._searched(form)
        if not math.isfinite(found.error):
            found.why_not, found.points = _WRONG_WAY, None

    def _searched(self, form: Form) -> tuple[_Points | None, float]:
        np = self.np
        if form is Form.FIVE:
            heating = cooling = self._grid
            best = self._pair(heating, cooling)
            for step in _STEPS:
                if best[0] is None or best[0].heating is None or best[0].cooling is None:
                    break
                best = self._pair(self._around(best[0].heating, step), self._around(best[0].cooling, step))
            return best
        single = self._single(form, self._grid)
        for step in _STEPS:
            if single[0] is None:
                return None, math.inf
            single = self._single(form, self._around(single[0], step))
        at, error = single
        if at is None:
            return None, math.inf
        both = form is Form.FOUR
        points = _Points(at if both or form is Form.HEATING else None, at if both or form is Form.COOLING else None)
        assert np.isfinite(error), "a change point was found"
        return points, error

    def _around(self, at: int, step: int) -> "Floats":
        around = self.np.arange(at - _REACH * step, at + _REACH * step + 1, step, dtype=self.np.float64)
        kept: Floats = around[(around >= self._low) & (around <= self._high)]
        return kept

    def _single(self, form: Form, grid: "Floats") -> tuple[int | None, float]:
        if form is Form.FOUR:
            errors = self._beside(self.data.below(grid), self.data.above(grid))
        else:
            errors, _ = self._one(self.data.below(grid) if form is Form.HEATING else self.data.above(grid))
        place = int(self.np.argmin(errors))
        return (int(grid[place]), float(errors[place])) if self.np.isfinite(errors[place]) else (None, math.inf)

    def _pair(self, heating: "Floats", cooling: "Floats") -> tuple[_Points | None, float]:
        np = self.np
        errors = self._two(self.data.below(heating), self.data.above(cooling))
        errors = np.where(cooling[None, :] - heating[:, None] >= _NEUTRAL, errors, np.inf)
        low, high = np.unravel_index(int(np.argmin(errors)), errors.shape)
        if not np.isfinite(errors[low, high]):
            return None, math.inf
        return _Points(int(heating[low]), int(cooling[high])), float(errors[low, high])

    def _free(self, columns: "Floats") -> "Floats":
        """Weigh columns and take out of them what the fixed columns explain (Frisch, Waugh and Lovell)."""
        weighed = columns * self._root[:, None]
        left: Floats = weighed - self._basis @ (self._basis.T @ weighed)
        return left

    def _one(self, columns: "Floats", *, any_sign: bool = False) -> "tuple[Floats, Floats]":
        """Give the error that each column alone leaves, and its coefficient; infinite where the sign is wrong."""
        np, free = self.np, self._free(columns)
        norm, along = (free * free).sum(axis=0), free.T @ self._use
        usable = norm > _NOISE
        coefficient = np.divide(along, norm, out=np.zeros_like(along), where=usable)
        right = usable if any_sign else usable & (coefficient > 0)
        return np.where(right, self.whole - coefficient * along, np.inf), coefficient

    def _beside(self, left: "Floats", right: "Floats") -> "Floats":
        """Give the error that each pair of columns in the same place leaves; a 4P model may bend either way."""
        a, b = self._free(left), self._free(right)
        along = a.T @ self._use, b.T @ self._use
        return self._solved((a * a).sum(axis=0), (b * b).sum(axis=0), (a * b).sum(axis=0), *along, any_sign=True)

    def _two(self, left: "Floats", right: "Floats") -> "Floats":
        """Give the error that every column of the left leaves with every column of the right."""
        a, b = self._free(left), self._free(right)
        along = (a.T @ self._use)[:, None], (b.T @ self._use)[None, :]
        # In slices: a larger product wakes the library's own threads, which cost far more than they save here.
        crossed: Floats = self.np.zeros((a.shape[1], b.shape[1]))
        for at in range(0, len(a), _SLICE):
            crossed += a[at : at + _SLICE].T @ b[at : at + _SLICE]
        return self._solved((a * a).sum(axis=0)[:, None], (b * b).sum(axis=0)[None, :], crossed, *along, any_sign=False)

    def _solved(
        self, aa: "Floats", bb: "Floats", ab: "Floats", ay: "Floats", by: "Floats", *, any_sign: bool
    ) -> "Floats":
        np = self.np
        determinant = aa * bb - ab * ab
        usable = determinant > _NOISE * np.maximum(aa * bb, _NOISE)
        safe = np.where(usable, determinant, 1.0)
        first, second = (bb * ay - ab * by) / safe, (aa * by - ab * ay) / safe
        right = usable if any_sign else usable & (first > 0) & (second > 0)
        errors: Floats = np.where(right, self.whole - first * ay - second * by, np.inf)
        return errors


def _model(data: _Data, one: _Found) -> Model:
    """Solve the chosen columns once more, whole and in one go, and write the coefficients down."""
    np = data.np
    columns = data.columns(one)
    root = np.sqrt(data.weights)
    design = np.column_stack(list(columns.values())) * root[:, None]
    solved, *_ = np.linalg.lstsq(design, data.use * root, rcond=None)
    points = one.points or _Points()
    coefficients: dict[str, Any] = dict(zip(columns, map(_written, solved.tolist()), strict=True))
    return Model(
        form=one.form,
        with_occupancy=one.with_occupancy,
        heating_from_milli=points.heating,
        cooling_from_milli=points.cooling,
        **coefficients,
    )


def statistics_of(data: _Data, model: Model, one: _Found, terms: UncertaintyTerms) -> Statistics:
    """Describe a fit as ASHRAE Guideline 14-2014 does: n - p degrees of freedom, CV(RMSE), NMBE, autocorrelation.

    NMBE is zero by construction within the baseline; it shows that the coefficients were written down faithfully.
    """
    np = data.np
    n, p = len(data), one.parameters
    left = data.use - data.predicted(model)
    mean = float(np.average(data.use, weights=data.weights))
    error = float((data.weights * left * left).sum())
    around = float((data.weights * (data.use - mean) ** 2).sum())
    unexplained = max(error, n * (_NOISE * max(mean, _NOISE)) ** 2)
    following = float(np.corrcoef(left[1:], left[:-1])[0, 1]) if np.ptp(left[1:]) > 0 and np.ptp(left[:-1]) > 0 else 0.0
    corrected = terms.corrects_from is not None and following > float(terms.corrects_from)
    effective = n * (1 - following) / (1 + following) if corrected else float(n)
    return Statistics(
        observations=n,
        days=int(data.days.sum()),
        parameters=p,
        mean_per_day=_written(mean),
        r_squared=_figure(1 - error / around if around > 0 else 0.0),
        cvrmse=_figure(math.sqrt(error / (n - p)) / mean if mean > 0 else 0.0),
        nmbe=_figure(float((data.weights * left).sum()) / ((n - p) * mean) if mean > 0 else 0.0),
        bic=_figure(n * math.log(unexplained / n) + p * math.log(n)),
        autocorrelation=_figure(following),
        effective_observations=_figure(effective),
        squared_error=_written(error),
    )


def _written(value: float) -> Decimal:
    """Write a number with twelve digits: more than any meter has, and the same on every machine's last digits."""
    return Decimal(f"{value:.{_DIGITS}g}") + 0


def _figure(value: float) -> Decimal:
    return Decimal(f"{value:.6f}") + 0
