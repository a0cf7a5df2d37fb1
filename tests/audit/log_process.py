"""A process that signs: `python -m tests.audit.log_process grow|sign|cover|round|rotate|continue|show`.

`--die-at module:name` kills it, as `kill -9` would, when it comes to that function, or after it with
`--die-after`.
"""

import argparse
import importlib
import json
import os
import signal
import sys
import time
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - models need the apps to be ready.
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from audit.events import Event  # noqa: E402
from audit.log_format import Frontier, leaf_hash  # noqa: E402
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastLog  # noqa: E402
from audit.signing import checkpoints, signer  # noqa: E402
from audit.signing.signing_round import SigningRound  # noqa: E402
from audit.trail import audited  # noqa: E402
from audit.verifier.signed_note import parse_note, signers, vkeys_of  # noqa: E402


def grow(count: int) -> None:
    """Append so many events in one transaction."""
    with audited() as trail:
        for _each in range(count):
            trail.record(Event.USER_SIGNED_IN, actor="u:k3v9q2ma", obj="user:k3v9q2ma")


def grow_and_sign(count: int) -> None:
    """Append and sign by turns; say the size of each note."""
    for _each in range(count):
        grow(1)
        _say(signer.sign_head().size)


def round_until_told(seconds: float) -> None:
    """What the tick does for the log, for so long."""
    one_round, until = SigningRound(), time.monotonic() + seconds
    while time.monotonic() < until:
        one_round()
        time.sleep(0.1)


def show() -> None:
    """The log, its notes, keys and files as JSON; every note is checked against keys and events."""
    head = AuditHead.objects.get()
    found: dict[str, Any] = {
        "origin": head.origin,
        "size": head.size,
        "ended": list(AuditPastLog.objects.values_list("origin", "size")),
        "notes": [],
        "acts": list(AuditEvent.objects.order_by("seq").values_list("act", flat=True)),
        "vkeys": checkpoints.vkey_file(),
        "files": {
            path.name: oct(path.stat().st_mode & 0o777)
            for path in settings.AUDIT_KEY_FILE.parent.glob(f"{settings.AUDIT_KEY_FILE.name}*")
        },
        "drafts": [path.name for path in settings.AUDIT_KEY_FILE.parent.glob(".*")],
    }
    keys = [key.vkey for key in vkeys_of(found["vkeys"])]
    leaves = [leaf_hash(body) for body in AuditEvent.objects.order_by("seq").values_list("body", flat=True)]
    for row in AuditCheckpoint.objects.filter(origin=head.origin).order_by("size"):
        note, tree = parse_note(row.note), Frontier()
        for leaf in leaves[: row.size]:
            tree.append(leaf)
        assert (note.checkpoint.size, note.checkpoint.root) == (row.size, tree.root()), row.size
        found["notes"].append([row.size, [key.key_id.hex() for key in signers(note, keys)]])
    _say(json.dumps(found))


def _say(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def _die_at(place: str, *, after: bool) -> None:
    module_name, _colon, name = place.partition(":")
    *way, last = name.split(".")
    owner: Any = importlib.import_module(module_name)
    for step in way:
        owner = getattr(owner, step)
    real = getattr(owner, last)

    def deadly(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, last, deadly)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("act")
    parser.add_argument("--count", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--die-at")
    parser.add_argument("--die-after")
    options = parser.parse_args()
    for place in filter(None, [options.die_at, options.die_after]):
        _die_at(place, after=place == options.die_after)
    acts = {
        "grow": lambda: grow(options.count),
        "sign": lambda: _say(signer.sign_head().size),
        "grow_and_sign": lambda: grow_and_sign(options.count),
        "cover": lambda: _say(checkpoints.covering(AuditHead.objects.get().size).size),
        "round": lambda: round_until_told(options.seconds),
        "rotate": lambda: call_command("rotate_audit_key"),
        "continue": lambda: call_command("continue_audit", "--reason", "restored_backup", "--yes"),
        "show": show,
    }
    acts[options.act]()
    connection.close()


if __name__ == "__main__":
    main()
