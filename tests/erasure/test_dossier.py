"""A dossier: whose it is, what it tells, what it never tells, and that it works once identifiers are gone."""

import json
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import LazySettings
from django.db.models import Model
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.signing.continuation import continue_log
from audit.signing.signer import sign_head
from audit.trail import audited
from erasure import dossier, filing, lifecycle, shredding
from erasure.asked import Identifier
from erasure.choices import Channel, DeliveryTrouble, ExtensionGround, Outcome, VaultKind
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.dossier import DossierRefused, TooManyDossiers
from erasure.models import PrivacyRequest, SubjectIdentifier
from erasure.vault import Message, NotDelivered, Receipt
from privacyadmin.models import User
from tests.audit.grown_log import lift_the_triggers
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.made_dossiers import presented, taken, told, verified
from tests.erasure.made_holds import placed
from tests.erasure.test_certificate import Words, key_of_its_own
from tests.erasure.told_vaults import DeliveryDesk, desk, made_vault

__all__ = ["desk", "key_of_its_own"]

pytestmark = pytest.mark.django_db

EMAIL = ("email", "ana.kovacs@example.org")
SECRET_WORDS = ("Rang twice, angry.", "Told on the phone by Lena.", "A comment among colleagues.")


def ended(officer: User, *identifiers: Any, **facts: Any) -> PrivacyRequest:
    """Carried out, commented on, answered, with words of colleagues wherever there may be some."""
    request = made.filed(officer, *identifiers, **{"note": SECRET_WORDS[0], **facts})
    made.completed(made.only(request), records=12)
    with audited() as log:
        lifecycle.comment(log, request, by=officer, text=SECRET_WORDS[2], now=timezone.now())
    return made.answered(request, officer, note=SECRET_WORDS[1])


def shredded(request: PrivacyRequest, step: int) -> None:
    for one in range(1, step + 1):
        assert shredding.shred([request.pk], one, because="due", now=timezone.now())


def page(files: dict[str, bytes]) -> Words:
    return Words(files["dossier.html"].decode())


