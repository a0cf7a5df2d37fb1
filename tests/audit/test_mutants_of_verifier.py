"""A verifier that leaves out a check is caught: each mutation below answers some attack wrongly.

Each is made in a copy of the files that make up the verifier, and the attacks are run against the copy.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.verifier_file import SOURCES, VERIFIER_FILES
from tests.audit import ed25519_vectors
from tests.audit.attacks import ATTACKS
from tests.audit.attacks.made import Table

DRIVER = Path(__file__).parent / "attacks" / "against_a_copy.py"

#: What is broken: the file, the text that is there once, and what stands there instead.
MUTANTS: dict[str, tuple[str, str, str]] = {
    "takes any number for the next": ("verifier/line_check.py", "if seq != self.next_seq:", "if False:"),
    "takes any beginning": ("verifier/line_check.py", 'if entry["act"] not in BEGINNINGS:', "if False:"),
    "takes any version at a glance": ("verifier/plain_line.py", r'"v":1\}', r'"v":[0-9]\}'),
    "takes any number of digits at a glance": (
        "verifier/plain_line.py",
        "-?[1-9][0-9]{0,14})",
        "-?[1-9][0-9]*)",
    ),
    "takes minus nought at a glance": ("verifier/plain_line.py", "(?:0|-?[1-9]", "(?:-?0|-?[1-9]"),
    "takes decimals at a glance": (
        "verifier/plain_line.py",
        '[0-9]{0,14})"\n_V',
        '[0-9]{0,14}(?:[.]0)?)"\n_V',
    ),
    "takes escapes at a glance": (
        "verifier/plain_line.py",
        r"""_TEXT = rb'"[ !#-\[\]-~]*""",
        r"""_TEXT = rb'"[ !#-~]*""",
    ),
    "takes keys in any order at a glance": (
        "verifier/plain_line.py",
        "if data and not _are_in_order(tuple(_KEY.findall(data))):",
        "if False:",
    ),
    "takes keys twice at a glance": ("verifier/plain_line.py", "sorted(set(keys))", "sorted(keys)"),
    "never sees the clock go back": ("verifier/line_check.py", "if time < self.last_time:", "if False:"),
    "drops the byte before a line": ("verifier/export_scan.py", r'sha256(b"\x00" + line)', "sha256(line)"),
    "drops the byte before a proven line": (
        "log_format.py",
        r'hashlib.sha256(b"\x00" + line.encode())',
        "hashlib.sha256(line.encode())",
    ),
    "drops the byte before a node": (
        "log_format.py",
        r'hashlib.sha256(b"\x01" + left + right)',
        "hashlib.sha256(left + right)",
    ),
    "drops the byte before a node of a stretch": (
        "verifier/tree_range.py",
        r'sha256(b"\x01" + left + right)',
        "sha256(left + right)",
    ),
    "folds a root from the left": (
        "verifier/tree_range.py",
        "node_hash(left, node)",
        "node_hash(node, left)",
    ),
    "skips the comparison with the canonical form": (
        "log_format.py",
        "if canonical_line(entry) != line:",
        "if not canonical_line(entry):",
    ),
    "takes a float for a number": (
        "log_format.py",
        "isinstance(value, bool):\n        return",
        "isinstance(value, bool | float):\n        return",
    ),
    "takes any integer": ("log_format.py", "if abs(value) > LARGEST_INTEGER:", "if False:"),
    "takes any nesting": ("log_format.py", "if depth > DEEPEST_NESTING:", "if depth > 99:"),
    "takes any version": ("log_format.py", 'entry["v"] != VERSION:', "False:"),
    "takes unknown keys": (
        "log_format.py",
        "if unknown := entry.keys() - NEEDED_KEYS - OPTIONAL_KEYS:",
        "if unknown := set():",
    ),
    "ignores what a signature signs": (
        "verifier/signed_note.py",
        "if not ed25519.verifies(",
        "if False and not ed25519.verifies(",
    ),
    "ignores who signed": ("verifier/signed_note.py", "return bool(claimed)", "return True"),
    "knows a key by its id alone": (
        "verifier/signed_note.py",
        "(line.name, line.key_id) == (key.name, key.key_id)",
        "line.key_id == key.key_id",
    ),
    "counts keys after their last size": (
        "verifier/signed_note.py",
        "checkpoint.size <= self.until",
        "True",
    ),
    "counts keys up to before their last size": (
        "verifier/signed_note.py",
        "size <= self.until",
        "size < self.until",
    ),
    "counts keys of other logs": (
        "verifier/signed_note.py",
        "self.vkey.name == checkpoint.origin and",
        "True and",
    ),
    "reads leading zeros": ("verifier/signed_note.py", "0|[1-9][0-9]{0,18}", "[0-9]{1,19}"),
    "reads base64 in any spelling": ("verifier/signed_note.py", "if to_base64(octets) != text:", "if False:"),
    "reads extension lines": ("verifier/signed_note.py", "if len(lines) != 3:", "if len(lines) < 3:"),
    "reads any dash": ("verifier/signed_note.py", "words[0] != EM_DASH or", ""),
    "takes the size from the file": (
        "verifier/export_check.py",
        "size, end = self.presented.size, self.found.size",
        "size, end = self.found.size, self.found.size",
    ),
    "overlooks bytes after the last line": (
        "verifier/export_check.py",
        "if end > size or (end == size and self.found.unfinished):",
        "if end > size:",
    ),
    "overlooks that the beginning is another log's": (
        "verifier/export_check.py",
        "if key.name != self.presented.origin:",
        "if False:",
    ),
    "overlooks that the first key is another": (
        "verifier/export_check.py",
        "if leads_to_one_of(key, rotations=self.found.rotations, keys=trusted):",
        "if True:",
    ),
    "compares no proven events": (
        "verifier/comparison.py",
        "!= leaf_hash(proof.line)\n",
        "== b''\n",
    ),
    "overlooks a line that is too long": (
        "verifier/export_scan.py",
        "result.overlong = len(block) == STRETCH_BYTES",
        "result.overlong = False",
    ),
    "overlooks the end of a line": (
        "verifier/export_scan.py",
        "result.unfinished = not result.overlong",
        "pass",
    ),
    "keeps no bad line": ("verifier/export_scan.py", "self.defect = self.defect or found.defect", "pass"),
    "finds no change of key": ("verifier/export_scan.py", "if ROTATION_MARK in block:", "if False:"),
    "extends trust without the old key": (
        "verifier/key_trust.py",
        "both = {rotation.vkey, rotation.previous}",
        "both = {rotation.vkey}",
    ),
    "extends trust before the change": (
        "verifier/key_trust.py",
        "note.checkpoint.size > rotation.seq]",
        "note.checkpoint.size > 0]",
    ),
    "extends trust over other lines": (
        "verifier/key_trust.py",
        "self.fits(note.checkpoint) and both",
        "both",
    ),
    "lets a replaced key hand over again": (
        "verifier/key_trust.py",
        "set(self._counting(note, candidates))",
        "set(signers(note, candidates))",
    ),
    "lets a replaced key sign": ("verifier/key_trust.py", "if key not in gone]", "]"),
    "follows no change of key": (
        "verifier/key_trust.py",
        "if rotation.previous in reached:",
        "if False:",
    ),
    "takes any root for the proof's": ("verifier/evidence.py", "if root != checkpoint.root:", "if False:"),
    "climbs no ragged edge": (
        "verifier/tree_proofs.py",
        "while position and not position & 1:",
        "while False:",
    ),
    "takes any number for the index": (
        "verifier/proof_check.py",
        'if entry["seq"] != proof.index:',
        "if False:",
    ),
    "takes any opening": ("verifier/proof_check.py", "if tag != subject:", "if False:"),
    "takes two trees of one size": (
        "verifier/proof_check.py",
        "if theirs.size == ours.size and theirs.root != ours.root:",
        "if False:",
    ),
    "takes two events at one place": (
        "verifier/proof_check.py",
        "if held.proof and held.proof.index == proof.index and held.proof.line != proof.line:",
        "if False:",
    ),
    "says nothing of sizes that a proof cannot be compared with": (
        "verifier/proof_check.py",
        "held.note.checkpoint.size != checkpoint.size]",
        "False]",
    ),
    "does not ask whose proof it is": (
        "verifier/proof_check.py",
        "if checkpoint.origin not in names:",
        "if False:",
    ),
    "does not ask who signed what was kept": ("verifier/proof_check.py", "if not signed:", "if False:"),
    "takes a frontier of another log": (
        "verifier/export_check.py",
        "if evidence.frontier_origin not in (None, origin):",
        "if False:",
    ),
    "does not ask who signed what a continued log held": (
        "verifier/comparison.py",
        "if root is None or not signers(held.note, self.evidence.keys):",
        "if root is None:",
    ),
    "judges lines by a root before the first": (
        "verifier/export_check.py",
        "if last == self.base:",
        "if False:",
    ),
    "takes a frontier of no size": ("verifier/frontier_text.py", "if frontier.size == 0:", "if False:"),
    "takes S beyond the order": ("verifier/ed25519.py", '"little") >= ORDER:', '"little") < 0:'),
    "takes keys of small order": (
        "verifier/ed25519.py",
        "if key is None or _is_of_small_order(key):",
        "if key is None:",
    ),
    "compares no R": ("verifier/ed25519.py", "_negative(key))) == signature[:32]", "_negative(key))) != b''"),
}
STEPS = (
    "notes_of_other_logs",
    "two_notes_of_one_size",
    "bad_line",
    "foreign_beginning",
    "presented_unsigned",
    "known_unsigned",
    "too_long_or_short",
    "lines_not_as_signed",
    "signed_otherwise",
    "declared_otherwise",
    "signed_longer",
)
MUTANTS |= {
    f"skips the step {step}": ("verifier/export_check.py", f"            self.{step},\n", "")
    for step in STEPS
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All attacks laid out, with the arguments and the answer of each, strict and quick."""
    folder = tmp_path_factory.mktemp("attacks")
    attacks: list[tuple[str, list[str], str]] = []
    for attack in ATTACKS.values():
        arguments = attack.lay_out(Table(folder / attack.name))
        attacks.append((attack.name, arguments, attack.strict))
        if attack.quick is not None:
            attacks.append((f"{attack.name}, quick", [*arguments, "--quick"], attack.quick))
    file = folder / "cases.json"
    file.write_text(json.dumps({"attacks": attacks, "signatures": ed25519_vectors.cases()}))
    return file


def copied(folder: Path) -> Path:
    """The files of the verifier, alone in a folder."""
    package = folder / "audit"
    (package / "verifier").mkdir(parents=True)
    for name in VERIFIER_FILES:
        shutil.copy(SOURCES / name, package / name)
    return folder


def wrong_answers(copy: Path, cases: Path, *flags: str, options: tuple[str, ...] = ()) -> list[str]:
    """What the copy answers wrongly, on a Python started with these flags."""
    ran = subprocess.run(  # noqa: S603 - our own files.
        [sys.executable, *flags, str(DRIVER), str(copy), str(cases), *options],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # A copy that cannot even be started is not what is asked about here.
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.splitlines()


def test_the_copy_that_is_not_broken_answers_rightly_without_our_dependencies(
    tmp_path: Path, cases: Path
) -> None:
    assert wrong_answers(copied(tmp_path), cases, "-I", "-S") == []


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_verifier_is_caught_that(mutant: str, tmp_path: Path, cases: Path) -> None:
    name, old, new = MUTANTS[mutant]
    copy = copied(tmp_path)
    source = (copy / "audit" / name).read_text()
    assert source.count(old) == 1, f"{name} was rewritten; say anew how to break it so that it {mutant}"
    (copy / "audit" / name).write_text(source.replace(old, new))
    flags = ("-I", "-S") if name == "verifier/ed25519.py" else ()
    assert wrong_answers(copy, cases, *flags, options=("--first",))
