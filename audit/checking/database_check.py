"""The log in the database recomputed against itself: lines, tree, head, checkpoints, ended logs, triggers.

It is bounded by the head's size at its start, reads page by page, locks nothing and writes nothing. A log
that was rewritten whole, and signed anew, by somebody who holds database and key is consistent: only a
checkpoint that was kept outside, presented as `known`, shows it.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.models import Max, Subquery

from audit.append_only import triggers_missing
from audit.checking.findings import Verdict
from audit.checking.log_walk import LogWalk, WalkedLog
from audit.checking.verification_report import Progress, VerificationReport, untold
from audit.log_format import Frontier, LogFormatError
from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastLog
from audit.signing import signer, signer_memory, signing_key
from audit.signing.signing_errors import SignerMemoryError, SigningError
from audit.verifier.signed_note import Note, to_base64


def check_database(
    *, known: Sequence[Note] = (), progress: Progress = untold, using: str = "default"
) -> VerificationReport:
    """Recompute everything. Findings are data; raises only when the database cannot be asked at all.

    `known` are notes that were kept outside, of the log or of one that ended.
    """
    return _DatabaseCheck(known, progress, using).run()


class _DatabaseCheck:
    def __init__(self, known: Sequence[Note], progress: Progress, using: str) -> None:
        self.known, self.progress, self.using = known, progress, using
        self.report = VerificationReport()
        self.findings = self.report.findings
        self.signed: dict[str, Frontier] = {}
        #: What each log's first event says of the one that it continues, by the continuing log's name.
        self.continued: list[dict[str, Any]] = []

    def run(self) -> VerificationReport:
        # Before the head is read: what was signed by then cannot cover more than the head counts.
        newest = self._newest_checkpoints()
        self._remember()
        head = _head(using=self.using)
        if head is None:
            self.findings.add(Verdict.FAIL, "The head of the log is gone. Restore it from a backup.")
            return self.report
        ended = list(AuditPastLog.objects.using(self.using).order_by("ended_at"))
        present = WalkedLog(
            name="The log",
            log=str(head.log),
            origin=head.origin,
            size=head.size,
            frontier=bytes(head.frontier),
            newest=newest.pop(head.origin, 0),
        )
        self.report.log, self.report.origin, self.report.size = present.log, present.origin, present.size
        self.report.ended = sum(past.size for past in ended)
        self.report.root = self._walk(present, before=0)
        self._compare_head(head)
        self._check_key()
        before = head.size
        # The newest first: the log that continues another one says what had been signed of that.
        for past in reversed(ended):
            self._walk(self._ended(past, newest.pop(past.origin, 0)), before=before)
            before += past.size
        self._compare_names(ended, strange=[*newest, *(note.checkpoint.origin for note in self.known)])
        self._compare_continuations(ended)
        self._check_triggers()
        return self.report

    def _newest_checkpoints(self) -> dict[str, int]:
        rows = AuditCheckpoint.objects.using(self.using).values_list("origin")
        return dict(rows.annotate(newest=Max("size")).order_by())

    def _remember(self) -> None:
        """What the signer remembers beside its key, where this process may look."""
        try:
            self.signed = dict(signer_memory.remembered(settings.AUDIT_KEY_FILE))
        except SignerMemoryError as error:
            self.report.unchecked.append(f"What the signer remembers was not compared. {error}")
            return
        if not signing_key.beside(settings.AUDIT_KEY_FILE, "signed").exists():
            self.report.unchecked.append(
                "What the signer remembers was not compared: there is no such file here."
            )

    def _walk(self, log: WalkedLog, *, before: int) -> bytes | None:
        total = self.report.size + self.report.ended
        walk = LogWalk(
            log,
            known=self.known,
            remembered=self.signed.get(log.origin),
            findings=self.findings,
            using=self.using,
        )
        root = walk.walk(lambda done: self.progress(before + done, total))
        beginning = walk.rows.beginning
        if beginning is not None and beginning["act"] == "log.continued":
            data: Any = beginning.get("data", {})
            self.continued.append(data)
        return root

    def _ended(self, past: AuditPastLog, newest: int) -> WalkedLog:
        declared = [
            data["signed_size"]
            for data in self.continued
            if data.get("signed_origin") == past.origin and isinstance(data.get("signed_size"), int)
        ]
        return WalkedLog(
            name=f"The ended log {past.origin}",
            log=str(past.log),
            origin=past.origin,
            size=past.size,
            frontier=bytes(past.frontier),
            newest=newest,
            declared=max(declared, default=0),
            past=past,
        )

    def _compare_head(self, head: Any) -> None:
        if head.last is not None and (not isinstance(head.last, int) or head.last >= head.size):
            self.findings.add(
                Verdict.FAIL,
                f"The head counts {head.size} events, and an event with the number {head.last} stands after "
                "them. Nothing can be appended until head and events fit: restore both from one backup.",
            )
        if head.base_size or bytes(head.base_frontier):
            self.findings.add(
                Verdict.FAIL,
                f"The head says that {head.base_size} events were moved away. This program moves none.",
            )

    def _check_key(self) -> None:
        """The key beside which the signer works has to be the one that the log names."""
        try:
            misfit = signer.key_misfit(using=self.using)
        except ImproperlyConfigured:
            self.report.unchecked.append(
                "The signing key was not compared with the log: this process cannot read it."
            )
            return
        except SigningError as error:
            misfit = str(error)
        if misfit:
            self.findings.add(Verdict.BAD_SIGNATURE, misfit)

    def _compare_names(self, ended: Sequence[AuditPastLog], *, strange: Sequence[str]) -> None:
        """Whatever was signed, presented or remembered has to be about a log that is here."""
        ours = {self.report.origin, *(past.origin for past in ended)}
        # A log of which nothing is signed yet is only expected, and may never have come to be.
        signed = [origin for origin, tree in self.signed.items() if tree.size]
        for origin in sorted({*strange, *signed} - ours):
            self.findings.add(
                Verdict.WRONG_LOG,
                f"There is a checkpoint of {origin}, which is no log of this database. Its log is "
                f"{self.report.origin}.",
            )

    def _compare_continuations(self, ended: Sequence[AuditPastLog]) -> None:
        """Each ended log is continued once, by a log that begins with how long it was and what its root was.

        A log that names another one as continued, which is not here, has lost its past.
        """
        named = {str(data.get("origin")): data for data in self.continued}
        for past in ended:
            data = named.pop(past.origin, None)
            told = None if data is None else (data.get("size"), data.get("root"))
            if told != (past.size, _root_of(past)):
                self.findings.add(
                    Verdict.FAIL,
                    f"The log {past.origin} has ended, and no later one begins by naming its size and root.",
                )
        for origin in named:
            self.findings.add(
                Verdict.TRUNCATED, f"A log begins as the continuation of {origin}, whose events are gone."
            )

    def _check_triggers(self) -> None:
        if missing := triggers_missing(connections[self.using]):
            self.findings.add(
                Verdict.FAIL,
                f"The triggers that let the log only grow are not all in place: {', '.join(missing)}. "
                "Run `manage.py install_append_only` as the owner of the tables.",
            )


def _head(*, using: str) -> Any:
    """The head, with the last number there is at the same moment; None without one."""
    last = AuditEvent.objects.using(using).order_by("-seq").values("seq")[:1]
    return AuditHead.objects.using(using).annotate(last=Subquery(last)).filter(pk=AuditHead.ONLY).first()


def _root_of(past: AuditPastLog) -> str | None:
    try:
        return to_base64(Frontier.unpack(past.size, bytes(past.frontier)).root())
    except LogFormatError:
        return None
