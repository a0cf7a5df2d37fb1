"""Attacks on exports and proofs, each by name, with the verdict it must be given.

An attack lays files out in a folder and gives the arguments of the verifier. The same attacks are run against
the verifier as it is and against copies of it that were broken on purpose.
"""

from tests.audit.attacks import (
    on_files,
    on_lines,
    on_malformed_lines,
    on_parts,
    on_proofs,
    on_signatures,
)
from tests.audit.attacks.made import ATTACKS, Attack

__all__ = [
    "ATTACKS",
    "Attack",
    "on_files",
    "on_lines",
    "on_malformed_lines",
    "on_parts",
    "on_proofs",
    "on_signatures",
]