def everything(files: dict[str, bytes]) -> str:
    """All that can be read in it but the program that checks."""
    return "\n".join(octets.decode() for name, octets in files.items() if not name.endswith(".pyz"))


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table but the log’s."""
    models: list[type[Model]] = [model for model in apps.get_models() if model._meta.app_label == "erasure"]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


# Whose it is ----------------------------------------------------------------------------------------------


def test_nothing_presented_is_refused() -> None:
    with pytest.raises(DossierRefused, match="Give the identifier"):
        dossier.whose(presented("   "))


def test_an_identifier_that_leads_nowhere_is_refused_with_both_reasons() -> None:
    with pytest.raises(DossierRefused, match=r"none was recorded under it, or its proof has been shredded"):
        dossier.whose(presented("cust-unknown"))


def test_a_person_of_whom_nothing_was_asked_is_told_apart_from_nobody_by_nothing(reviewer: User) -> None:
    placed(reviewer, "cust-held-only")
    with pytest.raises(DossierRefused) as held:
        dossier.whose(presented("cust-held-only"))
    with pytest.raises(DossierRefused) as unknown:
        dossier.whose(presented("cust-unknown"))
    assert str(held.value) == str(unknown.value)


def test_identifiers_of_two_people_are_refused(officer: User) -> None:
    made.filed(officer, "cust-1")
    made.filed(officer, "cust-2")
    with pytest.raises(DossierRefused, match="different people"):
        dossier.whose(presented("cust-1", "cust-2"))


def test_the_kind_is_part_of_the_identifier(officer: User) -> None:
    made.filed(officer, "cust-1")
    with pytest.raises(DossierRefused):
        dossier.whose(presented(("phone", "cust-1")))


def test_what_is_unknown_beside_what_is_known_is_counted_and_not_named(officer: User) -> None:
    ended(officer)
    whose = dossier.whose(presented(made.CXONE_ID, "cust-unknown"))
    assert (whose.unknown, [one.value for one in whose.identifiers]) == (1, [made.CXONE_ID])
    assert "cust-unknown" not in everything(taken(officer, made.CXONE_ID, "cust-unknown"))


# What it holds --------------------------------------------------------------------------------------------


def test_it_holds_all_requests_of_the_person_and_nobody_elses(officer: User) -> None:
    first = ended(officer, made.CXONE_ID, EMAIL)
    second = made.registered(officer, EMAIL)
    other = ended(officer, "cust-other")
    files = taken(officer)
    assert [one["reference"] for one in told(files)] == [first.reference, second.reference]
    assert sorted(files) == sorted(
        [
            f"{first.reference}/proof.txt",
            f"{first.reference}/opening.json",
            "README.txt",
            "audit-verify.pyz",
            "dossier.html",
            "dossier.json",
            "vkey",
        ]
    )
    assert other.reference not in everything(files)


def test_it_is_made_in_the_same_order_each_time(officer: User) -> None:
    for _number in range(3):
        ended(officer)
    assert list(taken(officer)) == list(taken(officer))


def test_what_is_still_open_is_listed_with_its_state_and_without_proof(officer: User) -> None:
    request = made.filed(officer)
    made.accepted(made.only(request))
    files = taken(officer)
    (one,) = told(files)
    assert (one["state"]["code"], one["answer"]) == ("processing", None)
    assert one["parts"][0]["standing"] == "Under way at CXone, which has not reported an end."
    assert (one["parts"][0]["proof"], one["parts"][0]["cxone"]) == (None, None)
    assert not any("/" in name for name in files)
    assert "vkey" not in files
    assert "nothing to prove yet" in files["README.txt"].decode()


def test_it_tells_dates_answer_and_what_was_reported(officer: User) -> None:
    request = ended(officer, made.CXONE_ID, received_on=made.today() - timedelta(days=3))
    (one,) = told(taken(officer))
    assert one["received_on"] == request.received_on.isoformat()
    assert [(day["date"], day["on"]) for day in one["dates"]] == [("due", request.due_on.isoformat())]
    assert all(step["words"] for day in one["dates"] for step in day["computed"])
    assert request.target_on.isoformat() not in json.dumps(one["dates"]), "our own target is not theirs"
    assert one["answer"] == {
        "outcome": {"code": "done", "words": "Done"},
        "on": made.today().isoformat(),
        "channel": {"code": "email", "words": "E-mail"},
        "parts": [
            {
                "part": 1,
                "categories": one["parts"][0]["categories"],
                "outcome": {"code": "done", "words": "Done"},
                "ground": None,
            }
        ],
    }
    reported = one["parts"][0]["cxone"]
    assert (reported["records"], reported["request"]) == (12, made.only(request).cxone_id)


@pytest.mark.django_db(transaction=True)
def test_it_tells_which_vaults_were_told_and_when(desk: DeliveryDesk, officer: User) -> None:
    made_vault("own", name="Own register"), made_vault("another", VaultKind.HTTP, name="Legal’s register")
    desk.vaults = OpenedVaults({**OPENERS, VaultKind.HTTP: lambda _row: desk.vault})

    def answer(message: Message) -> Receipt:
        if message.occasion == "answered":
            raise NotDelivered(DeliveryTrouble.REJECTED, said="No such number 4711.")
        return Receipt(200, "Thank you, number 4711.")

    desk.vault.answer = answer
    ended(officer)
    desk.batch()
    files = taken(officer)
    (one,) = told(files)
    today = made.today().isoformat()
    assert [
        (row["vault"], row["part"], row["of"], row["state"]["code"], row["told_on"]) for row in one["vaults"]
    ] == [
        ("Own register", 1, {"code": "completed", "words": "the end of part 1"}, "delivered", today),
        ("Legal’s register", 1, {"code": "completed", "words": "the end of part 1"}, "delivered", today),
        ("Own register", None, {"code": "answered", "words": "the answer to you"}, "delivered", today),
        ("Legal’s register", None, {"code": "answered", "words": "the answer to you"}, "waiting", None),
    ]
    said = page(files).said
    assert "Legal’s register: told of the end of part 1 on" in said
    assert "Legal’s register: the answer to you. Not told yet." in said
    assert "4711" not in everything(files)


def test_without_vaults_it_says_nothing_of_them(officer: User) -> None:
    ended(officer)
    files = taken(officer)
    assert told(files)[0]["vaults"] == []
    assert "Who else was told" not in page(files).said


def test_it_reads_nothing_encrypted_of_vaults(officer: User) -> None:
    made_vault(address="postgres://user:s3cret@registers.example/r", secret="s3cret")
    ended(officer)
    (request,) = dossier.requests_of(dossier.whose(presented()))
    (delivery, _answered) = request.deliveries.all()
    assert {"body", "last_answer"} <= delivery.get_deferred_fields()
    assert {"address", "key_id", "secret", "previous_secret"} <= delivery.vault.get_deferred_fields()


def test_a_refusal_is_told_with_its_ground_and_where_the_law_says_so(officer: User) -> None:
    request = made.registered(officer)
    made.answered(request, officer, Outcome.REFUSED)
    files = taken(officer)
    (part,) = told(files)[0]["answer"]["parts"]
    assert (part["part"], part["ground"]["code"]) == (None, "identity_not_established")
    assert part["ground"]["source"] == "GDPR Art. 12(2), 12(6)"
    assert part["ground"]["told"] in page(files).said


def test_what_moved_the_dates_is_told_without_its_reasons(officer: User) -> None:
    request = made.registered(officer)
    with audited() as log:
        lifecycle.acknowledge(
            log,
            request,
            by=officer,
            acknowledged_on=made.today(),
            channel=Channel.EMAIL,
            now=timezone.now(),
        )
    before = request.due_on
    with audited() as log:
        lifecycle.extend(
            log,
            request,
            by=officer,
            ground=ExtensionGround.COMPLEXITY,
            told_on=made.today(),
            explanation="Five systems and a merger.",
            now=timezone.now(),
        )
    with audited() as log:
        lifecycle.correct_clock(
            log,
            request,
            by=officer,
            regulation="gdpr",
            received_on=request.received_on - timedelta(days=1),
            reason="The stamp was misread.",
            now=timezone.now(),
        )
    files = taken(officer)
    (one,) = told(files)
    (extension,) = one["extensions"]
    assert (extension["ground"]["code"], extension["told_on"]) == ("complexity", made.today().isoformat())
    assert extension["previous_due_on"] == before.isoformat()
    (correction,) = one["corrections"]
    assert date.fromisoformat(correction["previous"]["received_on"]) - date.fromisoformat(
        correction["now"]["received_on"]
    ) == timedelta(days=1)
    assert one["acknowledged"]["on"] == made.today().isoformat()
    assert {day["date"] for day in one["dates"]} == {"due", "first"}
    for words in ("Five systems", "misread"):
        assert words not in everything(files)
    assert "Extended from" in page(files).said


def test_a_hold_is_named_by_its_ground_alone(officer: User, reviewer: User) -> None:
    hold = placed(reviewer, made.CXONE_ID, ground="claims about a contract", matter="Kovacs v. Northwind")
    made.filed(officer)
    files = taken(officer)
    assert told(files)[0]["parts"][0]["grounds"] == ["claims about a contract"]
    for hidden in ("Kovacs", hold.code, "Marek", "Vondra"):
        assert hidden not in everything(files)


def test_no_words_of_colleagues_are_in_it(officer: User) -> None:
    ended(officer, made.CXONE_ID, external_reference="ticket-8841", description="A note for CXone.")
    said = everything(taken(officer))
    for words in (*SECRET_WORDS, "ticket-8841", "A note for CXone.", "Lena", "Hofmann", officer.staff_id):
        assert words not in said


def test_an_identifier_that_is_not_presented_is_not_in_it_and_its_proof_stays_shut(
    officer: User, tmp_path: Path
) -> None:
    request = ended(officer, made.CXONE_ID, EMAIL)
    files = taken(officer, EMAIL)
    assert made.CXONE_ID not in everything(files)
    assert EMAIL[1] in everything(files)
    (part,) = told(files)[0]["parts"]
    assert (part["identifier"], part["proof"]["opening"]) == (None, None)
    assert "another identifier than was presented" in part["proof"]["not_opened"]
    assert f"{request.reference}/opening.json" not in files
    assert verified(files, tmp_path, proof=part["proof"]["file"]).startswith("OK")


def test_several_identifiers_open_each_their_own(officer: User, tmp_path: Path) -> None:
    request = made.filed(officer, "cust-1", "cust-2")
    for number in (1, 2):
        made.completed(made.only(request, number))
    files = taken(officer, "cust-2", "cust-1")
    for part in told(files)[0]["parts"]:
        proof = part["proof"]
        assert json.loads(files[proof["opening"]])["ident"] == part["identifier"]["value"]
        assert verified(files, tmp_path, proof=proof["file"], opening=proof["opening"]).startswith("OK")
    assert {part["proof"]["file"].partition("/")[2] for part in told(files)[0]["parts"]} == {
        "proof.txt",
        "proof-2.txt",
    }


def test_what_was_sent_under_a_corrected_identifier_is_told_and_not_proven(officer: User) -> None:
    request = made.filed(officer, "cust-1")
    made.failed(made.only(request))
    filing.correct_identifier(
        made.only(request), Identifier("cxone_id", "cust-9"), by=officer, send_delay=timedelta(0)
    )
    made.completed(made.only(request, 2))
    (one,) = told(taken(officer, "cust-9"))
    assert [part["part"] for part in one["parts"]] == [2]
    assert one["also"] == ["Something was sent under an identifier that was corrected afterwards."]


def test_a_request_for_access_is_told_without_proof(officer: User) -> None:
    request = made.filed(officer, type="ACCESS")
    made.completed(made.only(request))
    (one,) = told(taken(officer))
    assert one["parts"][0]["standing"] == "CXone reported that it had finished."
    assert (one["parts"][0]["proof"], one["lacks_proof"]) == (None, False)
    assert one["parts"][0]["cxone"]["request"] == made.only(request).cxone_id


def test_without_a_signature_none_is_taken(officer: User) -> None:
    request = ended(officer)
    lift_the_triggers()
    event = AuditEvent.objects.get(obj=request.obj, act=Event.REQUEST_COMPLETED)
    AuditEvent.objects.filter(pk=event.pk).update(body=event.body.replace(":12", ":13"))
    with pytest.raises(DossierRefused, match="not signed as far as the proofs need it"):
        taken(officer)
    assert not AuditEvent.objects.filter(act=Event.DOSSIER_TAKEN).exists()


# How it looks ---------------------------------------------------------------------------------------------


class _Loading(HTMLParser):
    """What a page would run or load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "iframe", "img", "object", "form"}:
            self.found.append(tag)
        self.found += [f"{name}={value}" for name, value in attrs if name in {"src", "href"}]


