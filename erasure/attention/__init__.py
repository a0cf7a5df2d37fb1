"""What needs somebody: requests, each in its most pressing group only, with one sentence of what to do.

Pure questions to the database; nothing here moves anything.
"""

from erasure.attention.certifying import UNCERTIFIED_DAYS, to_be_certified, uncertified
from erasure.attention.decisions import to_be_decided_by, undecided_overrides
from erasure.attention.groups import Counts, Todo, TodoGroup, counts, needing_somebody, to_be_handed_over
from erasure.attention.marked import marked_after_answer, to_be_looked_at
from erasure.attention.needs import IN_NO_HURRY, NEED_WORDS, Need, need_column
from erasure.attention.releases import WaitingRelease, waiting_releases
from erasure.attention.sentences import lapsed_words

__all__ = [
    "IN_NO_HURRY",
    "NEED_WORDS",
    "UNCERTIFIED_DAYS",
    "Counts",
    "Need",
    "Todo",
    "TodoGroup",
    "WaitingRelease",
    "counts",
    "lapsed_words",
    "marked_after_answer",
    "need_column",
    "needing_somebody",
    "to_be_certified",
    "to_be_decided_by",
    "to_be_handed_over",
    "to_be_looked_at",
    "uncertified",
    "undecided_overrides",
    "waiting_releases",
]
