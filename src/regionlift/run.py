"""The main job: open, check, measure, judge, write."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from regionlift.data.check import Audit, check
from regionlift.data.dataset import Dataset, from_audit
from regionlift.data.problems import DatasetError, did_you_mean
from regionlift.evidence.measure import registry
from regionlift.evidence.settings import Settings
from regionlift.forecast.laws import Laws, laws_tested
from regionlift.forecast.tested import Tested, conditions_tested
from regionlift.output.files import write_data, write_study
from regionlift.paths.chosen import chosen_for
from regionlift.paths.load import library
from regionlift.paths.model import Path as UpgradingPath
from regionlift.plan.roadmap import checked_budget
from regionlift.study import Frames, Study, measure_all, study

#: Name of the file that marks a folder as the output of a run.
MARK = "run.json"

Step = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """A finished run: the study and the folder it was written to."""

    study: Study
    out: Path


@dataclass(frozen=True)
class Prepared:
    """A dataset read and measured, ready for the study of any of its regions."""

    dataset: Dataset
    settings: Settings
    frames: Frames
    paths: tuple[UpgradingPath, ...]
    tested: Tested
    laws: Laws


def run_region(
    folder: Path | str,
    region: str = "",
    out: Path | str = "out",
    *,
    year: int | None = None,
    peers: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
    overrides: Mapping[str, Any] | None = None,
    paths: tuple[Path | str, ...] = (),
    budget: float | Sequence[float] | None = None,
    step: Step = lambda _: None,
) -> Run:
    """Study one region of a dataset and write report, lists, ledger and run file.

    Parameters
    ----------
    folder : dataset folder with a ``regionlift.toml``
    region : region of the panel; the manifest's own where empty
    out : folder to write; an earlier run there is replaced whole, anything else is refused
    year : last year to look at
    peers : regions to compare with, in place of the matching rule
    without : sub-industries to leave out, such as suppressed ones
    overrides : settings by name, over those of the manifest
    paths : path files beside the three that come with the package
    budget : of the roadmap, in millions; one total or four amounts, one a phase; None is no limit
    step : called with the name of each step as it begins

    Raises
    ------
    DatasetError
        If the audit finds errors.
    LookupError
        If a region, peer or sub-industry is not there.
    ValueError
        If a setting is unknown or out of range, or a path file is wrong.
    FileExistsError
        If ``out`` holds anything but an earlier run.
    """
    checked_budget(budget)
    ready = prepare(folder, without, overrides, step, Path(out), paths)
    step("judge")
    done = study(ready.dataset, ready.frames, region, ready.settings, year=year, peers=peers,
                 paths=ready.paths, budget=budget, tested=ready.tested,
                 laws=ready.laws)  # fmt: skip
    step("write")
    return write(done, Path(out))


def run_all(
    folder: Path | str,
    out: Path | str = "out",
    *,
    year: int | None = None,
    without: tuple[str, ...] = (),
    overrides: Mapping[str, Any] | None = None,
    paths: tuple[Path | str, ...] = (),
    budget: float | Sequence[float] | None = None,
    step: Step = lambda _: None,
) -> Iterator[Run]:
    """Study every region of the panel into ``out/<region>``; measures are computed once."""
    ready = prepare(folder, without, overrides, step, None, paths)
    checked_budget(budget)
    dataset = ready.dataset
    with tempfile.TemporaryDirectory() as scratch:
        begun = Path(scratch) / "data.duckdb"
        write_data(begun, dataset)
        for region in dataset.regions():
            step(region)
            done = study(dataset, ready.frames, region, ready.settings, year=year,
                         paths=ready.paths, budget=budget, tested=ready.tested,
                         laws=ready.laws)  # fmt: skip
            yield write(done, Path(out) / safe_name(region), begun)


def prepare(
    folder: Path | str,
    without: tuple[str, ...],
    overrides: Mapping[str, Any] | None,
    step: Step,
    out: Path | None = None,
    paths: tuple[Path | str, ...] = (),
) -> Prepared:
    """Read, check and measure; the output folder is looked at before any work is done."""
    if out is not None:
        refuse_foreign(out)
    step("read and check")
    audit: Audit = check(folder)
    dataset = from_audit(audit).narrowed(without)
    if not dataset.regions():
        raise DatasetError(audit.problems) if audit.errors else LookupError(
            "the dataset has no panel and no orgs table: there is no region to study"
        )
    known, chosen = chosen_for(dataset, overrides, paths)
    step("measure")
    frames = measure_all(dataset, chosen)
    step("test the conditions")
    tested = conditions_tested(frames, dataset.regions(), known, chosen, dataset)
    laws = laws_tested(frames, dataset.regions(), chosen, dataset)
    return Prepared(dataset, chosen, frames, known, tested, laws)


def known_paths(files: tuple[Path | str, ...] = ()) -> tuple[UpgradingPath, ...]:
    """The paths of the package, then those of the files, checked.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If a file is wrong; everything found is in the message.
    """
    return library(files, registry())


def drawn_path(name: str, out: Path | str | None = None) -> str:
    """A path drawn in text with its conditions; with a finished run, with the run's lamps.

    Raises
    ------
    LookupError
        If no path has that name.
    """
    from regionlift.evidence.ledger import LEDGER
    from regionlift.paths.figure import drawn

    files = (name,) if name.endswith(".toml") else ()
    known = {p.id: p for p in known_paths(files)}
    if not files and name not in known:
        raise LookupError(f'no path "{name}". {did_you_mean(name, known)}There are '
                          f"{', '.join(known)}; a file ends with .toml")  # fmt: skip
    path = list(known.values())[-1] if files else known[name]
    states: dict[str, str] = {}
    if out is not None:
        with duckdb.connect(str(Path(out) / LEDGER), read_only=True) as ledger:
            rows = ledger.execute("SELECT id, verdict FROM path_links WHERE path = ?", [path.id])
            states = dict(rows.fetchall())
    return drawn(path, states)


def demo(
    out: Path | str = "out",
    folder: Path | str = "beijiang",
    seed: int = 0,
    step: Step = lambda _: None,
) -> Run:
    """Generate the synthetic province Beijiang into ``folder`` and study it."""
    from regionlift.data.synthetic import generate
    from regionlift.data.synthetic import write as write_province

    target = Path(folder)
    if target.exists() and not (target / "truths.json").is_file():
        raise FileExistsError(f"{target} is there and is not a synthetic province; name another")
    refuse_foreign(Path(out))
    step("generate Beijiang")
    with replaced(target, "truths.json") as fresh:
        write_province(generate(seed), fresh)
    return run_region(target, "", out, step=step)


def write(done: Study, out: Path, begun: Path | None = None) -> Run:
    """Write all files into a temporary folder beside ``out`` and move it into place whole."""
    with replaced(out, MARK) as fresh:
        write_study(done, fresh, begun)
        (fresh / MARK).write_text(json.dumps(run_record(done), indent=2, ensure_ascii=False) + "\n",
                                  encoding="utf-8")  # fmt: skip
    return Run(done, out)


def run_record(done: Study) -> dict[str, Any]:
    """What is needed to repeat the run; no clock, so that equal inputs give an equal file."""
    dataset = done.dataset
    packages = ("regionlift", "numpy", "scipy", "polars", "duckdb", "narwhals", "altair")
    return {
        "region": done.region,
        "year": done.year,
        "synthetic": dataset.manifest.dataset.synthetic,
        "dataset": dataset.manifest.dataset.title,
        "scope": dataset.manifest.dataset.scope,
        "block": [industry.code for industry in dataset.block],
        "inputs_sha256": dataset.fingerprint,
        "results_sha256": done.result_hash,
        "inputs": [
            {"table": s.table, "file": s.file, "sheet": s.sheet, "sha256": s.sha256, "rows": s.rows}
            for s in dataset.sources
        ],
        "without": list(dataset.without),
        "peers": {"rule": done.peers.rule, "members": list(done.peers.members)},
        "paths": [p.path.id for p in done.paths.paths],
        "budget_million": done.roadmap.budget,
        "settings": {name: t.value for name, t in done.settings.thresholds.items()},
        "changed_settings": done.settings.changed,
        "versions": {name: version(name) for name in packages},
    }


def refuse_foreign(out: Path, mark: str = MARK) -> None:
    """Refuse to replace a folder that no run has written.

    Raises
    ------
    FileExistsError
        If ``out`` is a file, or a folder with content but without the mark.
    """
    if out.is_file():
        raise FileExistsError(f"{out} is a file; name a folder")
    if out.is_dir() and any(out.iterdir()) and not (out / mark).is_file():
        raise FileExistsError(
            f"{out} holds files that are not an earlier run; name another folder with --out"
        )


@contextmanager
def replaced(target: Path, mark: str) -> Iterator[Path]:
    """A temporary folder that takes the target's place once everything in it is written.

    Whatever happens in between, the target is the earlier folder, or the new one whole, or is
    not there; never a part.
    """
    refuse_foreign(target, mark)
    target.parent.mkdir(parents=True, exist_ok=True)
    recover(target, mark)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-{os.getpid()}-", dir=target.parent))
    try:
        yield fresh
        fresh.chmod(0o755)
        old = fresh.with_name(fresh.name + "-old")
        if target.exists():
            target.rename(old)
        try:
            fresh.replace(target)
        except BaseException:
            # also when interrupted between the two: the earlier output comes back
            if old.exists() and not target.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def recover(target: Path, mark: str) -> None:
    """Clear what killed runs left beside the target; bring back an output they had set aside.

    Their folders carry the number of the process, so that a run under way is left alone.
    """
    for left in sorted(target.parent.glob(f".{target.name}-*-*")):
        owner = left.name.removeprefix(f".{target.name}-").partition("-")[0]
        if not owner.isdigit() or _alive(int(owner)):
            continue
        if left.name.endswith("-old") and (left / mark).is_file() and not target.exists():
            left.rename(target)
        else:
            shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    """Whether a process is there; on Windows, where asking would end it, taken as yes."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def safe_name(region: str) -> str:
    """A region's name as a folder name."""
    return "".join(c if c.isalnum() or c in "-_ ." else "_" for c in region).strip(". ") or "region"