def test_the_page_stands_alone_and_runs_nothing(officer: User) -> None:
    ended(officer)
    files = taken(officer)
    loading = _Loading()
    loading.feed(files["dossier.html"].decode())
    assert loading.found == ["href=data:,"]
    assert made.CXONE_ID in page(files).said


def test_what_stands_in_an_identifier_is_shown_and_not_run(officer: User) -> None:
    crafted = "<script>alert(1)</script>"
    made.registered(officer, ("other", crafted))
    files = taken(officer, ("other", crafted))
    assert crafted.encode() not in files["dossier.html"]
    assert crafted in page(files).said
    assert json.loads(files["dossier.json"])["presented"] == [{"kind": "other", "value": crafted}]


def test_it_speaks_the_language_that_was_chosen_and_leaves_the_readers_alone(officer: User) -> None:
    request = ended(officer)
    files = taken(officer, language="de")
    assert '<html lang="de">' in files["dossier.html"].decode()
    assert f"{request.received_on.day}. " in page(files).said
    assert json.loads(files["dossier.json"])["language"] == "de"
    assert '<html lang="en-gb">' in taken(officer)["dossier.html"].decode()


def test_the_readme_tells_in_ten_lines_how_to_check(officer: User, tmp_path: Path) -> None:
    ended(officer)
    files = taken(officer)
    lines = files["README.txt"].decode().splitlines()
    assert len(lines) <= 10
    (command,) = [line.split() for line in lines if "audit-verify.pyz" in line]
    assert verified(
        files, tmp_path, proof=command[command.index("--proof") + 1], opening=command[-1]
    ).startswith("OK")


