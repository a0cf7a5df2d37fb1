"""A list whose giver was let go, or is no officer any more, is filed no further; what was filed stays."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from erasure.choices import ImportStage
from erasure.imports import filing_lots, runs
from erasure.models import ImportLot, ImportRun, PrivacyRequest
from privacyadmin.models import User
from tests.erasure.at_work import event_data
from tests.erasure.filing_desk import text_of
from tests.erasure.made_lists import begun, csv_of, imported, row, work_all, work_once
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sent_in_an_hour(settings: Any) -> None:
    settings.SEND_DELAY_SECONDS = 3600


def let_go(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=False)


def no_officer_any_more(person: User) -> None:
    person.groups.clear()


@pytest.mark.parametrize("bar", [let_go, no_officer_any_more])
def test_it_stops_visibly_with_the_reason_and_what_was_filed_stays(
    officer: User, other_officer: User, signed_in: SignIn, bar: Callable[[User], None]
) -> None:
    text = csv_of(*map(row, range(60)))
    run = begun(officer, text)
    assert work_once(seconds=0)
    bar(officer)
    work_all()

    run.refresh_from_db()
    assert (run.stage, run.done, PrivacyRequest.objects.count()) == (ImportStage.STOPPED, 25, 25)
    assert not ImportLot.objects.filter(cells__isnull=False).exists()
    [data] = event_data(run.obj, "import.stopped")
    assert data == {
        "rows": 60,
        "filed": 25,
        "blocked": 0,
        "refused": 0,
        "same": 0,
        "because": "giver_barred",
    }
    page = text_of(signed_in(other_officer).get(reverse("admin:request_import", args=[run.pk])))
    assert "It was stopped because Lena Hofmann may not file requests any more." in page
    again = imported(other_officer, text)
    assert again.counts == {"file": 35, "same": 25}


def test_a_list_that_was_stopped_by_hand_says_nothing_of_its_giver(officer: User, signed_in: SignIn) -> None:
    run = begun(officer, csv_of(row(1)))
    runs.stop(run, by=officer)
    page = text_of(signed_in(officer).get(reverse("admin:request_import", args=[run.pk])))
    assert "may not file requests any more" not in page
    assert event_data(run.obj, "import.stopped")[0].get("because") is None


def test_a_command_stops_as_well_and_says_why(
    officer: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "requests.csv"
    file.write_text(csv_of(*map(row, range(60))))
    real = filing_lots.file_next_lot

    def let_go_after_one(run: ImportRun, **options: Any) -> bool:
        went = real(run, **options)
        let_go(officer)
        return went

    monkeypatch.setattr(runs, "file_next_lot", let_go_after_one)
    out, err = StringIO(), StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("import_requests", str(file), "--as", "lena", "--json", stdout=out, stderr=err)
    assert left.value.code == 2
    assert "Lena Hofmann may not file requests any more" in json.loads(out.getvalue())["error"]
    assert "Lena Hofmann may not file requests any more" in err.getvalue()
    assert PrivacyRequest.objects.count() == 25
    assert ImportRun.objects.get().stage == ImportStage.STOPPED
