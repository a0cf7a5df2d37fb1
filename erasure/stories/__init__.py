"""What a row's state tells of it, what the log's events tell of it, and in what the two stories differ.

A story is made of marks: the event that belongs to a state, the submission it is about, and the facts that
stand on both sides. A state that has to be on record and the event that records it are written by the same
function in one transaction; here is which belongs to which.
"""

from erasure.stories.marks import HOLD_ACTS, REQUEST_ACTS
from erasure.stories.of_events import REPORT_ALONE, tell_events
from erasure.stories.of_rows import HOLD_COLUMNS, REQUEST_COLUMNS, hold_stories, request_stories
from erasure.stories.told import Story, nothing_there

__all__ = [
    "HOLD_ACTS",
    "HOLD_COLUMNS",
    "REPORT_ALONE",
    "REQUEST_ACTS",
    "REQUEST_COLUMNS",
    "Story",
    "hold_stories",
    "nothing_there",
    "request_stories",
    "tell_events",
]
