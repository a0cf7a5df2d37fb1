"""CXone as the whole fleet sees it: one pause, one probe, one ceiling, one token."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from audit.trail import audited
from erasure import upstream
from erasure.cxone.errors import TokenBusy
from erasure.cxone.token import Token
from erasure.models import Submission, Upstream
from erasure.upstream import DatabaseTokenStore, PauseCode, Permit, Tally
from tests.erasure.at_work import Work, cxone, fresh, posted, statuses, upstream_events, work

__all__ = ["cxone", "work"]


def the_row() -> Upstream:
    return Upstream.objects.get(id=1)


def note(now: datetime, **tally: object) -> None:
    with audited() as log:
        upstream.note(log, Tally(**tally), now=now)


def run_out() -> None:
    """Let the pause run out."""
    Upstream.objects.update(paused_until=timezone.now(), probe_until=None)


# Pauses of the fleet ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["429@submit:1", "429-date@submit:1"])
def test_a_429_pauses_everybody_for_as_long_as_cxone_asked(work: Work, fault: str) -> None:
    other = work.another()
    row = work.file()
    work.sandbox.faults = [fault]
    begun = timezone.now()
    work.send()
    assert the_row().pause_code == PauseCode.RATE_LIMITED
    pause = the_row().paused_until
    assert pause is not None
    assert timedelta(seconds=5.5) <= pause - begun <= timedelta(seconds=10), "Retry-After says 7 s"
    Submission.objects.update(next_attempt_at=timezone.now())
    assert (work.send(), other.send(), other.ask()) == (0, 0, 0)
    assert posted(work.sandbox) == []
    assert fresh(row).status == "queued"
    assert upstream_events() == ["upstream.paused rate_limited"]


def test_the_first_after_a_pause_is_the_only_probe_and_its_success_resumes(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = work.another()
    rows = [work.file() for _ in range(5)]
    work.sandbox.faults = ["429@submit"]
    work.send()
    work.sandbox.faults = []
    Submission.objects.update(next_attempt_at=timezone.now())
    run_out()
    submit = work.client.submit
    meanwhile: list[int] = []

    def watched(body: bytes, *, idempotency_key: str) -> object:
        meanwhile.append(Submission.objects.filter(status="submitting").count())
        assert upstream.ask_permit(timezone.now()) is Permit.CLOSED
        connections.close_all()
        return submit(body, idempotency_key=idempotency_key)

    monkeypatch.setattr(work.client, "submit", watched)
    assert work.send() == 1
    assert meanwhile == [1]
    assert the_row().paused_until is None
    assert upstream_events()[-1] == "upstream.resumed"
    assert other.send() == 4
    assert statuses(rows) == {"processing"}


def test_a_probe_that_fails_prolongs_the_pause(work: Work) -> None:
    work.file()
    work.sandbox.faults = ["429@submit:1", "503@submit:1"]
    work.send()
    work.let_time_pass()
    assert work.send() == 1
    pause = the_row().paused_until
    assert pause is not None
    assert pause > timezone.now() + timedelta(seconds=50)
    assert the_row().pause_code == PauseCode.SERVER_TROUBLE
    assert the_row().probe_until is None
    assert upstream_events() == ["upstream.paused rate_limited", "upstream.paused server_trouble"]


def test_a_probe_with_nothing_to_try_it_with_is_given_back(work: Work) -> None:
    row = work.file()
    work.sandbox.faults = ["429@submit:1"]
    work.send()
    work.let_time_pass()
    Submission.objects.filter(pk=row.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    assert work.send() == 0
    Submission.objects.filter(pk=row.pk).update(lease_until=None)
    assert work.send() == 1, "nobody else had to wait for the unused probe"


def test_a_probe_held_at_the_gate_is_given_back(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    work.file()
    row = work.file()
    work.sandbox.faults = ["429@submit:2"]
    work.send()
    work.let_time_pass()
    with monkeypatch.context() as patch:
        patch.setattr("erasure.pipeline.gate._in_the_way", lambda *_, **__: ["matter-1"])
        assert work.send() == 1
    assert the_row().probe_until is None
    assert work.send() == 1
    assert fresh(row).status == "processing"


def test_five_server_errors_in_a_row_open_the_breaker_and_not_four(work: Work) -> None:
    work.sandbox.faults = ["503@submit"]
    work.file()
    for _ in range(4):
        Submission.objects.update(next_attempt_at=timezone.now())
        work.send()
    assert (the_row().streak, the_row().paused_until) == (4, None)
    Submission.objects.update(next_attempt_at=timezone.now())
    work.send()
    pause = the_row().paused_until
    assert pause is not None
    assert timedelta(seconds=55) < pause - timezone.now() < timedelta(seconds=80)
    assert upstream_events() == ["upstream.paused server_trouble"]


def test_a_whole_wave_of_server_errors_pauses_no_longer_than_five(work: Work) -> None:
    work.sandbox.faults = ["503@submit"]
    for _ in range(12):
        work.file()
    work.send()
    pause = the_row().paused_until
    assert pause is not None
    assert pause - timezone.now() < timedelta(seconds=80)


def test_a_server_error_amid_answers_stops_nobody(work: Work) -> None:
    rows = [work.file() for _ in range(8)]
    work.sandbox.faults = ["503@submit:6"]
    work.send()
    assert the_row().paused_until is None
    assert statuses(rows) == {"processing", "submitting"}


@pytest.mark.parametrize(
    ("fault", "code"), [("403@submit", PauseCode.SCOPE_MISSING), ("401@submit", PauseCode.AUTHENTICATION)]
)
def test_a_client_turned_away_pauses_all_without_a_storm_of_tokens(
    work: Work, fault: str, code: PauseCode
) -> None:
    other = work.another()
    work.sandbox.faults = [fault]
    rows = [work.file() for _ in range(10)]
    work.send()
    assert the_row().pause_code == code
    pause = the_row().paused_until
    assert pause is not None
    assert pause > timezone.now() + timedelta(minutes=4)
    assert statuses(rows) == {"queued"}
    Submission.objects.update(next_attempt_at=timezone.now())
    assert [worker.send() for worker in (work, other, work, other)] == [0, 0, 0, 0]
    assert work.sandbox.stats["tokens"] <= 2
    assert upstream_events() == [f"upstream.paused {code}"]


def test_a_secret_that_is_not_accepted_pauses_before_anything_is_claimed(work: Work) -> None:
    work.sandbox.faults = ["401@token"]
    row = work.file()
    assert work.send() == 0
    assert the_row().pause_code == PauseCode.AUTHENTICATION
    assert (fresh(row).status, fresh(row).fence) == ("queued", 0)
    work.sandbox.faults = []
    work.carry_on()
    assert fresh(row).status == "completed"


def test_a_token_endpoint_that_fails_is_asked_again_after_half_a_minute(work: Work) -> None:
    work.sandbox.faults = ["503@token:1"]
    row = work.file()
    begun = timezone.now()
    assert work.send() == 0
    pause = the_row().paused_until
    assert pause is not None
    assert timedelta(seconds=30) <= pause - begun < timedelta(seconds=60)
    assert the_row().pause_code == PauseCode.TOKEN_UNAVAILABLE
    work.carry_on()
    assert fresh(row).status == "completed"


def test_every_reason_of_a_pause_has_words_and_fits_its_column() -> None:
    assert set(upstream.PAUSE_LINES) == set(PauseCode)
    longest = Upstream._meta.get_field("pause_code").max_length
    assert all(len(code) <= longest for code in PauseCode)


# What is noted ----------------------------------------------------------------------------------------------


def test_an_answer_to_a_call_begun_before_the_pause_does_not_end_it(transactional_db: None) -> None:
    now = timezone.now()
    note(now, trouble=PauseCode.RATE_LIMITED, troubles=1, retry_after=60.0)
    note(now + timedelta(seconds=1), successes=10)
    assert the_row().paused_until == now + timedelta(seconds=60)
    note(now + timedelta(seconds=61), successes=1)
    assert the_row().paused_until is None


def test_trouble_begun_before_the_pause_prolongs_it_only_when_it_asks_for_more(
    transactional_db: None,
) -> None:
    now = timezone.now()
    note(now, trouble=PauseCode.SCOPE_MISSING, troubles=1)
    note(now, trouble=PauseCode.RATE_LIMITED, troubles=16, retry_after=10.0)
    assert (the_row().pause_code, the_row().streak) == (PauseCode.SCOPE_MISSING, 1)
    note(now, trouble=PauseCode.RATE_LIMITED, troubles=1, retry_after=1000.0)
    assert the_row().pause_code == PauseCode.RATE_LIMITED
    assert the_row().paused_until == now + timedelta(seconds=1000)


def test_a_429_without_a_time_doubles_from_two_seconds_until_the_breaker(transactional_db: None) -> None:
    now, pauses = timezone.now(), []
    for _ in range(6):
        note(now, trouble=PauseCode.RATE_LIMITED, troubles=16)
        until = the_row().paused_until
        assert until is not None
        pauses.append((until - now).total_seconds())
        now = until
    for expected, pause in zip([2, 4, 8, 16, 32, 120], pauses, strict=True):
        assert expected <= pause <= expected * 1.25


def test_a_pause_is_never_longer_than_a_quarter_of_an_hour_unless_cxone_asks(transactional_db: None) -> None:
    for code in PauseCode:
        assert (upstream.pause_seconds(code, streak=1000, retry_after=None) or 0) <= 900 * 1.25
        assert upstream.pause_seconds(code, streak=1, retry_after=3600.0) == 3600.0
        assert upstream.pause_seconds(code, streak=1, retry_after=0.0) == 1.0


def test_a_probe_lost_with_its_worker_is_free_again_after_its_lease(transactional_db: None) -> None:
    now = timezone.now()
    note(now, trouble=PauseCode.RATE_LIMITED, troubles=1, retry_after=1.0)
    later = now + timedelta(seconds=2)
    assert upstream.ask_permit(later) is Permit.PROBE
    assert upstream.ask_permit(later) is Permit.CLOSED
    assert upstream.ask_permit(later + upstream.PROBE_LEASE) is Permit.PROBE


def test_of_many_who_ask_at_once_one_becomes_the_probe(transactional_db: None) -> None:
    now = timezone.now()
    note(now - timedelta(seconds=5), trouble=PauseCode.RATE_LIMITED, troubles=1, retry_after=1.0)

    def ask(_number: int) -> Permit:
        try:
            return upstream.ask_permit(now)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        permits = list(pool.map(ask, range(6)))
    assert sorted(permits, key=str).count(Permit.PROBE) == 1
    assert permits.count(Permit.CLOSED) == 5


# Our own ceiling --------------------------------------------------------------------------------------------


def test_the_ceiling_is_shared_and_renewed_each_second(transactional_db: None, settings: object) -> None:
    settings.CXONE_MAX_RPS = 10
    now = timezone.now()
    granted = [upstream.allowance(6, now + timedelta(milliseconds=10 * i)) for i in range(3)]
    assert granted == [6, 4, 0]
    assert upstream.allowance(6, now + timedelta(seconds=1)) == 6


def test_a_batch_begins_no_more_calls_than_the_ceiling(work: Work, settings: object) -> None:
    settings.CXONE_MAX_RPS = 3
    for _ in range(5):
        work.file()
    Upstream.objects.update(window_at=timezone.now(), window_used=1)
    assert work.send() == 2
    assert len(posted(work.sandbox)) == 2


# The token --------------------------------------------------------------------------------------------------


def token(word: str, *, seconds: float = 3600) -> Token:
    return Token(word, timezone.now() + timedelta(seconds=seconds))


def test_a_token_is_shared_and_lies_encrypted_in_the_database(transactional_db: None) -> None:
    first, second = DatabaseTokenStore(), DatabaseTokenStore()
    kept = first.renew(rejected=None, fetch=lambda: token("secret-word"))
    assert second.current() == kept
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM erasure_upstream")
        [stored] = cursor.fetchone()
    assert "secret-word" not in stored


def test_two_workers_fetch_one_token_between_them(work: Work) -> None:
    other = work.another()
    work.file(), work.file()
    work.send()
    work.let_time_pass()
    other.ask()
    assert work.sandbox.stats["tokens"] == 1


def test_under_contention_it_is_fetched_once(transactional_db: None) -> None:
    stores = [DatabaseTokenStore(), DatabaseTokenStore()]
    fetched: list[str] = []
    together = threading.Barrier(8)

    def fetch() -> Token:
        fetched.append("one")
        return token(f"token-{len(fetched)}")

    def renew(number: int) -> str:
        together.wait(10)
        try:
            return stores[number % 2].renew(rejected=None, fetch=fetch).access_token
        except TokenBusy:
            return "busy"
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        got = set(pool.map(renew, range(8)))
    assert len(fetched) == 1
    assert "token-1" in got
    assert got <= {"token-1", "busy"}


def test_a_token_stored_between_the_look_and_the_lease_is_not_fetched_again(transactional_db: None) -> None:
    old = token("old")
    first, second = DatabaseTokenStore(), DatabaseTokenStore()
    first.renew(rejected=None, fetch=lambda: old)
    renewed = first.renew(rejected=old, fetch=lambda: token("new"))
    assert second.renew(rejected=old, fetch=lambda: pytest.fail("fetched twice")) == renewed


def test_whoever_finds_another_process_fetching_comes_back_later(work: Work) -> None:
    row = work.file()
    Upstream.objects.update(token_fetch_until=timezone.now() + timedelta(seconds=20))
    assert work.send() == 0
    assert (fresh(row).status, fresh(row).lease_until) == ("queued", None)
    assert the_row().paused_until is None
    assert work.sandbox.stats["tokens"] == 0
    Upstream.objects.update(token_fetch_until=timezone.now())
    assert work.send() == 1


def test_a_fetch_that_fails_leaves_the_lease_free(transactional_db: None) -> None:
    def fail() -> Token:
        raise RuntimeError("no answer")

    with pytest.raises(RuntimeError):
        DatabaseTokenStore().renew(rejected=None, fetch=fail)
    assert the_row().token_fetch_until is None


def test_a_token_is_renewed_a_minute_before_its_end(work: Work) -> None:
    work.client.ensure_token()
    Upstream.objects.update(token_expires_at=timezone.now() + timedelta(seconds=59))
    work.another().client.ensure_token()
    assert work.sandbox.stats["tokens"] == 2


def test_noting_does_not_touch_the_token(work: Work) -> None:
    work.client.ensure_token()
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM erasure_upstream")
        before = cursor.fetchone()
    note(timezone.now(), trouble=PauseCode.RATE_LIMITED, troubles=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM erasure_upstream")
        assert cursor.fetchone() == before


def test_a_token_turned_down_amid_a_wave_leaves_no_connection_open(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.client.ensure_token()
    work.sandbox.revoke_tokens()
    for _ in range(8):
        work.file()
    left_open: list[bool] = []
    renew = DatabaseTokenStore.renew

    def noting(self: DatabaseTokenStore, **wishes: object) -> Token:
        renewed = renew(self, **wishes)
        seen.append(connection.connection is not None)
        return renewed

    seen: list[bool] = []
    monkeypatch.setattr(DatabaseTokenStore, "renew", noting)
    work.send()
    assert seen == [True], "one thread went to the database"

    def look(_number: int) -> None:
        left_open.append(connection.connection is not None)

    list(work.pool.map(look, range(64)))
    assert not any(left_open)
    assert len(posted(work.sandbox)) == 8
