"""How fast requests are carried out, measured against a bare loop of plain calls in the same run.

One round files submissions (not timed), then times the bare loop (POST and GET of as many others with plain
`requests` and eight threads in one process) and the pipeline (claim, gate, POST, apply, GET, apply, with
every audit event) over those filed. The sandbox is a process of its own.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import requests as plain_requests
from django.test.utils import override_settings
from django.utils import timezone

from erasure import filing, jobs
from erasure.models import Submission
from privacyadmin.embedded.listener import free_port
from privacyadmin.models import User
from tests.bench.figures import Figures

REQUESTS = 400
THREADS = 8


@contextmanager
def sandbox_process() -> Iterator[str]:
    """The sandbox as a process of its own, so that it takes nothing from the interpreter that is measured;
    its address.
    """
    port = free_port()
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--processing-seconds", "0"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command.
    base = f"http://127.0.0.1:{port}"
    try:
        _wait_for(base)
        yield base
    finally:
        process.terminate()
        process.wait(10)


def _wait_for(base: str) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            plain_requests.get(f"{base}/sandbox/stats", timeout=1)
        except plain_requests.RequestException:
            if time.monotonic() > ends:
                raise
            time.sleep(0.1)
        else:
            return


def bare_loop(base: str, count: int) -> float:
    """Seconds for `count` plain POSTs and GETs by eight threads of one process."""
    token = plain_requests.post(
        f"{base}/oauth/token",
        data={"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo-secret"},
        timeout=15,
    ).json()["access_token"]
    session = plain_requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    address = f"{base}/api/v2/privacy/requests"

    def one(_number: int) -> None:
        payload = {"subjectId": uuid4().hex, "type": "ERASURE", "categories": ["CONTACT"], "scope": "CONTACT"}
        key = {"Idempotency-Key": str(uuid4())}
        taken = session.post(address, json=payload, headers=key, timeout=30).json()
        session.get(f"{address}/{taken['id']}", timeout=15).json()

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, range(count)))
    return time.perf_counter() - begun


def pipeline(count: int) -> float:
    """Seconds for the pipeline to carry out `count` filed submissions from queue to completion, in one
    process.
    """
    officer, _made = User.objects.get_or_create(username="bench")
    for _ in range(count):
        asked = filing.Filing(
            identifiers=[filing.Identifier("cxone_id", uuid4().hex)],
            type="ERASURE",
            regulation="gdpr",
            received_on=timezone.localdate(),
            channel="other",
            identity_check="other",
            categories=["CONTACT"],
            scope="CONTACT",
        )
        filing.register_and_send(asked, by=officer, send_delay=timedelta(0))
    begun = time.perf_counter()
    jobs.submit_due()
    Submission.objects.filter(status="processing").update(next_attempt_at=timezone.now())
    jobs.poll_due()
    taken = time.perf_counter() - begun
    still_open = Submission.objects.exclude(status="completed").count()
    if still_open:
        raise SystemExit(f"{still_open} submissions did not complete; the figures mean nothing.")
    return taken


def measure(*, events: int, rounds: int) -> Iterator[Figures]:
    """Bare loop and pipeline by turns."""
    credentials = {"CXONE_CLIENT_ID": "demo", "CXONE_CLIENT_SECRET": "demo-secret"}
    with sandbox_process() as base, override_settings(CXONE_BASE_URL=base, **credentials):
        ratios = []
        for number in range(rounds):
            bare, ours = bare_loop(base, REQUESTS), pipeline(REQUESTS)
            ratios.append(bare / ours)
            rates = {"bare_per_second": round(REQUESTS / bare), "ours_per_second": round(REQUESTS / ours)}
            yield {"round": number, **rates, "ratio": round(bare / ours, 3)}
        yield {"median_ratio": round(statistics.median(ratios), 3)}
