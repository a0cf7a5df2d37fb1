"""Runs laid out attacks against a copy of the verifier, and prints the names of those it answers wrongly.

    python against_a_copy.py FOLDER_OF_COPY CASES_FILE [--first]

It imports nothing but the copy, so that a copy that was broken on purpose is what answers, and so that it
also runs on a Python without our dependencies. With --first it stops at the first wrong answer.
"""

import contextlib
import io
import json
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from audit.verifier import ed25519
from audit.verify import main


class Captured(io.TextIOWrapper):
    """Standard output that is kept."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")

    def text(self) -> str:
        """What was written."""
        self.flush()
        octets = self.detach().getvalue()
        return octets.decode()


def answers_rightly(arguments: list[str], expected: str) -> bool:
    """Whether the copy answers with what is expected; a copy that breaks down does not."""
    captured = Captured()
    with contextlib.redirect_stdout(captured), contextlib.redirect_stderr(io.StringIO()):
        try:
            code = main(arguments)
        except Exception:  # noqa: BLE001, RUF100 - whatever a broken copy raises is a wrong answer.
            return False
    holds = expected.startswith(("OK", "WARN"))
    return captured.text().startswith(expected) and code == (0 if holds else 1)


def wrong_answers(cases: dict[str, list[list[object]]]) -> list[str]:
    """The names of the attacks and signatures that are answered wrongly, in their order."""
    wrong = [
        name
        for name, key, signature, message, valid in cases["signatures"]
        if ed25519.verifies(
            public_key=bytes.fromhex(key), signature=bytes.fromhex(signature), message=bytes.fromhex(message)
        )
        is not valid
    ]
    for name, arguments, expected in cases["attacks"]:
        if wrong and "--first" in sys.argv:
            break
        if not answers_rightly(arguments, expected):
            wrong.append(name)
    return wrong


if __name__ == "__main__":
    for wrong_answer in wrong_answers(json.loads(Path(sys.argv[2]).read_text())):
        sys.stdout.write(wrong_answer + "\n")
