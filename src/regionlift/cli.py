"""Thin commands: each calls one function of the public API and prints what it returns."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from regionlift.run import Run

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Evidence for upgrading a regional equipment industry.",
)

paths_app = typer.Typer(no_args_is_help=True, help="The upgrading paths: list, draw, check.")
app.add_typer(paths_app, name="paths")

Folder = Annotated[Path, typer.Argument(help="Dataset folder with a regionlift.toml.")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", help="Leave a sub-industry out of the block; may be repeated."),
]
PathFiles = Annotated[
    list[Path] | None,
    typer.Option("--path", help="A path file of your own beside the three; may be repeated."),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="Move a threshold: name=value; may be repeated."),
]


@app.command()
def run(
    folder: Folder,
    region: Annotated[str, typer.Option(help='Region of the panel, or "all".')] = "",
    out: Out = Path("out"),
    year: Annotated[int | None, typer.Option(help="Last year to look at.")] = None,
    peers: Annotated[str, typer.Option(help="Peers by name, separated by ; (else matched).")] = "",
    without: Without = None,
    set_: Set = None,
    path: PathFiles = None,
    budget: Annotated[
        str, typer.Option(help="Budget of the roadmap in millions: a total, or four, one a phase.")
    ] = "",
) -> None:
    """Read a dataset, measure and judge a region, write report, lists and evidence."""
    from regionlift.run import run_all, run_region

    console = _console()
    given = tuple(p.strip() for p in peers.split(";") if p.strip())
    left_out, moved = tuple(without or ()), _overrides(set_)
    if region == "all":
        if given:
            raise ValueError("--peers names the peers of one region; leave it out with all")
        with _progress() as step:
            runs = [
                done.out
                for done in run_all(
                    folder, out, year=year, without=left_out, overrides=moved,
                    paths=tuple(path or ()), budget=_budget(budget), step=step,
                )
            ]
        console.print(f"wrote {len(runs)} regions below {out}/", highlight=False)
        return
    with _progress() as step:
        done = run_region(
            folder, region, out, year=year, peers=given, without=left_out, overrides=moved,
            paths=tuple(path or ()), budget=_budget(budget), step=step,
        )  # fmt: skip
    _summary(done)


@app.command()
def demo(
    out: Out = Path("out"),
    folder: Annotated[Path, typer.Option(help="Folder for the generated data.")] = Path("beijiang"),
    seed: Annotated[int, typer.Option(help="Seed of the generator.")] = 0,
) -> None:
    """Generate the SYNTHETIC province Beijiang and study it."""
    from regionlift.run import demo as api

    with _progress() as step:
        done = api(out, folder, seed, step)
    _summary(done)


@app.command()
def check(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="Workbook to write.")] = Path(
        "data-issues.xlsx"
    ),
) -> None:
    """Audit a dataset: where, what was found, what was expected, and the fix."""
    from regionlift.data.check import check as api
    from regionlift.output.lists import write_problems
    from regionlift.output.terminal import audit

    found = api(folder)
    audit(found.problems, _console())
    write_problems(out, found.problems)
    typer.echo(f"wrote {out}")
    if found.errors:
        raise typer.Exit(1)


@app.command()
def init(
    folder: Folder,
    scope: Annotated[str, typer.Option(help="Shipped scope to start from.")] = "gbt4754-2017",
) -> None:
    """Write a commented regionlift.toml to fill in."""
    from regionlift.data.template import write_template

    typer.echo(f"wrote {write_template(folder, scope)}")


@app.command("import-patents")
def import_patents(
    files: Annotated[list[Path], typer.Argument(help="Export or database files of one source.")],
    layout: Annotated[
        str, typer.Option(help="incopat, lens, patstat, regpat, patentsview, or auto.")
    ] = "auto",
    out: Out = Path("patents"),
    names: Annotated[
        Path | None, typer.Option(help="The edited names-to-merge.csv: accepted rows are merged.")
    ] = None,
    orgs: Annotated[
        Path | None,
        typer.Option(help="Your directory of organisations, or a dataset: likenesses go into it."),
    ] = None,
    encoding: Annotated[str, typer.Option(help="Encoding of text files.")] = "utf-8",
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook.")] = None,
) -> None:
    """Bring patents in from CNIPA or incoPat, Lens, PATSTAT, REGPAT or PatentsView files."""
    from regionlift.data.patents import import_patents as api
    from regionlift.output.imported import imported

    done = api(
        files, out, layout=layout, names=names, orgs=orgs, encoding=encoding, sheet=sheet
    )
    imported(done, _console())


@app.command()
def trace(
    id: Annotated[str, typer.Argument(help="Evidence id from the report or the lists.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the run.")] = Path("out"),
    rows: Annotated[int, typer.Option(help="Rows to show.")] = 10,
) -> None:
    """Show what stands behind one number: formula, source, SQL, rows."""
    from regionlift.evidence.ledger import trace as api
    from regionlift.output.terminal import traced

    traced(api(out, id, rows), _console())


@app.command()
def lint(
    plan: Annotated[Path, typer.Argument(help="The plan: XLSX, CSV or Parquet.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of a finished run to hold it to.")
    ] = None,
    dataset: Annotated[
        Path | None, typer.Option(help="Dataset folder, if there is no run.")
    ] = None,
    region: Annotated[str, typer.Option(help="Region the plan is of.")] = "",
    sheet: Annotated[str, typer.Option(help="Sheet of the workbook; else all that fit.")] = "",
    neighbours: Annotated[
        str, typer.Option(help="Regions it may copy, separated by ; (else the peers).")
    ] = "",
    workbook: Annotated[Path, typer.Option(help="Workbook to write.")] = Path("plan-lint.xlsx"),
) -> None:
    """Lint a plan: what each measure lacks, and what the evidence says against it."""
    from regionlift.output.plan_lists import linted, write_lint
    from regionlift.study.plan import lint_plan

    near = tuple(n.strip() for n in neighbours.split(";") if n.strip())
    found = lint_plan(
        plan, out=out, dataset=dataset, region=region, sheet=sheet, neighbours=near
    )  # fmt: skip
    linted(found, _console())
    write_lint(workbook, found)
    typer.echo(f"wrote {workbook}")


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="Folder of the earlier run.")],
    new: Annotated[Path, typer.Argument(help="Folder of the later run.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.")] = Path("compare"),
) -> None:
    """Compare two runs of one region: data revised, real change, settings moved."""
    from regionlift.output.compare_lists import compared, write_comparison
    from regionlift.plan.compare import compare_runs

    found = compare_runs(old, new)
    compared(found, _console())
    write_comparison(out, found)
    typer.echo(f"wrote {out}/compare.xlsx and {out}/compare.json")


@app.command()
def targets(
    folder: Folder,
    region: Annotated[str, typer.Option(help="Region of the panel.")],
    measure: Annotated[str, typer.Option(help="Id of a measure over the panel.")],
    target: Annotated[float, typer.Option(help="Value aimed at; shares as 0.25.")],
    years: Annotated[int, typer.Option(help="Years until it is due.")],
    set_: Set = None,
) -> None:
    """Hold a target against what became of regions with such a start."""
    from regionlift.output.terminal import realised
    from regionlift.plan.targets import held

    realised(held(folder, region, measure, target, years, _overrides(set_)), _console())


@app.command()
def settings() -> None:
    """List every threshold with its value, range, meaning and source."""
    from regionlift.evidence.settings import settings as api
    from regionlift.output.terminal import thresholds
    from regionlift.paths.load import shipped
    from regionlift.paths.load import thresholds as of_paths

    thresholds(api(more=of_paths(shipped())), _console())


@paths_app.command("list")
def paths_list() -> None:
    """List the paths that come with the package."""
    from regionlift.run import known_paths

    for found in known_paths():
        typer.echo(f"{found.id:<12}{found.form:<9}{found.title}: {found.about}")


@paths_app.command("show")
def paths_show(
    name: Annotated[str, typer.Argument(help="Name of a path, or a path file.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Finished run: draw its lamps too.")
    ] = None,
) -> None:
    """Draw a path: boxes, links with their measures, conditions with their clauses."""
    from regionlift.run import drawn_path

    typer.echo(drawn_path(name, out))


@paths_app.command("check")
def paths_check(
    file: Annotated[Path, typer.Argument(help="A path file.")],
) -> None:
    """Check a path file: everything wrong with it, and the way out."""
    from regionlift.run import known_paths

    found = known_paths((file,))[-1]
    typer.echo(f"{file}: {found.title}, {len(found.links)} links, {len(found.clauses)} clauses, "
               f"{len(found.conditions)} conditions: nothing wrong")  # fmt: skip


@app.command()
def contract() -> None:
    """Print the data contract: every table and column."""
    from regionlift.data.contract import contract_page

    typer.echo(contract_page(), nl=False)


@app.command()
def coverage() -> None:
    """Print the paper item by item: numbers, links, pages, tests, status."""
    from regionlift.output.coverage import coverage_page

    typer.echo(coverage_page(), nl=False)


def _budget(text: str) -> list[float] | None:
    """One total or four amounts, separated by commas; None where nothing is given."""
    if not text.strip():
        return None
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ValueError(f'--budget {text}: expected millions, as "120" or "20,40,60,80"') from None


def _overrides(pairs: list[str] | None) -> dict[str, str]:
    moved = {}
    for pair in pairs or ():
        name, sign, value = pair.partition("=")
        if not sign:
            raise ValueError(f'--set {pair}: expected name=value, such as "label_share=0.7"')
        moved[name.strip()] = value.strip()
    return moved


def _console() -> Console:
    from rich.console import Console

    return Console()


def _summary(done: Run) -> None:
    from regionlift.output.terminal import summary

    summary(done.study, done.out, _console())


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line on standard error that names the step and counts the seconds."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=True,
    ) as progress:  # fmt: skip
        task = progress.add_task("start", total=None)
        yield lambda name: progress.update(task, description=name)


def main() -> None:
    """Run a command; a user's mistake is a message and exit code 1, never a traceback."""
    from regionlift.data.problems import DatasetError

    try:
        app()
    except DatasetError as error:
        from regionlift.output.terminal import audit

        audit(error.problems, _console())
        typer.echo("Nothing was run and nothing was changed. `regionlift check` writes this as "
                   "a workbook.", err=True)  # fmt: skip
        sys.exit(1)
    except (LookupError, ValueError, OSError) as error:
        typer.echo(f"regionlift: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
