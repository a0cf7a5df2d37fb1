"""A supervisor over plain child processes: `python -m tests.program.plain_program NAME FOLDER`."""

import os
import signal
import sys
from pathlib import Path

from privacyadmin.embedded.lines import Lines
from privacyadmin.embedded.parts import Part
from privacyadmin.embedded.supervisor import GivenUpError, Supervisor

#: A part with a child in its own group, which outlives its parent unless the group is ended.
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("family", child.pid, flush=True)
time.sleep(600)
"""
#: A part that ends its child when asked to.
PARENT = """
import signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
def end(*_): child.kill(); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("parent ready", flush=True)
child.wait()
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("stubborn ready", flush=True)
time.sleep(600)
"""
FINE = "import time; print('fine', flush=True); time.sleep(600)"
ONE_LINE = "print('half a line', end='')"


def part(name: str, source: str, folder: Path, **how: object) -> Part:
    """A part that runs this source."""
    return Part(
        name=name,
        command=[sys.executable, "-c", source],
        environment=dict(os.environ),
        folder=folder,
        **how,  # type: ignore[arg-type]  # Each test names fields of Part.
    )


def parts(name: str, folder: Path) -> list[Part]:
    """What the program of this name consists of."""
    later = f"import time; open({str(folder / 'stops')!r}, 'a')"
    note = """
import signal, sys, time
def end(*_):
    open(sys.argv[1], "a").write(sys.argv[2] + "\\n"); sys.exit(0)
signal.signal(signal.SIGTERM, end)
print(sys.argv[2], "ready", flush=True)
time.sleep(600)
"""
    noting = [
        Part(
            name=which,
            command=[sys.executable, "-c", note, str(folder / "stops"), which],
            environment=dict(os.environ),
            folder=folder,
            stop_rank=rank,
        )
        for rank, which in ((2, "broker"), (0, "web"), (1, "worker"))
    ]
    return {
        "families": [
            part("web", PARENT, folder, at_supervisor_death=signal.SIGTERM),
            part("family", FAMILY, folder),
            part("stubborn", STUBBORN, folder, seconds_to_end=1.0),
        ],
        "tied": [
            part("web", PARENT, folder, at_supervisor_death=signal.SIGTERM),
            part("fine", FINE, folder),
            part("stubborn", STUBBORN, folder),
        ],
        "patient": [part("stubborn", STUBBORN, folder, seconds_to_end=60.0)],
        "ordered": noting,
        "dying": [part("fine", FINE, folder), part("dying", "import sys; sys.exit(3)", folder)],
        "talking": [part("talker", ONE_LINE + "; " + later, folder)],
    }[name]


def main(name: str, folder: Path) -> int:
    """Run until asked to stop."""
    supervisor = Supervisor(name="plain", lines=Lines())
    with supervisor.signals():
        try:
            for one in parts(name, folder):
                supervisor.add(one)
            supervisor.say("all started")
            supervisor.run()
        except GivenUpError as error:
            supervisor.say(f"given up: {error}")
            return 1
        finally:
            supervisor.stop_all()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
