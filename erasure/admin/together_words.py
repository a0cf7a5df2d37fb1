"""What is said of acts on several things at once: too many of them, and why some were left out."""

from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext as _

from erasure.plain_words import count_words
from erasure.together import MOST


def too_many_words(count: int, noun: str) -> str:
    """That so many are more than are done at once; empty while they are not."""
    if count <= MOST:
        return ""
    return _("You chose %(count)s. Choose at most %(most)s at once, so that each can be read.") % {
        "count": count_words(count, noun),
        "most": MOST,
    }


def reasons_of(refused: Mapping[str, str], what: str) -> list[str]:
    """A sentence for each reason, with the names of all that were refused for it."""
    names = defaultdict(list)
    for name, why in refused.items():
        names[why].append(name)
    return [f"{what}: {', '.join(named)}. {why}" for why, named in names.items()]
