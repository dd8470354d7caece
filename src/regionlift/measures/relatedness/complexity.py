"""Complexity of regions and activities: one decomposition for both, one sign for both."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from regionlift.measures.cube import Floats
from regionlift.measures.relatedness.bits import columns_of, grow, presences
from regionlift.measures.relatedness.lanczos import SECOND, THIRD, carried, leading

Flags = NDArray[np.bool_]
Places = NDArray[np.int64]

#: Least side of a table for which complexity means anything, and for which it is sought by steps.
LEAST, SPARSE = 3, 200
#: Steps after which the search gives way to a full decomposition.
STEPS = 300
#: Singular values nearer than this are one: the second vector is then arbitrary.
SAME = 1e-8
#: Below this correlation with diversity the sign says little.
WEAK_SIGN = 0.2


@dataclass(frozen=True)
class Complexity:
    """Complexity of regions and activities, with all that qualifies it.

    ``regions`` and ``activities`` are not a number for what was left out: ``empty_regions`` and
    ``empty_activities`` have no presence, ``apart_regions`` and ``apart_activities`` hang on no
    chain of presences with the largest ``component`` (there are ``components``). ``second`` and
    ``third`` are squared singular values, ``gap`` their difference over the second;
    ``sign_strength`` is the absolute correlation of regions with diversity. ``reason`` is empty,
    or says why there are no numbers; ``warnings`` say what to doubt.
    """

    regions: Floats
    activities: Floats
    second: float
    third: float
    sign_strength: float
    components: int
    empty_regions: Places
    empty_activities: Places
    apart_regions: Places
    apart_activities: Places
    ddof: int
    scale: str
    reason: str = ""
    warnings: tuple[str, ...] = field(default=())

    @property
    def gap(self) -> float:
        """Share of the second squared singular value by which it stands above the third."""
        return (self.second - self.third) / self.second if self.second > 0 else 0.0


def complexity(present: NDArray[np.generic], scale: str = "regions", ddof: int = 0) -> Complexity:
    r"""Economic complexity index of regions and of activities (ECI and PCI).

    .. math:: S = D^{-1/2} M U^{-1/2}, \quad k_c = D^{-1/2} u_2, \quad k_p = U^{-1/2} v_2

    u_2, v_2 are the second singular vectors, D and U hold diversity and ubiquity; then
    :math:`D^{-1} M k_p = \sigma_2 k_c`. The sign makes regions rise with diversity, and is the
    same for both sides.

    Parameters
    ----------
    present : (regions, activities)
        Whether the activity is present.
    scale : "regions" or "each"
        ``regions``: both sides in standard deviations of the regions, so that a region is the mean
        of its activities. ``each``: each side has mean 0 and standard deviation 1.
    ddof : 0 or 1
        Of the standard deviation.

    Only the largest connected component is decomposed: with k components the value 1 occurs k
    times, and a "second" vector only tells the components apart.

    Sources: Hidalgo & Hausmann 2009, PNAS 106, 10570-10575; Mealy, Farmer & Teytelboym 2019,
    Science Advances 5, eaau1705 (what it is: a spectral ordering, not a mean of capabilities).
    """
    if scale not in ("regions", "each"):
        raise ValueError(f'scale is "regions" or "each", not "{scale}"')
    m = np.ascontiguousarray(present, dtype=bool)
    diversity, ubiquity = presences(m)
    rows, columns, parts = _largest(m, diversity, ubiquity)
    lost = (
        np.flatnonzero(diversity == 0), np.flatnonzero(ubiquity == 0),
        np.flatnonzero((diversity > 0) & ~rows), np.flatnonzero((ubiquity > 0) & ~columns),
    )  # fmt: skip
    # Whatever hangs together with a row has its columns in the same component: counts stay.
    core = m if rows.all() and columns.all() else np.ascontiguousarray(m[rows][:, columns])
    diversity, ubiquity = diversity[rows], ubiquity[columns]
    nothing = np.full(m.shape[0], np.nan), np.full(m.shape[1], np.nan)

    def refuse(why: str, second: float = 0.0, third: float = 0.0) -> Complexity:
        return Complexity(*nothing, second, third, 0.0, parts, *lost, ddof, scale, why)

    if min(core.shape, default=0) < LEAST:
        return refuse(f"{core.shape[0]} regions and {core.shape[1]} activities hang together; "
                      f"at least {LEAST} of each are needed")  # fmt: skip
    second, third, u, v = _leading(core, diversity, ubiquity)
    if second < SAME:
        return refuse("all regions have the same activities: there is nothing to order", second)
    if second - third < SAME * second:
        return refuse("the second and the third dimension explain the same: the order is arbitrary",
                      second, third)  # fmt: skip
    if 1 - second < SAME:
        return refuse("regions fall into groups without a common activity", second, third)
    regions = u / np.sqrt(diversity)
    activities = v / np.sqrt(ubiquity)
    strength = _correlation(regions, diversity)
    turn = -1.0 if strength < 0 else 1.0
    regions, activities = turn * regions, turn * activities
    # The mean of a region's activities is sigma_2 times its own value.
    mean = np.sqrt(second) * regions
    if scale == "regions":
        centre, spread = mean.mean(), mean.std(ddof=ddof)
        regions, activities = (mean - centre) / spread, (activities - centre) / spread
    else:
        regions = (regions - regions.mean()) / regions.std(ddof=ddof)
        activities = (activities - activities.mean()) / activities.std(ddof=ddof)
    warnings = []
    if (second - third) / second < 0.1:
        warnings.append(f"second and third dimension are close ({second:.3f} and {third:.3f})")
    if abs(strength) < WEAK_SIGN:
        warnings.append(f"the sign hangs on a correlation of {abs(strength):.2f} with diversity")
    if parts > 1:
        warnings.append(f"{parts} groups without a common activity; the largest is ordered")
    both = nothing[0].copy(), nothing[1].copy()
    both[0][rows], both[1][columns] = regions, activities
    return Complexity(*both, second, third, abs(strength), parts, *lost, ddof, scale, "",
                      tuple(warnings))  # fmt: skip


def _correlation(a: Floats, b: Places) -> float:
    if a.std() < 1e-15 or b.std() < 1e-15:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def _largest(m: Flags, diversity: Places, ubiquity: Places) -> tuple[Flags, Flags, int]:
    """Rows and columns of the largest component, and the number of components with a presence."""
    found = np.zeros(m.shape[0], dtype=bool), np.zeros(m.shape[1], dtype=bool)
    if not diversity.any():
        return *found, 0
    # Where the region with most activities leads to everything, there is no other component.
    found[0][diversity.argmax()] = True
    grow(m, *found)
    if np.array_equal(found[0], diversity > 0) and np.array_equal(found[1], ubiquity > 0):
        return *found, 1
    return _parted(m)


def _parted(m: Flags) -> tuple[Flags, Flags, int]:
    """The same for tables that fall apart."""
    regions, activities = m.shape
    i, j = np.nonzero(m)
    size = regions + activities
    links = csr_matrix((np.ones(len(i), dtype=np.int8), (i, regions + j)), shape=(size, size))
    count, label = connected_components(links, directed=False)
    sizes = np.bincount(label[:regions], minlength=count)
    alive = np.bincount(label[i], minlength=count) > 0
    largest = int(np.where(alive, sizes, -1).argmax())
    return label[:regions] == largest, label[regions:] == largest, int(alive.sum())


def _leading(
    core: Flags, diversity: Places, ubiquity: Places
) -> tuple[float, float, Floats, Floats]:
    """Second and third squared singular value of the normalised presences, and second vectors.

    Found on the smaller side, as eigenvalues of S S'; the other side follows from it.
    """
    tall = core.shape[0] > core.shape[1]
    least = min(core.shape)
    weight = 1 / np.sqrt(diversity), 1 / np.sqrt(ubiquity)
    if least >= SPARSE:
        found = _by_steps(core, diversity, ubiquity, *weight, tall)
        if found is not None:
            return found
    s = weight[0][:, None] * core * weight[1]
    across = s if tall else s.T
    values, vectors = eigh(across.T @ across, subset_by_index=(least - 3, least - 1))
    own = vectors[:, 1]
    other = across @ own
    other /= np.linalg.norm(other) or 1.0
    second, third = max(float(values[1]), 0.0), max(float(values[0]), 0.0)
    return (second, third, other, own) if tall else (second, third, own, other)


def _by_steps(
    core: Flags, diversity: Places, ubiquity: Places, by_region: Floats, by_activity: Floats,
    tall: bool,
) -> tuple[float, float, Floats, Floats] | None:  # fmt: skip
    """The same by Lanczos steps over the presences alone; None where they do not come to an end."""
    start = np.concatenate(([0], diversity.cumsum())).astype(np.int32)
    column = columns_of(core, int(start[-1]))
    first = np.sqrt((ubiquity if tall else diversity).astype(np.float64))
    first /= np.linalg.norm(first)
    begin = np.random.default_rng(0).random((2, len(first)))
    table, most = (start, column, by_region, by_activity, tall), min(STEPS, len(first) - 2)
    second, third, own, done = leading(*table, first[None], begin[0], most, SECOND, THIRD)
    if not done:
        return None
    # Where several dimensions explain the same, one was seen. Half the gap tells it from the third.
    gap = second - third
    known = np.stack((first, own))
    beside, _, _, sure = leading(*table, known, begin[1], most, gap / 4, np.inf)
    if not sure or beside > third + gap / 2:
        return None
    other = carried(start, column, by_region, by_activity, tall, own)
    other /= np.linalg.norm(other) or 1.0
    second, third = max(second, 0.0), max(third, 0.0)
    return (second, third, other, own) if tall else (second, third, own, other)


def projected(present: NDArray[np.generic], activities: Floats) -> Floats:
    """Complexity of regions as the mean of activities' complexity found elsewhere.

    For regions of one country on the activities of the world: what is not a number there does not
    count, and a region without any other activity is not a number.
    """
    m = np.asarray(present, dtype=np.float64)
    told = np.isfinite(activities)
    count = m[:, told].sum(axis=1)
    total = m[:, told] @ np.asarray(activities)[told]
    return np.asarray(np.divide(total, count, out=np.full(len(m), np.nan), where=count > 0))


def reflections(present: NDArray[np.generic], steps: int) -> tuple[Floats, Floats]:
    r"""Method of reflections, raw.

    .. math:: k_{r,n} = D^{-1} M k_{c,n-1}, \quad k_{c,n} = U^{-1} M' k_{r,n-1}

    Kept for comparison with published series: the differences shrink to rounding with the steps,
    and where the second and third dimension are close the order is unreliable long before.
    Regions grow with complexity at even steps, activities at odd ones.
    """
    m = np.asarray(present, dtype=np.float64)
    diversity, ubiquity = m.sum(axis=1), m.sum(axis=0)
    if not (diversity.all() and ubiquity.all()):
        raise ValueError("a region or activity without any presence has no reflections: drop it")
    regions, activities = diversity.copy(), ubiquity.copy()
    for _ in range(steps):
        regions, activities = m @ activities / diversity, m.T @ regions / ubiquity
    return regions, activities


def fitness(
    present: NDArray[np.generic], iterations: int = 100, extremality: float = 1.0
) -> tuple[Floats, Floats]:
    r"""Fitness of regions and complexity of activities.

    .. math:: F_n = M Q_{n-1} / \text{mean}, \quad
              Q_n = [M' F_{n-1}^{-a}]^{-1/a} / \text{mean}

    with the fitness of the step before, as published. What has no presence is 0, not a number.

    Source: Tacchella, Cristelli, Caldarelli, Gabrielli & Pietronero 2012, Sci. Rep. 2, 723.
    """
    m = np.asarray(present, dtype=np.float64)
    rows, columns = m.any(axis=1), m.any(axis=0)
    core = m[np.ix_(rows, columns)]
    f, q = np.ones(core.shape[0]), np.ones(core.shape[1])
    # Fitness runs to nothing in floating point; its inverse power is kept within it.
    least = np.finfo(float).tiny ** (0.5 / max(extremality, 1.0))
    for _ in range(iterations):
        with np.errstate(divide="ignore"):
            fresh, rare = core @ q, (core.T @ f**-extremality) ** (-1 / extremality)
        f = np.maximum(fresh / fresh.mean(), least)
        q = rare / rare.mean()
    found = np.full(m.shape[0], np.nan), np.full(m.shape[1], np.nan)
    found[0][rows], found[1][columns] = f, q
    return found
