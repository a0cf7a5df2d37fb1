"""The verifier taken away: as a few files or as one, on a Python that has nothing of ours."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.verifier import export_scan
from audit.verifier_file import SOURCES, VERIFIER_FILES, build
from tests.audit.attacks import ATTACKS
from tests.audit.attacks.made import Table, line, signed

SOME_ATTACKS = ["nothing_changed_since_what_was_kept", "edited_field", "proof_as_it_was_handed_out"]


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """A folder to lay files out in."""
    return Table(tmp_path)


def run(command: list[str], *, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Start a Python with nothing of ours in its environment."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    return subprocess.run(  # noqa: S603 - our own files.
        [sys.executable, *command],
        cwd=cwd,
        env=clean,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "name", ["nothing_changed_since_what_was_kept", "edited_field", "proof_as_it_was_handed_out"]
)
def test_the_files_alone_run_in_an_empty_folder_without_our_dependencies(
    name: str, table: Table, tmp_path: Path
) -> None:
    attack = ATTACKS[name]
    arguments = attack.lay_out(table)
    (tmp_path / "alone" / "audit" / "verifier").mkdir(parents=True)
    for file in VERIFIER_FILES:
        shutil.copy(SOURCES / file, tmp_path / "alone" / "audit" / file)
    ran = run(["-E", "-s", "-S", "-m", "audit.verify", *arguments], cwd=tmp_path / "alone")
    assert ran.stdout.startswith(attack.strict), ran.stderr


@pytest.mark.parametrize(
    "name", ["nothing_changed_since_what_was_kept", "edited_field", "proof_as_it_was_handed_out"]
)
def test_the_one_file_runs_isolated_without_our_dependencies(name: str, table: Table, tmp_path: Path) -> None:
    attack = ATTACKS[name]
    file = tmp_path / "audit-verify.pyz"
    build(file)
    ran = run(["-I", "-S", str(file), *attack.lay_out(table)], cwd=tmp_path)
    assert ran.stdout.startswith(attack.strict), ran.stderr
    assert ran.returncode == (0 if attack.strict.startswith("OK") else 1)


def test_the_one_file_uses_several_processes_for_a_long_log(table: Table, tmp_path: Path) -> None:
    events = [line(0)]
    filler = line(1)
    # Long enough for several processes to be worth their start; hashed only, so made of one line.
    events += [filler] * (export_scan.PARALLEL_FROM_BYTES // len(filler) + 1)
    arguments = table.export(events, signed(events))
    file = tmp_path / "audit-verify.pyz"
    build(file)
    ran = run(["-I", "-S", str(file), *arguments, "--jobs", "2"], cwd=tmp_path)
    assert ran.stdout.startswith("FAIL line 3: its seq is 1, where 2 belongs."), ran.stderr


def test_the_one_file_is_the_same_whenever_it_is_made(tmp_path: Path) -> None:
    one, other = tmp_path / "one.pyz", tmp_path / "other.pyz"
    build(one)
    build(other)
    assert one.read_bytes() == other.read_bytes()
    assert one.stat().st_mode & 0o111


def test_the_list_of_files_is_what_the_verifier_imports() -> None:
    """Neither a file too few, which would not start, nor one that nothing needs."""
    script = (
        "import sys; import audit.verify; "
        "print(*sorted(n.partition('.')[2] for n in sys.modules if n.startswith('audit.')))"
    )
    ran = run(["-S", "-c", script], cwd=SOURCES.parent)
    listed = {name.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for name in VERIFIER_FILES}
    assert set(ran.stdout.split()) | {"__init__"} == listed, ran.stderr


# `manage.py audit_verifier`.


def test_it_writes_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, expected = tmp_path / "v.pyz", tmp_path / "expected.pyz"
    call_command("audit_verifier", out=out)
    build(expected)
    assert out.read_bytes() == expected.read_bytes()
    assert "by another way than the exports" in capsys.readouterr().out


def test_it_says_why_it_cannot(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("audit_verifier", out=tmp_path / "nowhere" / "v.pyz")
