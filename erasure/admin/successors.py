"""Which submission of a request took the place of which: filed anew, or taken apart into a held part and a
rest.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from erasure.models import Submission
from erasure.plain_words import categories_words


@dataclass(frozen=True)
class Successors:
    """The submissions of one request by their keys, and what took the place of each, in order of filing."""

    rows: Mapping[int, Submission]
    after: Mapping[int, Sequence[Submission]]

    @classmethod
    def among(cls, submissions: Iterable[Submission]) -> "Successors":
        """The order in which these follow each other."""
        after: dict[int, list[Submission]] = defaultdict(list)
        rows = {row.pk: row for row in submissions}
        for row in sorted(rows.values(), key=lambda row: row.number):
            if row.replaces_id:
                after[row.replaces_id].append(row)
        return cls(rows, after)

    def of(self, submission: Submission) -> Sequence[Submission]:
        """What took its place; empty for what still stands."""
        return self.after.get(submission.pk, ())

    def first_filed_at(self, submission: Submission) -> datetime:
        """When that was filed whose place it takes in the end."""
        earlier = self._before(submission)
        return self.first_filed_at(earlier) if earlier else submission.filed_at

    def split_words(self, submission: Submission) -> str:
        """Into which parts it was taken, or which part of what it is; empty where nothing was put apart."""
        if len(parts := self.of(submission)) > 1:
            held, rest = parts[0], parts[1]
            return _(
                "Taken apart: submission %(number)s has what is held (%(categories)s), submission "
                "%(number_2)s the rest (%(categories_2)s)."
            ) % {
                "number": held.number,
                "categories": categories_words(held.categories),
                "number_2": rest.number,
                "categories_2": categories_words(rest.categories),
            }
        earlier = self._before(submission)
        if earlier is None or len(siblings := self.of(earlier)) < 2:
            return ""
        if siblings[0].pk == submission.pk:
            return _("Held part of submission %(number)s.") % {"number": earlier.number}
        return _("Part of submission %(number)s that nothing held.") % {"number": earlier.number}

    def _before(self, submission: Submission) -> Submission | None:
        return self.rows.get(submission.replaces_id) if submission.replaces_id else None
