"""The signer signs what is committed, and never two stories."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from audit import key_history, signer
from audit.checkpoints import covering, newest
from audit.events import Event
from audit.models import AuditCheckpoint, AuditHead
from audit.signed_note import parse_note, signers, vkeys_of
from audit.trail import audited

pytestmark = pytest.mark.django_db


def append(count: int = 1) -> None:
    with audited() as trail:
        for _each in range(count):
            trail.record(Event.USER_SIGNED_IN, actor="u:k3v9q2ma", obj="user:k3v9q2ma")


def test_it_signs_the_size_and_root_of_the_committed_log() -> None:
    append(6)
    checkpoint = signer.sign_head()
    note = parse_note(checkpoint.note)
    (key,) = signers(note, vkeys_of(key_history.vkey_file()))
    assert key.name == AuditHead.objects.get().origin
    assert (note.checkpoint.size, note.checkpoint.root) == (7, bytes(checkpoint.root))
    assert newest() == checkpoint


def test_it_signs_one_size_once() -> None:
    assert signer.sign_head() == signer.sign_head()
    append()
    assert signer.sign_head().size == 2
    assert AuditCheckpoint.objects.count() == 2
    assert covering(1).size == 2
