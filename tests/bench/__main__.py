"""How fast requests are carried out, measured against a bare loop of plain calls in the same run.

One round files N submissions (not timed), then times the bare loop (POST and GET of N others with plain
`requests` and eight
threads in one process) and the pipeline (claim, gate, POST, apply, GET, apply, with every audit event) over
the N filed. The sandbox is a process of its own. Paired ratios per round, and their median, are what counts.

    python -m tests.bench [--rounds 5] [--requests 400]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import requests as plain_requests

from privacyadmin.embedded.listener import free_port

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
    from django.utils import timezone  # noqa: PLC0415 - Django is set up only once the environment is known.

    from erasure import filing, jobs  # noqa: PLC0415 - the same.
    from erasure.models import Submission  # noqa: PLC0415 - the same.
    from privacyadmin.models import User  # noqa: PLC0415 - the same.

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


def main() -> None:
    """Run the rounds and print the figures as JSON lines."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--requests", type=int, default=400)
    options = arguments.parse_args()
    with sandbox_process() as base, tempfile.TemporaryDirectory(prefix="privacyadmin-bench-") as folder:
        _set_up(folder, base)
        ratios = []
        for number in range(options.rounds):
            bare, ours = bare_loop(base, options.requests), pipeline(options.requests)
            ratios.append(bare / ours)
            figures = {"bare_per_second": options.requests / bare, "ours_per_second": options.requests / ours}
            print(json.dumps({"round": number, **figures, "ratio": bare / ours}))  # noqa: T201 - its output.
        print(json.dumps({"median_ratio": statistics.median(ratios)}))  # noqa: T201 - the same.


def _set_up(folder: str, base: str) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="privacyadmin.settings",
        DATA_DIR=folder,
        CXONE_BASE_URL=base,
        CXONE_CLIENT_ID="demo",
        CXONE_CLIENT_SECRET="demo-secret",
    )
    import django  # noqa: PLC0415 - after the environment.
    from django.core.management import call_command  # noqa: PLC0415 - the same.

    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
