"""`manage.py certificate`: what proves that CXone reported a request as carried out, as files in a folder."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from erasure import certificates
from erasure.certificates import Certificate, CertificateRefused, Copy
from erasure.certificates.folder import refuse_folder, write
from erasure.models import PrivacyRequest
from privacyadmin.key_check import KeysDoNotFitError, refuse_unfitting_keys
from privacyadmin.service_account import acting

#: Who may take which copy, and what is said to anybody else.
MAY_TAKE = {
    Copy.PERSON: (
        "erasure.take_certificate",
        "may not hand out certificates: only privacy officers do. Name one with --as.",
    ),
    Copy.AUDIT: (
        "erasure.take_audit_copy",
        "may not take the auditors’ copy: only auditors do. Name one with --as.",
    ),
}


class Command(BaseCommand):
    """Exit 0 when all files are in the folder, else 1 with the reason on standard error."""

    help = (
        "Write the certificate of one request into a folder: proof.txt, opening.json, report.html, vkey and "
        "README.txt; one proof and one opening for each submission. That it was taken goes on record."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The arguments as the interfaces name them, and which copy."""
        parser.add_argument("reference", metavar="REFERENCE", help="such as PR-2026-000042")
        parser.add_argument(
            "--out", metavar="DIR", type=Path, required=True, help="the folder; made if need be"
        )
        parser.add_argument(
            "--copy",
            choices=[copy.value for copy in Copy],
            default=Copy.PERSON.value,
            help="person (default): with what opens the proofs; audit: the full report, masked, without it",
        )
        parser.add_argument(
            "--as", dest="user", metavar="USER", help="take it as this person; else as the service account"
        )

    def handle(self, *_args: Any, reference: str, out: Path, user: str | None, **options: Any) -> None:
        """Take it and write it. Raises CommandError for whatever keeps it from being complete."""
        copy = Copy(options["copy"])
        try:
            refuse_unfitting_keys()
            request = _request(reference)
            permission, refusal = MAY_TAKE[copy]
            by = acting(user, permission=permission, refusal=refusal)
            refuse_folder(out, request=request, copy=copy)
            certificate = certificates.take(request, copy=copy, by=by, via="command")
            write(out, certificate.files)
        except (KeysDoNotFitError, CertificateRefused) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{out} cannot be written ({error.strerror or error}). Make room, or name another folder "
                "with --out, and take it again."
            ) from error
        self._tell(out, certificate)

    def _tell(self, out: Path, certificate: Certificate) -> None:
        for name in sorted(certificate.files):
            self.stdout.write(str(out / name))
        self.stderr.write(f"That it was taken is entry #{certificate.seq} of the audit log.")
        if certificate.copy is Copy.PERSON:
            self.stderr.write("The openings name the person: hand them to nobody else.")


def _request(reference: str) -> PrivacyRequest:
    found = PrivacyRequest.objects.filter(reference=reference.strip().upper()).first()
    if found is None:
        raise CommandError(f"There is no request {reference}. A reference looks like PR-2026-000042.")
    return found
