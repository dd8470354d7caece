"""A killed run leaves the earlier output, or the new one, or none; never a part of one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

import regionlift.output.files as files
from recompute import payload_of
from regionlift.run import run_region

REGION = "北江"
FILES = {
    "report.html", "lists.xlsx", "roadmap.xlsx", "roadmap.json", "evidence.duckdb", "run.json",
}  # fmt: skip

#: Moments of a kill, as parts of a run's duration; the files are written in its second half.
MOMENTS = (0.05, 0.25, 0.45, 0.6, 0.7, 0.78, 0.84, 0.89, 0.93, 0.96, 0.98, 1.0)

#: Imports once, then runs a child an order: (out) -> pid, and waits for it where told to.
SERVER = """
import os, sys
import altair, duckdb, openpyxl, polars, scipy.stats, vl_convert, xlsxwriter
from regionlift.run import run_region
# Vega takes longer to put together than all the rest, and is not what is looked at here
vl_convert.javascript_bundle = lambda *_: "void 0;"
print(0, flush=True)
for line in sys.stdin:
    order, _, rest = line.rstrip("\\n").partition(" ")
    if order == "run":
        pid = os.fork()
        if pid == 0:
            run_region(sys.argv[1], sys.argv[2], rest)
            os._exit(0)
        print(pid, flush=True)
    else:
        print(os.waitpid(int(rest), 0)[1], flush=True)
