"""The CXone connection page: state in words, settings without secrets, workers, a trial."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rq import Queue, SimpleWorker

from erasure.cxone.sandbox import Sandbox
from erasure.models import Upstream
from erasure.upstream import PAUSE_LINES, PauseCode
from erasure.workers import Workforce, workforce
from privacyadmin.embedded.broker import Broker
from privacyadmin.embedded.parts import start
from privacyadmin.models import User
from tests.erasure.made_requests import accepted, filed, only
from tests.program.processes import wait_until

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
PAGE, TEST = reverse("admin:upstream"), reverse("admin:upstream_test")
TOKEN = "token-that-nobody-may-read"


@pytest.fixture(autouse=True)
def _no_broker(settings: LazySettings) -> None:
    """No broker, unless a test starts one: nobody's own must be met by accident."""
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}


@pytest.fixture
def at_sandbox(sandbox: Sandbox, settings: LazySettings) -> Sandbox:
    """The settings lead to a sandbox."""
    endpoint = sandbox.endpoint
    settings.CXONE_BASE_URL, settings.CXONE_CLIENT_ID = endpoint.base_url, endpoint.client_id
    settings.CXONE_CLIENT_SECRET = endpoint.client_secret
    return sandbox


@pytest.fixture
def broker(tmp_path: Path, settings: LazySettings) -> Iterator[redis.Redis]:
    """A real broker of this test's own."""
    own = Broker(tmp_path / "broker")
    running = start(own.part(environment=dict(os.environ), inherits=()))
    try:
        wait_until(own.answers, seconds=10, what="the broker answers")
        settings.RQ_QUEUES = {"default": {"URL": own.url}}
        with redis.Redis.from_url(own.url) as client:
            yield client
    finally:
        running.kill_all()
        os.close(running.output)