# After shredding ------------------------------------------------------------------------------------------


def test_after_the_first_step_whoever_presents_the_identifier_has_proof_and_opening(
    officer: User, tmp_path: Path
) -> None:
    request = ended(officer, made.CXONE_ID, EMAIL)
    shredded(request, 1)
    assert not SubjectIdentifier.objects.filter(value__isnull=False).exists()
    before = rows()
    files = taken(officer)
    assert rows() == before, "a dossier brings nothing back"
    (one,) = told(files)
    assert one["shredded"]["identifiers_and_text_on"] == made.today().isoformat()
    proof = one["parts"][0]["proof"]
    assert verified(files, tmp_path, proof=proof["file"], opening=proof["opening"]).startswith("OK")
    assert "The opening fits" in verified(files, tmp_path, proof=proof["file"], opening=proof["opening"])
    assert made.CXONE_ID in page(files).said


def test_blanks_around_it_come_from_copying_and_another_case_is_another_id(officer: User) -> None:
    shredded(ended(officer), 1)
    assert told(taken(officer, f" {made.CXONE_ID} "))[0]["parts"][0]["proof"]["opening"]
    with pytest.raises(DossierRefused):
        taken(officer, made.CXONE_ID.upper())


def test_after_the_second_step_nothing_leads_to_it(officer: User) -> None:
    shredded(ended(officer), 2)
    with pytest.raises(DossierRefused, match="nothing leads from it to a request any more"):
        taken(officer)


