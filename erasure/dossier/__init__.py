"""What is on record about a person, for whoever presents the identifier: one ZIP with dates, answers, proofs.

It names no identifier but those that are presented, no matter, and no words of colleagues; and it brings
nothing back: what was shredded is found by its fingerprint, and stays shredded.
"""

from erasure.dossier.presented import DossierRefused, Presented, whose
from erasure.dossier.proofs import openable, provable
from erasure.dossier.reading import requests_of, submissions_of
from erasure.dossier.taking import Dossier, TooManyDossiers, begin

__all__ = [
    "Dossier",
    "DossierRefused",
    "Presented",
    "TooManyDossiers",
    "begin",
    "openable",
    "provable",
    "requests_of",
    "submissions_of",
    "whose",
]
