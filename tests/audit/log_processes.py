"""Processes that share one log and one key, on a file of SQLite or on the PostgreSQL of the run."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
KILLED = -9


class LogProcesses:
    """Starts them, each with the environment that all share."""

    def __init__(self, folder: Path) -> None:
        self.environment = {**os.environ, "DATA_DIR": str(folder)}
        if connection.vendor == "postgresql":
            address = urlsplit(os.environ["DATABASE_URL"])
            there = address._replace(path=f"/{connection.settings_dict['NAME']}")
            # The test database was begun with the key of the test run.
            self.environment |= {"DATABASE_URL": urlunsplit(there), "DATA_DIR": os.environ["DATA_DIR"]}
        else:
            self.run("migrate", "-v0", "--skip-checks", module="django")

    def start(
        self, *words: str, module: str = "tests.audit.log_process", **more: str
    ) -> "subprocess.Popen[str]":
        """Start one, with more variables than the others have."""
        return subprocess.Popen(  # noqa: S603 - our own modules, with arguments of these tests.
            [sys.executable, "-m", module, *words],
            cwd=ROOT,
            env={**self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str, module: str = "tests.audit.log_process", code: int = 0) -> str:
        """Run one to its end, which must be this; what it said."""
        process = self.start(*words, module=module)
        said, complained = process.communicate(timeout=120)
        assert process.returncode == code, complained
        return said

    def show(self) -> Mapping[str, Any]:
        """The log as it stands; every note has been checked."""
        shown: Mapping[str, Any] = json.loads(self.run("show"))
        return shown
