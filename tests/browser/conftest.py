"""The real demo, once for all browser tests, and a page that remembers every error on its console."""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page

from privacyadmin.embedded.listener import free_port
from tests.program.conftest import environment_for
from tests.program.processes import Program

# Playwright keeps an event loop running in the tests' thread, in which Django would refuse every query.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

INSTALL = "Install Chromium, such as with: apt-get install chromium"
READY_SECONDS = 120
PATIENCE_MS = 20_000


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium. Without one these tests are skipped, or fail where CI is set."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"There is no Chromium. {INSTALL}")
        pytest.skip(f"There is no Chromium on this machine. {INSTALL}")
    return {
        **browser_type_launch_args,
        "executable_path": found,
        "args": ["--no-sandbox", "--disable-dev-shm-usage", "--disable-background-networking"],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A desktop with British dates."""
    return {**browser_context_args, "viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


@dataclass(frozen=True)
class Demo:
    """The running demo: where it is, and who may sign in."""

    url: str
    passwords: dict[str, str]
    program: Program

    @property
    def reference_prefix(self) -> str:
        """What this year's references begin with."""
        return f"PR-{timezone.localdate().year}"


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`manage.py demo` as a user starts it, on its own folder and port."""
    folder = tmp_path_factory.mktemp("demo")
    port = free_port()
    program = Program(
        command=[sys.executable, "manage.py", "demo", "--port", str(port)],
        environment=environment_for(folder),
        output=folder / "output.txt",
    )
    program.start()
    try:
        program.wait_for("ready: ", seconds=READY_SECONDS)
        program.wait_for("sample requests filed", seconds=READY_SECONDS)
        passwords = json.loads(Path(folder, "data", "demo-users.json").read_text(encoding="utf-8"))
        yield Demo(url=f"http://127.0.0.1:{port}", passwords=passwords, program=program)
    finally:
        program.kill_all()


@dataclass(frozen=True)
class Visitor:
    """Somebody at a browser, whose console must stay clean."""

    page: Page
    demo: Demo
    complaints: list[str]

    def goes_to(self, path: str) -> None:
        """Open a page of the program."""
        self.page.goto(f"{self.demo.url}{path}")

    def signs_in(self, username: str) -> None:
        """Through the sign-in page, as people do."""
        self.goes_to("/admin/login/")
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(self.demo.passwords[username])
        self.page.get_by_role("button", name="Sign in").click()
        self.page.wait_for_url(f"{self.demo.url}/admin/")


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any], demo: Demo) -> Iterator[Visitor]:
    """A fresh browser profile; the test fails if any page said anything bad on the console."""
    context = browser.new_context(**browser_context_args)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    yield Visitor(page=page, demo=demo, complaints=complaints)
    context.close()
    assert complaints == []
