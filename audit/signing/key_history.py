"""Which keys a log had, as its own lines name them: that of its beginning, and each that took over."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from audit.events import Event
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastLog

#: The events that name the key from which on the log is signed.
NAMING = (Event.LOG_CREATED, Event.LOG_CONTINUED, Event.KEY_ROTATED)


@dataclass(frozen=True)
class NamedKey:
    """A key, the number of the event that named it, and whether it took over from one before it."""

    vkey: str
    since: int
    took_over: bool


@dataclass(frozen=True)
class KeyChange:
    """A key that took over from another, and the checkpoint that both signed; None until there is one."""

    seq: int
    previous: str
    vkey: str
    checkpoint: AuditCheckpoint | None


def announced_key(*, size: int, using: str = "default") -> NamedKey | None:
    """The key that the first `size` events of the present log name last; None where none is named.

    Raises LogFormatError when the line that names it cannot be read.
    """
    named = AuditEvent.objects.using(using).filter(act__in=NAMING, seq__lt=size)
    event = named.order_by("-seq").first()
    if event is None or not isinstance(event.facts.get("vkey"), str):
        return None
    return _named_by(event)


def named_keys(*, size: int, using: str = "default") -> list[NamedKey]:
    """All keys that the first `size` events of the present log name, the oldest first."""
    events = AuditEvent.objects.using(using).filter(act__in=NAMING, seq__lt=size).order_by("seq")
    return [_named_by(event) for event in events if event.facts.get("vkey")]


def _named_by(event: AuditEvent) -> NamedKey:
    return NamedKey(str(event.facts["vkey"]), event.seq, took_over=event.act == Event.KEY_ROTATED)


def key_changes(*, size: int | None = None, using: str = "default") -> list[KeyChange]:
    """Each change of the present log's key within its first `size` events, with its covering checkpoint."""
    head = AuditHead.objects.using(using).get()
    keys = named_keys(size=head.size if size is None else size, using=using)
    return [
        KeyChange(new.since, old.vkey, new.vkey, _first_over(new.since, origin=head.origin, using=using))
        for old, new in pairwise(keys)
    ]


def _first_over(seq: int, *, origin: str, using: str) -> AuditCheckpoint | None:
    covering = AuditCheckpoint.objects.using(using).filter(origin=origin, size__gt=seq)
    return covering.order_by("size").first()


def vkey_file(*, origin: str | None = None, using: str = "default") -> str:
    """The vkey file of the present log, or of an ended one: its key, and those rotated out with `until=`.

    Raises AuditPastLog.DoesNotExist for a log of another name.
    """
    head = AuditHead.objects.using(using).get()
    if origin is not None and origin != head.origin:
        return AuditPastLog.objects.using(using).get(origin=origin).vkeys
    keys = named_keys(size=head.size, using=using)
    retired = [_retired(change) for change in key_changes(using=using)]
    return _file(head.origin, [*retired, *(key.vkey for key in keys[-1:])])


def _retired(change: KeyChange) -> str:
    until = f" until={change.checkpoint.size}" if change.checkpoint else ""
    return f"{change.previous}{until}"


def _file(origin: str, lines: Iterable[str]) -> str:
    about = f"# The keys of the audit log {origin}. Compare them with those that you were given before."
    return "".join(f"{line}\n" for line in [about, *lines])
