"""Which layers, kinds of actor and stages the roadmap of a region has an action for (item 35)."""

from __future__ import annotations

from regionlift.plan.cells import Acting, Cells, actors_of, cells_of, kinds_of, stages_by_link
from regionlift.study.region import Study
from regionlift.study.roadmap import OWNERS


def acted(study: Study) -> Cells:
    """Cells of the planned actions: owner and partners by kind, stages of the path they belong to.

    Layers are those of the network where there is one.
    """
    tables = study.dataset.tables
    layers = None
    if study.network is not None:
        shape = study.network.structure.organisations
        layers = dict(shape.select("org_id", "layer").iter_rows())
    actors = actors_of(tables.get("orgs"), tables.get("platforms"), layers)
    words = {said: kind for kind, said in OWNERS.items()}
    stages = stages_by_link(p.path for p in study.paths.paths)
    found = []
    for n, p in enumerate(study.roadmap.planned, start=1):
        kinds, unknown = kinds_of([p.owner, *p.partners], actors, words)
        own = [*stages.get(p.candidate.link.id, ()),
               *(["structure"] if p.candidate.action.structure else [])]  # fmt: skip
        found.append(Acting(f"action {n}", kinds, tuple(dict.fromkeys(own)), unknown))
    return cells_of(found)