"""


class Server:
    """Runs of the package in children that start at once and may be killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", SERVER, str(folder), REGION], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self.answer() == 0, "the server has not started"

    def answer(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def say(self, order: str) -> int:
        assert self.process.stdin is not None
        self.process.stdin.write(order + "\n")
        self.process.stdin.flush()
        return self.answer()

    def run(self, out: Path) -> int:
        """Start a run; the process id stays its own until it is waited for."""
        return self.say(f"run {out}")

    def wait(self, pid: int) -> int:
        return self.say(f"wait {pid}")

    def close(self) -> None:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def command(folder: Path, out: Path, *more: str) -> list[str]:
    return [
        sys.executable, "-m", "regionlift.cli", "run", str(folder), "--region", REGION,
        "--out", str(out), *more,
    ]  # fmt: skip


def start(folder: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command(folder, out, *more), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def call(folder: Path, out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(folder, out, *more), capture_output=True, text=True, timeout=60, check=False
    )


def results_of(out: Path) -> str:
    """Hash of the results, after a look at every file: the output is whole and of one run."""
    assert {path.name for path in out.iterdir()} == FILES
    record: dict[str, Any] = json.loads((out / "run.json").read_text("utf-8"))
    results: str = record["results_sha256"]
    page = payload_of(out / "report.html")
    facts = {fact["label"]: fact["value"] for fact in page["facts"]}
    assert facts["Results"] == results[:12]
    assert (out / "report.html").read_text("utf-8").rstrip().endswith("</html>")
    book = openpyxl.load_workbook(out / "lists.xlsx", read_only=True)
    listed = {row[0]: row[1] for row in book["read me"].iter_rows(values_only=True)}
    book.close()
    assert listed["results hash"] == results
    plan: dict[str, Any] = json.loads((out / "roadmap.json").read_text("utf-8"))
    assert plan["results_sha256"] == results
    with duckdb.connect(str(out / "evidence.duckdb"), read_only=True) as ledger:
        ids = {row[0] for row in ledger.execute("SELECT id FROM quantities").fetchall()}
        (seed,) = ledger.execute("SELECT value FROM thresholds WHERE name = 'seed'").fetchall()[0]
    assert set(page["evidence"]) <= ids
    assert seed == record["settings"]["seed"]
    return results


def hidden(folder: Path) -> list[Path]:
    """Temporary folders beside an output."""
    return [path for path in folder.iterdir() if path.name.startswith(".")]


@pytest.fixture(scope="module")
def earlier(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete output of another seed."""
    out = tmp_path_factory.mktemp("earlier") / "out"
    run_region(small, REGION, out, overrides={"seed": 1})
    return out


@pytest.fixture(scope="module")
def server(small: Path) -> Iterator[Server]:
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system; the steps one by one are looked at below")
    found = Server(small)
    yield found
    found.close()


def test_a_kill_leaves_all_or_nothing(
    small: Path, earlier: Path, server: Server, tmp_path: Path
) -> None:
    """From nothing and from an earlier output, in turn."""
    before = results_of(earlier)
    begun = time.monotonic()
    assert server.wait(server.run(tmp_path / "whole")) == 0
    duration = time.monotonic() - begun
    killed = 0
    for number, moment in enumerate(MOMENTS):
        folder = tmp_path / str(moment)
        folder.mkdir()
        out, again = folder / "out", number % 2 == 1
        if again:
            shutil.copytree(earlier, out)
        pid = server.run(out)
        time.sleep(moment * duration)
        os.kill(pid, signal.SIGKILL)
        if server.wait(pid) == signal.SIGKILL:
            killed += 1
        else:
            # done before the kill: the machine was busier when the whole run was timed
            duration *= moment
        if out.exists():
            results = results_of(out)
            assert again or results != before
        elif again:
            # between two renames: the earlier one is still there, whole, under another name
            assert before in [results_of(path) for path in hidden(folder) if ready(path)]
    assert killed >= len(MOMENTS) // 2


def test_a_killed_command_leaves_all_or_nothing(small: Path, earlier: Path, tmp_path: Path) -> None:
    """The command itself, killed as soon as it has begun to write."""
    for name in ("fresh", "again"):
        (tmp_path / name).mkdir()
    shutil.copytree(earlier, tmp_path / "again" / "out")
    waiting = {name: start(small, tmp_path / name / "out") for name in ("fresh", "again")}
    late = time.monotonic() + 60
    while waiting and time.monotonic() < late:
        for name, process in list(waiting.items()):
            if hidden(tmp_path / name) or process.poll() is not None:
                process.send_signal(signal.SIGKILL)
                assert process.wait(30) == -signal.SIGKILL
                del waiting[name]
        time.sleep(0.002)
    assert not waiting
    assert not (tmp_path / "fresh" / "out").exists()
    assert results_of(tmp_path / "again" / "out") == results_of(earlier)
    assert hidden(tmp_path / "fresh"), "it was killed before it wrote anything"
    # what killed ones have left is in nobody's way, and an empty folder may be taken
    for name in (".out-abc123", ".out-abc123-old", "out"):
        (tmp_path / "fresh" / name).mkdir()
    (tmp_path / "fresh" / ".out-abc123" / "evidence.duckdb").write_bytes(b"half a ledger")
    run_region(small, REGION, tmp_path / "fresh" / "out")
    assert results_of(tmp_path / "fresh" / "out") != results_of(earlier)


def ready(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} == FILES


class Watch:
    """Looks at a folder just before every step that any code takes in the file system.

    What it sees there is what a kill at that moment would leave.
    """

    STEPS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "shutil.rmtree")

    def __init__(self) -> None:
        self.look: Callable[[str], None] | None = None
        sys.addaudithook(self.hook)

    def hook(self, event: str, _: tuple[Any, ...]) -> None:
        if self.look is not None and (event in self.STEPS or event == "open"):
            look, self.look = self.look, None
            try:
                look(event)
            finally:
                self.look = look


@pytest.fixture(scope="session")
def watch() -> Watch:
    """One for the session: an audit hook cannot be taken off again."""
    return Watch()


@pytest.fixture
def watched(watch: Watch) -> Iterator[Watch]:
    yield watch
    watch.look = None


@pytest.mark.parametrize("with_earlier", [False, True], ids=["fresh", "again"])
def test_all_or_nothing_between_any_two_steps(
    small: Path, earlier: Path, with_earlier: bool, watched: Watch, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    if with_earlier:
        shutil.copytree(earlier, out)
    whole: dict[tuple[tuple[str, int, int], ...], str] = {}
    seen: list[str] = []
    here = threading.get_ident()

    def look(event: str) -> None:
        if threading.get_ident() != here:
            return
        if not out.exists():
            seen.append("none")
            return
        # files are looked into once; while nothing of them changes they stay whole
        key = tuple(
            (path.name, path.stat().st_ino, path.stat().st_mtime_ns)
            for path in sorted(out.iterdir())
        )
        if key not in whole:
            whole[key] = results_of(out)
        seen.append(whole[key])

    watched.look = look
    run_region(small, REGION, out)
    look("end")
    watched.look = None
    assert len(seen) > 20
    states = [state for n, state in enumerate(seen) if n == 0 or state != seen[n - 1]]
    new = results_of(out)
    if with_earlier:
        assert states in ([results_of(earlier), "none", new], [results_of(earlier), new])
    else:
        assert states == ["none", new]


def test_a_finished_run_leaves_nothing_beside_it(earlier: Path) -> None:
    assert [path.name for path in earlier.parent.iterdir()] == ["out"]


def test_a_folder_with_other_files_is_refused_and_untouched(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(FileExistsError, match="not an earlier run; name another folder"):
        run_region(small, REGION, out)
    assert [(p.name, p.read_bytes()) for p in out.iterdir()] == [("thesis.docx", b"years of work")]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_in_the_place_of_the_folder_is_refused(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.write_text("a letter", "utf-8")
    with pytest.raises(FileExistsError, match="is a file"):
        run_region(small, REGION, out)
    assert out.read_text("utf-8") == "a letter"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["write_ledger", "write_lists"])
def test_a_failing_write_leaves_the_earlier_output(
    name: str, small: Path, earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(earlier, tmp_path / "out")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, name, full)
    with pytest.raises(OSError, match="No space left"):
        run_region(small, REGION, tmp_path / "out")
    assert results_of(tmp_path / "out") == results_of(earlier)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failing_last_step_puts_the_earlier_output_back(
    small: Path, earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(earlier, tmp_path / "out")

    def busy(*_: object, **__: object) -> None:
        raise PermissionError(13, "in use by another program")

    monkeypatch.setattr(Path, "replace", busy)
    monkeypatch.setattr(os, "replace", busy)
    with pytest.raises(PermissionError):
        run_region(small, REGION, tmp_path / "out")
    monkeypatch.undo()
    assert results_of(tmp_path / "out") == results_of(earlier)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_place_that_cannot_be_written_is_a_plain_message(small: Path, tmp_path: Path) -> None:
    """A read-only parent; for root, who may write anywhere, a place where nobody can."""
    parent = tmp_path / "locked"
    parent.mkdir(mode=0o555)
    if os.geteuid() == 0:
        parent = Path("/proc/self")
        if not parent.is_dir():
            pytest.skip("root may write into a read-only folder, and there is no /proc")
    done = call(small, parent / "out")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "regionlift: " in done.stderr and str(parent) in done.stderr
