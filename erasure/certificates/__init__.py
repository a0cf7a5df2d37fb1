"""What can be handed out about a request: proofs that CXone's reports stand unaltered in the log, and a page.

The person's copy opens the proofs (it names the identifier and carries the salt) and says no more than that
person may know; the auditors' copy tells everything the log tells, masked, and opens nothing.
"""

from erasure.certificates.contents import CertificateRefused, Contents, Copy, contents_of
from erasure.certificates.taking import Certificate, take
from erasure.stories import REPORT_ALONE

__all__ = ["REPORT_ALONE", "Certificate", "CertificateRefused", "Contents", "Copy", "contents_of", "take"]
