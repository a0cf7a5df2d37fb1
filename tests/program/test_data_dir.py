"""One run at a time in a DATA_DIR; demo and deployment share none; a reset empties what a demo made."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from privacyadmin.embedded.data_dir import DATABASE, DataDirError, take
from tests.program.processes import CHECKOUT

HOLD = """
import sys, time
from pathlib import Path
from privacyadmin.embedded.data_dir import take
held = take(Path(sys.argv[1]))
if sys.argv[2] == "with a part":
    import subprocess
    subprocess.Popen(["sleep", "600"], pass_fds=[held.descriptor], stdout=subprocess.DEVNULL)
print("held", flush=True)
time.sleep(600)
"""


def _holder(folder: Path, how: str = "alone") -> "subprocess.Popen[str]":
    holder = subprocess.Popen(  # noqa: S603 - the test's own source.
        [sys.executable, "-c", HOLD, str(folder), how],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def _end(holder: "subprocess.Popen[str]") -> None:
    os.killpg(holder.pid, signal.SIGKILL)
    holder.communicate()


@pytest.mark.program
def test_a_second_instance_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    holder = _holder(tmp_path)
    try:
        with pytest.raises(DataDirError, match=f"process {holder.pid} already runs there") as refused:
            take(tmp_path)
        assert f"kill {holder.pid}" in str(refused.value)
    finally:
        _end(holder)
    take(tmp_path, seconds=5).release()


@pytest.mark.program
def test_parts_that_outlive_their_supervisor_keep_the_directory(tmp_path: Path) -> None:
    holder = _holder(tmp_path, "with a part")
    try:
        os.kill(holder.pid, signal.SIGKILL)
        holder.wait()
        with pytest.raises(
            DataDirError, match=f"parts of an earlier run .process {holder.pid}, which has ended"
        ):
            take(tmp_path, seconds=0.3)
    finally:
        _end(holder)
    take(tmp_path, seconds=5).release()


def test_the_directory_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    take(tmp_path / "new").release()
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirError, match="cannot be used: Not a directory"):
        take(tmp_path / "file" / "data")


def test_demo_and_serve_do_not_share_a_directory(tmp_path: Path) -> None:
    for first, second in (("demo", "serve"), ("serve", "demo")):
        held = take(tmp_path / first)
        held.mark(first)  # type: ignore[arg-type]  # The loop's words are the two kinds.
        held.mark(first)  # type: ignore[arg-type]
        with pytest.raises(DataDirError, match=f"belongs to `{first}`"):
            held.mark(second)  # type: ignore[arg-type]
        held.release()


def test_a_demo_keeps_out_of_a_directory_with_other_things_in_it(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    held = take(tmp_path)
    with pytest.raises(DataDirError, match="is not empty"):
        held.mark("demo")
    held.release()


def test_a_demo_keeps_out_of_a_database_migrated_by_hand_that_serve_may_use(tmp_path: Path) -> None:
    (tmp_path / DATABASE).write_text("rows")
    held = take(tmp_path)
    with pytest.raises(DataDirError, match="was not made by `demo`"):
        held.mark("demo")
    held.mark("serve")
    held.release()


def test_what_loading_the_settings_leaves_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / DATABASE).touch()
    held = take(tmp_path)
    held.mark("demo")
    held.release()


def test_a_reset_empties_a_demo_and_follows_no_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept.txt").write_text("kept")
    held = take(tmp_path / "demo")
    held.mark("demo")
    (held.folder / DATABASE).write_text("rows")
    (held.folder / "broker").mkdir()
    (held.folder / "broker" / "appendonly").write_text("jobs")
    (held.folder / "link").symlink_to(elsewhere)
    held.reset()
    assert [entry.name for entry in held.folder.iterdir()] == ["lock"]
    assert (elsewhere / "kept.txt").read_text() == "kept"
    held.release()


@pytest.mark.parametrize("kind", ["serve", None])
def test_a_reset_leaves_what_no_demo_made(tmp_path: Path, kind: str | None) -> None:
    held = take(tmp_path)
    if kind is not None:
        held.mark("serve")
    (tmp_path / DATABASE).write_text("rows")
    with pytest.raises(DataDirError, match="was not made by `demo`"):
        held.reset()
    assert (tmp_path / DATABASE).read_text() == "rows"
    held.release()