def test_an_older_request_that_is_unlinked_is_reached_from_a_newer_one_and_its_proof_stays_shut(
    officer: User, tmp_path: Path
) -> None:
    old = ended(officer)
    new = ended(officer)
    shredded(old, 2)
    files = taken(officer)
    first, second = told(files)
    assert (first["reference"], second["reference"]) == (old.reference, new.reference)
    assert first["parts"][0]["proof"]["opening"] is None
    assert "was shredded" in first["parts"][0]["proof"]["not_opened"]
    assert second["parts"][0]["proof"]["opening"] == f"{new.reference}/opening.json"
    assert verified(files, tmp_path, proof=f"{old.reference}/proof.txt").startswith("OK")


# The log --------------------------------------------------------------------------------------------------


def test_that_it_was_taken_is_on_record_without_the_identifier(officer: User) -> None:
    request = ended(officer)
    made.registered(officer)
    dossier.begin(dossier.whose(presented()), by=officer, language="en-gb")
    assert event_data(f"subject:{request.subject_id}", Event.DOSSIER_TAKEN) == [{"requests": 2, "proofs": 1}]
    event = AuditEvent.objects.get(act=Event.DOSSIER_TAKEN)
    assert event.actor == officer.actor
    assert made.CXONE_ID not in event.body


def test_the_archive_is_named_by_its_entry(officer: User) -> None:
    made.registered(officer)
    begun = dossier.begin(dossier.whose(presented()), by=officer, language="en-gb")
    assert begun.name == f"dossier-{AuditEvent.objects.get(act=Event.DOSSIER_TAKEN).seq}.zip"


def test_a_person_takes_so_many_an_hour_and_the_refusal_is_written_down_once(
    officer: User, other_officer: User, settings: LazySettings
) -> None:
    settings.DOSSIERS_PER_HOUR = 2
    made.registered(officer)
    for _number in range(2):
        taken(officer)
    for _number in range(3):
        with pytest.raises(TooManyDossiers, match="within an hour") as refused:
            taken(officer)
        assert 0 < refused.value.seconds <= 3600
    results = [event.result for event in AuditEvent.objects.filter(act=Event.DOSSIER_TAKEN).order_by("seq")]
    assert results == ["ok", "ok", "denied"]
    assert taken(other_officer)


def test_a_log_that_ended_still_proves_its_part(officer: User, tmp_path: Path, key_of_its_own: None) -> None:
    ended(officer)
    taken(officer)
    continue_log(reason="restored_backup")
    ended(officer)
    files = taken(officer)
    proofs = [one["parts"][0]["proof"] for one in told(files)]
    assert len({proof["log"] for proof in proofs}) == 2
    for proof in proofs:
        assert verified(files, tmp_path, proof=proof["file"], opening=proof["opening"]).startswith("OK")


def test_a_request_that_the_log_cannot_prove_keeps_no_other_back(
    officer: User, caplog: pytest.LogCaptureFixture
) -> None:
    damaged, sound = ended(officer), ended(officer)
    sign_head()
    lift_the_triggers()
    event = AuditEvent.objects.get(obj=damaged.obj, act=Event.REQUEST_COMPLETED)
    changed = event.body.replace('"records_deleted":12', '"records_deleted":13')
    AuditEvent.objects.filter(pk=event.pk).update(body=changed)
    files = taken(officer)
    assert [one["lacks_proof"] for one in told(files)] == [True, False]
    assert f"{sound.reference}/proof.txt" in files
    assert f"{damaged.reference}/proof.txt" not in files
    assert "could not prove" in page(files).said
    assert "dossier_lacks_proof" in caplog.messages
