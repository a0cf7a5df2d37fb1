"""How long the proof of one event takes in a long log, once the cached subtree roots are made.

python -m tests.bench proofs --events 1000000
"""

import random
import statistics
from collections.abc import Iterator

from audit.models import AuditCheckpoint, AuditHead
from audit.proofs import consistency_of, extend_subtrees, proof_of
from audit.signing import checkpoints
from audit.signing.signer import sign_head
from audit.subtrees import forget_subtrees
from tests.bench.figures import Figures, seconds
from tests.bench.long_log import lengthen

WANTED_MS = 50
PROOFS_PER_ROUND = 40


def measure(*, events: int, rounds: int) -> Iterator[Figures]:
    """Events drawn by a fixed seed, each proven, checked and written out; milliseconds for one."""
    lengthen(max(2, events // 2))
    earlier = checkpoints.newest() or sign_head()
    lengthen(events)
    newest = sign_head()
    size = AuditHead.objects.get().size
    forget_subtrees()
    yield {"figure": "cache filled, seconds", "events": size, "seconds": round(_fill(size), 3)}
    draw = random.Random(size)  # noqa: S311 - which events are measured is no secret.
    taken = [_ms(draw.randrange(size), newest) for _ in range(rounds * PROOFS_PER_ROUND)]
    yield {
        "figure": "proof of one event, ms",
        "events": size,
        "proofs": len(taken),
        "median": round(statistics.median(taken), 2),
        "p95": round(statistics.quantiles(taken, n=20)[-1], 2),
        "largest": round(max(taken), 2),
        "wanted": f"at most {WANTED_MS}",
    }
    between = [1000 * seconds(lambda: consistency_of(earlier, newest)) for _ in range(rounds)]
    yield {"figure": "consistency of two checkpoints, ms", "median": round(statistics.median(between), 2)}


def _fill(size: int) -> float:
    return seconds(lambda: extend_subtrees(size))


def _ms(seq: int, checkpoint: AuditCheckpoint) -> float:
    return 1000 * seconds(lambda: proof_of(seq, checkpoint=checkpoint).text())
