"""The `onetrust` kind against a OneTrust over HTTP: each subtask ends once, and says what came of it."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from erasure.choices import DeliveryTrouble
from erasure.outbound.addresses import AddressGuard
from erasure.vault import Message, NotDelivered, Receipt, calls
from erasure.vault.onetrust import OneTrustVault, Resolutions
from tests.vault.messages import IDENTIFIER, message
from tests.vault.onetrust_stand_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    DONE,
    PARTLY,
    REFUSED,
    OneTrustStandIn,
    rate_limited,
)
from tests.vault.stand_in import Reply, said

MakeVault = Callable[..., OneTrustVault]

LOGIN_PAGE = Reply(200, b"<html>Please sign in</html>", {"Content-Type": "text/html"})


@pytest.fixture
def onetrust() -> Iterator[OneTrustStandIn]:
    with OneTrustStandIn() as running:
        yield running


@pytest.fixture
def make_vault(onetrust: OneTrustStandIn) -> Iterator[MakeVault]:
    made: list[OneTrustVault] = []

    def make(**changes: Any) -> OneTrustVault:
        usual: dict[str, Any] = {
            "address": onetrust.address,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "resolutions": Resolutions(done=DONE, partly=PARTLY, refused=REFUSED),
            "guard": AddressGuard(frozenset({onetrust.host})),
        }
        facts = {**usual, **changes}
        made.append(OneTrustVault(facts.pop("address"), **facts))
        return made[-1]

    yield make
    for vault in made:
        vault.close()


@pytest.fixture
def vault(make_vault: MakeVault) -> OneTrustVault:
    return make_vault()


def refused(act: Callable[..., Receipt], *arguments: Message) -> NotDelivered:
    with pytest.raises(NotDelivered) as raised:
        act(*arguments)
    assert raised.value.__cause__ is raised.value.__context__ is None
    return raised.value


@pytest.mark.parametrize(
    ("outcome", "resolution"),
    [
        ("done", DONE),
        ("nothing_found", DONE),
        ("partly_done", PARTLY),
        ("refused", REFUSED),
        ("withdrawn", REFUSED),
    ],
)
def test_an_answer_completes_the_subtask_with_its_resolution(
    onetrust: OneTrustStandIn, vault: OneTrustVault, outcome: str, resolution: str
) -> None:
    task = onetrust.new_subtask()
    assert vault.deliver(message(task=task, outcome=outcome)) == Receipt(200)
    kept = onetrust.subtasks[task]
    assert (kept.status, kept.resolution, kept.completions) == ("COMPLETED", resolution, 1)


def test_the_comment_says_what_happened_and_names_nobody(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    vault.deliver(message("completed", task=task))
    vault.deliver(message(task=task, outcome="partly_done", categories_erased=[]))
    assert onetrust.subtasks[task].comments == [
        (
            "PR-2026-000042/1: CXone reported this part of the request done. The subtask stays open until "
            "the person has been answered. Categories erased: CONTACT, EMAIL. Audit log: entry 4711. "
            "Message: msg_completed0123456789abcdef."
        ),
        (
            "PR-2026-000042: the person was told that the request was carried out in part. "
            "Categories erased: none. Audit log: entry 4711. Message: msg_answered0123456789abcdef."
        ),
    ]
    assert not any(IDENTIFIER.encode() in asked.body for asked in onetrust.asked)


def test_a_message_whose_log_has_ended_names_no_entry(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    fields = {"auditSequence": None, "categories_erased": None}
    vault.deliver(message(task=task, outcome="withdrawn", **fields))
    assert onetrust.subtasks[task].comments == [
        "PR-2026-000042: the person has withdrawn the request. Message: msg_answered0123456789abcdef."
    ]


@pytest.mark.parametrize("spelling", ["COMPLETED", "Completed", "Complete"])
@pytest.mark.parametrize("occasion", ["completed", "failed", "refused", "answered"])
def test_a_subtask_that_is_complete_is_left_alone(
    onetrust: OneTrustStandIn, vault: OneTrustVault, occasion: str, spelling: str
) -> None:
    task = onetrust.new_subtask(status=spelling)
    assert vault.deliver(message(occasion, task=task)) == Receipt(200, "COMPLETED", already=True)
    assert onetrust.count("complete") == onetrust.count("status") == 0


@pytest.mark.parametrize("occasion", ["completed", "refused"])
def test_the_end_of_a_part_leaves_a_comment_once_and_the_subtask_open(
    onetrust: OneTrustStandIn, vault: OneTrustVault, occasion: str
) -> None:
    task = onetrust.new_subtask(comments=["Somebody’s own words"])
    assert not vault.deliver(message(occasion, task=task)).already
    assert vault.deliver(message(occasion, task=task)).already
    kept = onetrust.subtasks[task]
    assert (kept.status, len(kept.comments), kept.completions) == ("ASSIGNED", 2, 0)


def test_a_failure_marks_the_subtask_once_and_leaves_it_to_be_completed(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    assert vault.deliver(message("failed", task=task)) == Receipt(200, "true")
    assert vault.deliver(message("failed", task=task)) == Receipt(200, "FAILED", already=True)
    assert onetrust.subtasks[task].status == "FAILED"
    assert "Categories" not in onetrust.subtasks[task].comments[0]
    vault.deliver(message(task=task, outcome="refused"))
    assert (onetrust.subtasks[task].status, onetrust.subtasks[task].completions) == ("COMPLETED", 1)


@pytest.mark.parametrize(
    ("occasion", "kind"), [("answered", "complete"), ("completed", "complete"), ("failed", "status")]
)
def test_what_was_taken_before_the_answer_got_lost_is_found_done(
    onetrust: OneTrustStandIn,
    vault: OneTrustVault,
    monkeypatch: pytest.MonkeyPatch,
    occasion: str,
    kind: str,
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    task = onetrust.new_subtask()
    onetrust.meets(kind, None, acts=True)
    assert refused(vault.deliver, message(occasion, task=task)).trouble == DeliveryTrouble.TIMED_OUT
    assert vault.deliver(message(occasion, task=task)).already
    assert onetrust.count(kind) == len(onetrust.subtasks[task].comments) == 1


def test_a_refusal_because_it_was_completed_meanwhile_is_a_success(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("complete", said(400, {"message": "Subtask is already completed"}), acts=True)
    assert vault.deliver(message(task=task)) == Receipt(200, "COMPLETED", already=True)
    assert onetrust.subtasks[task].completions == 1


def test_any_other_refusal_keeps_its_words(onetrust: OneTrustStandIn, make_vault: MakeVault) -> None:
    task = onetrust.new_subtask()
    onetrust.resolutions.clear()
    trouble = refused(make_vault().deliver, message(task=task))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.REJECTED, 400)
    assert trouble.said == '{"message": "Bad Request: resolutionId"}'
    assert onetrust.subtasks[task].status == "ASSIGNED"


def test_a_subtask_that_is_not_there_is_refused_with_the_vaults_words(vault: OneTrustVault) -> None:
    trouble = refused(vault.deliver, message(task="e2d0f59e-3df0-4b1f-965d-d57547ed44ad"))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.REJECTED, 404)
    assert "not found" in trouble.said


def test_an_id_in_capitals_is_the_same_subtask(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    task = onetrust.new_subtask()
    vault.deliver(message(task=task.upper()))
    assert onetrust.subtasks[task].completions == 1


@pytest.mark.parametrize("task", ["", "4711", "{e2d0f59e-3df0-4b1f-965d-d57547ed44ad}", "../status", "ab-cd"])
def test_what_names_no_subtask_is_not_for_it(
    onetrust: OneTrustStandIn, vault: OneTrustVault, task: str
) -> None:
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.NO_TASK
    assert not onetrust.asked


@pytest.mark.parametrize("kind", ["token", "read", "complete"])
def test_a_rate_limit_asks_for_a_pause(onetrust: OneTrustStandIn, vault: OneTrustVault, kind: str) -> None:
    task = onetrust.new_subtask()
    onetrust.meets(kind, rate_limited("120"))
    trouble = refused(vault.deliver, message(task=task))
    assert (trouble.trouble, trouble.status, trouble.retry_after) == (DeliveryTrouble.RATE_LIMITED, 429, 120)
    assert vault.deliver(message(task=task)) == Receipt(200)


@pytest.mark.parametrize("kind", ["token", "read", "complete"])
def test_an_error_of_its_own_is_tried_again(
    onetrust: OneTrustStandIn, vault: OneTrustVault, kind: str
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets(kind, said(500, {"message": "Internal Server Error"}))
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.SERVER_ERROR
    assert vault.deliver(message(task=task)) == Receipt(200)


@pytest.mark.parametrize(
    "reply",
    [
        LOGIN_PAGE,
        said(200),
        said(200, {"subTaskId": None}),
        said(200, {"status": ""}),
        said(200, {"status": 10}),
        said(200, {"status": "ASSIGNED", "subTaskId": "e2d0f59e-3df0-4b1f-965d-d57547ed44ad"}),
    ],
)
def test_a_look_that_shows_no_subtask_changes_nothing(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("read", reply)
    trouble = refused(vault.deliver, message(task=task))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.UNEXPECTED, 200)
    assert onetrust.subtasks[task].status == "ASSIGNED"


def test_a_page_in_place_of_the_answer_is_not_taken_for_one(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("complete", LOGIN_PAGE)
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.UNEXPECTED
    onetrust.meets("complete", said(200, {"id": "whatever"}), acts=True)
    assert not vault.deliver(message(task=task)).already


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(200, fields=False), DeliveryTrouble.REJECTED),
        (said(200), DeliveryTrouble.UNEXPECTED),
        (LOGIN_PAGE, DeliveryTrouble.UNEXPECTED),
    ],
)
def test_a_failure_is_marked_only_by_the_answer_true(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    task = onetrust.new_subtask()
    onetrust.meets("status", reply)
    assert refused(vault.deliver, message("failed", task=task)).trouble == trouble
    assert vault.deliver(message("failed", task=task)) == Receipt(200, "true")


def test_comments_of_any_usual_length_are_read(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    task = onetrust.new_subtask(comments=["x" * 200_000])
    assert vault.deliver(message(task=task)) == Receipt(200)


def test_one_token_serves_all_threads(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    tasks = [onetrust.new_subtask() for _ in range(20)]
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda task: vault.deliver(message(task=task)), tasks))
    assert receipts == [Receipt(200)] * 20
    assert onetrust.count("token") == 1


def test_deliveries_to_one_subtask_take_turns(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    task = onetrust.new_subtask()
    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(lambda _: vault.deliver(message(task=task)), range(8)))
    assert sorted(receipt.already for receipt in receipts) == [False] + [True] * 7
    assert (onetrust.count("complete"), onetrust.subtasks[task].completions) == (1, 1)


def test_a_token_that_has_expired_is_renewed_once(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    vault.deliver(message(task=onetrust.new_subtask()))
    onetrust.forget_tokens()
    tasks = [onetrust.new_subtask() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda task: vault.deliver(message(task=task)), tasks)) == [Receipt(200)] * 8
    assert onetrust.count("token") == 2


@pytest.mark.parametrize(
    ("lifetime", "fetched"), [(3600, 1), (31_535_999, 1), (None, 1), ("soon", 1), (60, 4), (0, 4)]
)
def test_a_token_is_kept_as_long_as_it_lasts(
    onetrust: OneTrustStandIn, vault: OneTrustVault, lifetime: Any, fetched: int
) -> None:
    onetrust.lifetime = lifetime
    for _ in range(2):
        vault.deliver(message(task=onetrust.new_subtask()))
    assert onetrust.count("token") == fetched


def test_tokens_that_are_never_accepted_are_a_matter_of_the_sign_in(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    onetrust.meets("read", said(401, {"message": "Unauthorized"}), times=2)
    trouble = refused(vault.deliver, message(task=onetrust.new_subtask()))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.SIGN_IN, 401)
    assert onetrust.count("token") == 2


def test_a_credential_without_the_scope_is_a_matter_of_the_sign_in(
    onetrust: OneTrustStandIn, vault: OneTrustVault
) -> None:
    onetrust.scopes = {"DSAR_READ"}
    task = onetrust.new_subtask()
    trouble = refused(vault.deliver, message(task=task))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.SIGN_IN, 403)
    assert onetrust.subtasks[task].status == "ASSIGNED"


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(400, {"error": "invalid_request"}), DeliveryTrouble.SIGN_IN),
        (said(403), DeliveryTrouble.SIGN_IN),
        (said(404), DeliveryTrouble.UNEXPECTED),
        (LOGIN_PAGE, DeliveryTrouble.UNEXPECTED),
        (said(200, {"token_type": "bearer"}), DeliveryTrouble.UNEXPECTED),
        (said(200, {"access_token": "a\r\nb", "token_type": "bearer"}), DeliveryTrouble.UNEXPECTED),
        (said(200, {"access_token": "t0ken", "token_type": "mac"}), DeliveryTrouble.UNEXPECTED),
    ],
)
def test_no_token_no_call(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    onetrust.meets("token", reply)
    error = refused(vault.deliver, message(task=onetrust.new_subtask()))
    assert (error.trouble, error.status) == (trouble, reply.status)
    assert "t0ken" not in error.said
    assert onetrust.count("read") == 0


def test_a_wrong_secret_is_a_matter_of_the_sign_in_and_is_never_repeated(
    onetrust: OneTrustStandIn, make_vault: MakeVault
) -> None:
    vault = make_vault(client_secret="wr0ng-secret")
    onetrust.meets("token", said(401, {"error": "no client with wr0ng-secret"}))
    trouble = refused(vault.deliver, message(task=onetrust.new_subtask()))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.SIGN_IN, 401)
    assert trouble.said == '{"error": "no client with ••••"}'
    assert refused(vault.test).trouble == DeliveryTrouble.SIGN_IN


def test_threads_that_wait_for_a_token_share_its_failure(
    onetrust: OneTrustStandIn, vault: OneTrustVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    onetrust.meets("token", None, times=8)
    tasks = [onetrust.new_subtask() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        troubles = list(pool.map(lambda task: refused(vault.deliver, message(task=task)), tasks))
    assert {trouble.trouble for trouble in troubles} == {DeliveryTrouble.TIMED_OUT}
    assert onetrust.count("token") < 8


def test_sending_a_test_changes_nothing(onetrust: OneTrustStandIn, vault: OneTrustVault) -> None:
    assert vault.test().said == "Signed in; a subtask that does not exist was answered with 404."
    assert [onetrust.kind_of(asked) for asked in onetrust.asked] == ["token", "read"]
    onetrust.meets("read", said(400, {"message": "Bad Request"}))
    assert "400" in vault.test().said


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(200, {"status": "ASSIGNED"}), DeliveryTrouble.UNEXPECTED),
        (said(403), DeliveryTrouble.SIGN_IN),
        (said(503), DeliveryTrouble.SERVER_ERROR),
        (Reply(302, b"", {"Location": "https://elsewhere.example/"}), DeliveryTrouble.REDIRECTED),
    ],
)
def test_a_test_that_finds_no_onetrust_says_so(
    onetrust: OneTrustStandIn, vault: OneTrustVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    onetrust.meets("read", reply)
    assert refused(vault.test).trouble == trouble


@pytest.mark.parametrize(
    "changes",
    [
        {"address": ""},
        {"client_id": ""},
        {"client_secret": ""},
        {"resolutions": Resolutions(done=DONE, partly="", refused=REFUSED)},
        {"resolutions": Resolutions(done=DONE, partly=PARTLY, refused="Rejected")},
    ],
)
def test_settings_that_cannot_work_are_said_before_the_first_call(
    make_vault: MakeVault, changes: dict[str, Any]
) -> None:
    with pytest.raises(NotDelivered) as raised:
        make_vault(**changes)
    assert raised.value.trouble == DeliveryTrouble.MISCONFIGURED


def test_an_address_that_nobody_has_allowed_is_not_called(
    onetrust: OneTrustStandIn, make_vault: MakeVault
) -> None:
    trouble = refused(make_vault(guard=AddressGuard()).test)
    assert trouble.trouble == DeliveryTrouble.ADDRESS_REFUSED
    assert not onetrust.asked


def test_a_slash_at_the_end_of_the_address_is_no_matter(
    onetrust: OneTrustStandIn, make_vault: MakeVault
) -> None:
    task = onetrust.new_subtask()
    assert make_vault(address=f"{onetrust.address}/").deliver(message(task=task)) == Receipt(200)
