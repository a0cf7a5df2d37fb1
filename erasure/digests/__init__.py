"""The daily summary by mail: what needs somebody, once a day, in their language, with no personal data in it.

A day's summary goes at most once: it is noted before it is handed over. Whoever is ended in between leaves
one out, and the pages say the same all the time.
"""

from erasure.digests.contents import Digest, digest_for
from erasure.digests.digest_round import DigestRound, send_due

__all__ = ["Digest", "DigestRound", "digest_for", "send_due"]