def page_of(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return answer.content.decode()


def tried(client: Client) -> tuple[str, str]:
    """The tone and the words of a trial."""
    answer = client.post(TEST, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    (message,) = answer.context["messages"]
    return message.level_tag, str(message)


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor", "stranger"])
def test_it_is_for_operators(signed_in: SignIn, request: pytest.FixtureRequest, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 403
    assert client.post(TEST).status_code == 403


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    assert client.get(PAGE)["Location"].startswith(reverse("admin:login"))
    assert client.post(TEST)["Location"].startswith(reverse("admin:login"))


def test_a_trial_takes_a_post_and_its_token(operator: User, signed_in: SignIn) -> None:
    assert signed_in(operator).get(TEST).status_code == 405
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(operator)
    assert careful.post(TEST).status_code == 403


def test_a_connection_that_runs_says_so(operator: User, signed_in: SignIn) -> None:
    page = page_of(signed_in(operator))
    assert "Running" in page
    assert "None yet" in page
    assert "Nothing goes to CXone" not in page


@pytest.mark.parametrize("code", list(PauseCode))
def test_a_pause_says_why_and_since_when(operator: User, signed_in: SignIn, code: PauseCode) -> None:
    now = timezone.now()
    Upstream.objects.update(
        paused_until=now + timedelta(minutes=5),
        paused_since=now - timedelta(minutes=7),
        pause_code=code,
        streak=6,
        last_failure_at=now,
        last_failure_code=code,
        last_success_at=now - timedelta(hours=1),
    )
    page = page_of(signed_in(operator))
    assert "Paused" in page
    assert page.count(str(PAUSE_LINES[code])) == 2
    for moment in (now - timedelta(minutes=7), now + timedelta(minutes=5), now - timedelta(hours=1)):
        assert moment.isoformat() in page
    assert "<dd>6</dd>" in page


def test_a_pause_that_has_run_out_waits_for_the_next_call(operator: User, signed_in: SignIn) -> None:
    now = timezone.now()
    Upstream.objects.update(paused_until=now, paused_since=now, pause_code="unreachable")
    assert "Trying again" in page_of(signed_in(operator))


def test_neither_the_token_nor_the_secret_is_shown(
    operator: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.CXONE_CLIENT_ID, settings.CXONE_CLIENT_SECRET = (
        "northwind-privacy",
        "secret-that-nobody-may-read",
    )
    upstream = Upstream.objects.get()
    upstream.token, upstream.token_expires_at = TOKEN, timezone.now() + timedelta(hours=1)
    upstream.save()
    page = page_of(signed_in(operator))
    assert "In hand" in page
    assert upstream.token_expires_at.isoformat() in page
    assert "northwind-privacy" in page
    assert "may-read" not in page
    Upstream.objects.update(token_expires_at=timezone.now())
    settings.CXONE_CLIENT_SECRET = ""
    page = page_of(signed_in(operator))
    assert "Ended; the next call fetches one." in page
    assert "not set" in page


def test_it_counts_what_waits_and_shows_no_request(officer: User, operator: User, signed_in: SignIn) -> None:
    due = filed(officer, "cust-2026-0001")
    filed(officer, "cust-2026-0002", delay=timedelta(hours=1))
    filed(officer, "cust-2026-0003", categories=["ANALYTICS"])
    accepted(only(filed(officer, "cust-2026-0004")))
    client = signed_in(operator)
    state = client.get(PAGE).context["state"]
    # What has just been accepted is due to be asked for at once.
    assert (state["to_send"], state["followed"], state["due"]) == (2, 1, 2)
    assert state["due_since"] == only(due).next_attempt_at
    page = page_of(client)
    assert "PR-20" not in page
    assert "••••" not in page


def test_a_broker_that_is_down_delays_and_loses_nothing(operator: User, signed_in: SignIn) -> None:
    page = page_of(signed_in(operator))
    assert workforce() is None
    assert "The broker does not answer" in page
    assert "delayed: work is found by the tick" in page


def test_a_broker_without_workers_is_said(broker: redis.Redis, operator: User, signed_in: SignIn) -> None:
    Queue("default", connection=broker).enqueue("erasure.jobs.submit_due")
    assert workforce() == Workforce(waiting=1, alive=0)
    assert "Nobody works" in page_of(signed_in(operator))


def test_workers_that_gave_a_sign_of_life_are_counted(
    broker: redis.Redis, operator: User, signed_in: SignIn
) -> None:
    workers = [SimpleWorker(["default"], connection=broker, name=f"worker-{n}") for n in range(2)]
    for worker in workers:
        worker.register_birth()
        worker.heartbeat()
    assert workforce() == Workforce(waiting=0, alive=2)
    assert "Nobody works" not in page_of(signed_in(operator))
    silent_since = timezone.now() - timedelta(seconds=91)
    broker.hset(workers[0].key, "last_heartbeat", silent_since.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    assert workforce() == Workforce(waiting=0, alive=1)


def test_a_good_connection_is_told_with_what_it_does_not_show(
    at_sandbox: Sandbox, operator: User, signed_in: SignIn
) -> None:
    tone, words = tried(signed_in(operator))
    assert tone == "success"
    assert "Signed in" in words
    assert "no such interface" in words
    assert at_sandbox.requests == []


def test_a_trial_leaves_the_shared_row_alone(at_sandbox: Sandbox, operator: User, signed_in: SignIn) -> None:
    before = Upstream.objects.values().get()
    tried(signed_in(operator))
    at_sandbox.faults = ["403"]
    tried(signed_in(operator))
    assert Upstream.objects.values().get() == before


@pytest.mark.parametrize(
    ("fault", "tone", "expected"),
    [
        ("401", "error", "Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET"),
        ("403", "error", "Grant it the scopes privacy:read privacy:write"),
        ("429", "warning", "Wait a minute before the next try"),
        ("500", "warning", "CXone itself has trouble"),
        ("503", "warning", "CXone itself has trouble"),
        ("html", "error", "lead to CXone, not to a proxy"),
        ("reset", "error", "Try again in a minute"),
        ("503@token", "error", "Check CXONE_BASE_URL, CXONE_TOKEN_PATH"),
        ("html@token", "error", "Check CXONE_BASE_URL, CXONE_TOKEN_PATH"),
    ],
)
def test_each_failure_is_told_with_the_way_out(
    at_sandbox: Sandbox, operator: User, signed_in: SignIn, *, fault: str, tone: str, expected: str
) -> None:
    at_sandbox.faults = [fault]
    told, words = tried(signed_in(operator))
    assert (told, expected in words) == (tone, True), words
    assert at_sandbox.requests == []


def test_a_wrong_secret_is_told_and_not_shown(
    at_sandbox: Sandbox, operator: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.CXONE_CLIENT_SECRET = "wrong-secret-of-ours"
    tone, words = tried(signed_in(operator))
    assert tone == "error"
    assert "Check CXONE_CLIENT_ID and CXONE_CLIENT_SECRET" in words
    assert "wrong-secret-of-ours" not in words


def test_nobody_at_the_address_is_told(operator: User, signed_in: SignIn, settings: LazySettings) -> None:
    settings.CXONE_BASE_URL = "http://127.0.0.1:1"
    tone, words = tried(signed_in(operator))
    assert tone == "error"
    assert "could not be reached" in words
    assert "Check CXONE_BASE_URL" in words


def test_settings_that_cannot_work_are_told(
    operator: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.CXONE_REQUESTS_PATH = "api/v2/privacy/requests"
    tone, words = tried(signed_in(operator))
    assert tone == "error"
    assert "must begin with /" in words


def test_a_status_for_an_id_that_we_made_up_is_no_success(
    operator: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answers(*_: Any) -> None:
        """As something that is not CXone would."""

    monkeypatch.setattr("erasure.trial_call.CXoneClient.status", answers)
    tone, words = tried(signed_in(operator))
    assert tone == "warning"
    assert "Check that CXONE_BASE_URL leads to CXone itself" in words
