"""Each attack, by name, gets the verdict it should: over bytes that the real code made."""

from pathlib import Path

import pytest

from audit.verify import main
from tests.audit.attacks import ATTACKS, Attack
from tests.audit.attacks.made import Table

QUICK = [attack for attack in ATTACKS.values() if attack.quick is not None]


def answer(capsysbinary: pytest.CaptureFixture[bytes], arguments: list[str]) -> tuple[int, str]:
    """The exit code and the first line."""
    code = main(arguments)
    return code, capsysbinary.readouterr().out.decode()


def exit_code(expected: str) -> int:
    """0 only for OK and WARN."""
    return 0 if expected.startswith(("OK", "WARN")) else 1


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=lambda attack: attack.name)
def test_it_gives_the_verdict(
    attack: Attack, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, text = answer(capsysbinary, attack.lay_out(Table(tmp_path)))
    assert text.startswith(attack.strict)
    assert code == exit_code(attack.strict)


@pytest.mark.parametrize("attack", QUICK, ids=lambda attack: attack.name)
def test_the_quick_check_gives_the_verdict_that_bytes_allow(
    attack: Attack, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    code, text = answer(capsysbinary, [*attack.lay_out(Table(tmp_path)), "--quick"])
    assert text.startswith(str(attack.quick))
    assert code == exit_code(str(attack.quick))
