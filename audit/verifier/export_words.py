"""The sentences in which the verifier says what it found in an export. Standard library only.

Each claims what was compared and nothing else, and names what the reader can do next.
"""

from collections.abc import Mapping, Sequence

from audit.log_format import JSON
from audit.verifier.key_trust import Rotation
from audit.verifier.signed_note import Vkey

FALSE_SIGNATURE = (
    "It names a key of your vkey file, but was not made with it, or what it signs was changed afterwards."
)
UNSIGNED = (
    "A checkpoint without a signature you can check says nothing, so the lines were not judged by it. Ask "
    "for the vkey file by another way than the export came."
)
TWO_OF_ONE_SIZE = (
    "A log has one root at one size: at least one of the two is of a history that was rewritten."
)
REWRITTEN = (
    "The lines are those that the presented checkpoint signs, but they do not begin with the events of the "
    "other: events were changed after it was signed."
)
TRANSFERABLE = (
    "Both notes are signed by the log's own keys. Together, shown to anybody who has the keys, they are "
    "evidence that the history was rewritten. Keep both files; they follow whole."
)
AS_SIGNED_ALL_THE_SAME = (
    "All the same the bytes of the file are those that the checkpoint signs: the log itself holds "
    "such a line."
)
NOT_AS_SIGNED_EITHER = "Nor are the bytes of the file those that the checkpoint signs."
PART_WITHOUT_FRONTIER = (
    "If this is a part of a log, which begins at a later event, present its frontier file with --frontier."
)
OVERLONG = "it is longer than any line of the log."
BEGINNING_WITHOUT_KEY = "event 0 does not carry the log's verifier key."
BEGINNING_WITH_OTHER_KEY = (
    "event 0 names a key that is not in your vkey file, and no change of key in the log leads from it to one "
    "that is."
)
NO_EVENT = "it is missing; every log begins with event 0."
TRUNCATED = (
    "Lines are missing, at the end or elsewhere. Whether those that are there are unchanged cannot be told "
    "from this checkpoint."
)
KNOWN_IS_LONGER = (
    "Either the export is older than that checkpoint, and a newer one will show whether it goes on as it "
    "should, or events were dropped. This export cannot tell which."
)
NOT_THE_PROVEN_EVENT = "it is not the event that a proof you hold shows at this place."
LINES_CHANGED = (
    "At least one line there was changed, exchanged, inserted or removed. A root does not tell which; a "
    "known checkpoint or proof of a size between narrows it down."
)
OR_THE_FRONTIER = "Or the frontier file is not that of the log."
FRONTIER_FIRST = (
    "With another frontier nothing can be said of the lines. Present the frontier file that was written with "
    "this export, or a whole export."
)
OTHER_THAN_DECLARED = (
    "The checkpoint you held and event 0 give two roots to the same log at the same size: it was rewritten "
    "before it was continued, or event 0 does not tell what it continues."
)
STRICT = (
    "Every line has the one form of version 1, the numbers follow one another without a gap, and the first "
    "event fits the key."
)
QUICK = "Only bytes were compared (--quick): not the form of the lines, their numbers or their times."
WITHOUT_KNOWN = (
    "This means: consistent with the checkpoint presented. Without a checkpoint kept outside the reach of "
    "whoever runs the log, a rewrite by somebody who holds database and key cannot be excluded. Present what "
    "you kept with --known: checkpoints of earlier exports, from mails, or proofs."
)
WHAT_A_LOG_SHOWS = (
    "The log shows what was recorded, at the time of its server's clock. It cannot show what was never "
    "recorded, nor what another system did."
)


def holds(*, first: int, end: int, origin: str) -> str:
    """What holds."""
    what = f"all {end} events" if first == 0 else f"events {first} to {end - 1}"
    return f"{what} of {origin} are those that the checkpoint signs."


def other_log(what: str, *, theirs: str, ours: str) -> str:
    """Two logs where one was meant."""
    return f"The checkpoint is one of {ours}; the {what} is of {theirs}."


def unsigned(file: str, size: int) -> str:
    """No signature that counts."""
    return f"{file}: no key of your vkey file that counts at {size} events signed this checkpoint."


def changed_key(line: int, rotation: Rotation) -> str:
    """What to present where the log says that a key was replaced."""
    return (
        f"Line {line} says that the key {rotation.previous.key_id.hex()} was replaced by "
        f"{rotation.vkey.key_id.hex()}. To follow that, present a checkpoint over that line which both keys "
        "signed (checkpoint-at-key-change-… in the folder of a whole export, with --known), or the present "
        "vkey file. A checkpoint over that line that only the old key signed does not count."
    )


def trust_extended(line: int, key: Vkey) -> str:
    """A key that was not in the file and is trusted now."""
    return (
        f"Line {line} replaced a key of your vkey file, and a checkpoint over it is signed by the old and "
        f"the new one, so the new one was trusted too: {key.text()}"
    )


def begins_after(base: int, size: int) -> str:
    """A part that the checkpoint does not reach."""
    return f"the export begins at event {base}, after the {size} events that the checkpoint covers."


def not_covered(size: int) -> str:
    """A line beyond the checkpoint."""
    return f"the checkpoint covers {size} events, and this line and any after it are not among them."


def too_short(*, end: int, size: int, unfinished: bool) -> str:
    """Fewer lines than signed."""
    how = ", then stops in the middle of a line" if unfinished else ""
    return f"the export goes up to {end} events{how}; its checkpoint covers {size}."


def known_is_longer(*, end: int, file: str, size: int) -> str:
    """Fewer events than somebody already saw."""
    return f"the export goes up to {end} events; {file} was signed over {size}."


def lines_changed(first: int, last: int) -> str:
    """Between which lines a change lies."""
    if first == last:
        return f"line {first}: it is not what was signed."
    return f"lines {first} to {last}: they are not what was signed."


def fork(*, at: int, one: str, other: str) -> str:
    """Two histories."""
    return f"at {at} events: {one} and {other} are signed, and exclude each other."


def event_changed(seq: int, line: int) -> str:
    """An event that a proof shows differently."""
    return f"The proof shows event {seq}, and line {line} of the export is another one."


def clock_back(*, line: int, times: int) -> str:
    """The clock went back."""
    where = f"at line {line}" if times == 1 else f"{times} times, first at line {line}"
    return (
        f"The time goes backwards {where}: the server's clock was put back, or was wrong before. The order "
        "of the events is that of their numbers and is not in doubt."
    )


def before_the_part(file: str, *, size: int, base: int) -> str:
    """A known note that cannot be compared."""
    return (
        f"{file}, over {size} events, was not compared: the export begins at event {base}, and what came "
        "before is only there as hashes. A whole export can be held against it."
    )


def other_frontier(file: str, base: int) -> str:
    """A frontier that is not what was signed over as many events."""
    return (
        f"the frontier file is not that of the log: {file} signs another root over the {base} events "
        "before the first line."
    )


def root_of_nothing(file: str) -> str:
    """A note over no events that does not have the one root of an empty log."""
    return f"a log of 0 events has one root only, and {file} names another."


def declared_otherwise(file: str, size: int) -> str:
    """A known note of a continued log that is not what event 0 says of it."""
    return f"at {size} events of the log that this one continues: {file} and event 0 exclude each other."


def as_declared(file: str, size: int) -> str:
    """A known note of a continued log that is what event 0 says of it."""
    return (
        f"{file} is of a log that this one continues, and agrees with what event 0 declares of its {size} "
        "events."
    )


def of_the_continued_log(file: str, size: int, continued: Mapping[str, JSON], *, signed: bool) -> str:
    """A known note of the log that this one continues."""
    if not signed:
        return f"{file} is of the log that this one continues; no key in your vkey file signed it."
    declared = continued.get("size")
    beyond = isinstance(declared, int) and size > declared
    more = f" It shows that at least {size} events were recorded there." if beyond else ""
    return f"{file} is of the log that this one continues, and was not compared with it.{more}"


def continuation(continued: Mapping[str, JSON]) -> str:
    """What a log says that declares a fork."""
    return (
        f"This log declares itself the continuation of {continued.get('origin')} at {continued.get('size')} "
        f"events (reason: {continued.get('reason')}). What that log held is to be verified by itself."
    )


def with_known(sizes: Sequence[int], end: int) -> str:
    """What the notes that were kept outside add."""
    largest = sizes[-1]
    which = f"{len(sizes)} checkpoints you held" if len(sizes) > 1 else "the checkpoint you held"
    begins = f"The log agrees with {which}: its first {largest} events are those that were signed then."
    if largest == end:
        return begins
    return f"{begins} For those after them there is only the presented checkpoint: keep it for the next time."
