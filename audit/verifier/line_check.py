"""The strict check of event lines, one after another: profile, number, time, and how the log begins.

Standard library only. Both the verifier of exports and the check of the database look at lines through this.
"""

from dataclasses import dataclass, field
from typing import Self

from audit.log_format import JSON, LogFormatError, parse_line
from audit.verifier.plain_line import number_and_time

BEGINNINGS = ("log.created", "log.continued")
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class LineError(ValueError):
    """A line that the log cannot have written at this place; the message says why."""


@dataclass
class LineCheck:
    """Checks the lines from event `first_seq` on, and keeps what can only be said about all of them.

    `beginning` is event 0, once it was seen. Times that go backwards are counted and not refused: clocks are
    put right, and the order of events is that of their numbers.
    """

    first_seq: int = 0
    next_seq: int = field(init=False)
    beginning: dict[str, JSON] | None = None
    first_time: str = ""
    last_time: str = ""
    times_back: int = 0
    first_back: int | None = None

    def __post_init__(self) -> None:
        self.next_seq = self.first_seq

    def take(self, line: bytes | str) -> dict[str, JSON]:
        """The next line, without its LF, read. Raises LineError when it does not belong here."""
        entry = read_line(line)
        self._check_number(entry["seq"])
        if self.next_seq == 0:
            if entry["act"] not in BEGINNINGS:
                raise LineError(f"event 0 must be {' or '.join(BEGINNINGS)}, not {entry['act']!r}.")
            self.beginning = entry
        self._take_time(str(entry["ts"]), at=self.next_seq)
        self.next_seq += 1
        return entry

    def pass_over(self, line: bytes) -> None:
        """The same check for somebody who need not know what the line says, and is faster without."""
        plain = number_and_time(line) if self.next_seq else None
        if plain is None:
            self.take(line)
            return
        seq, time = plain
        self._check_number(seq)
        self._take_time(time, at=self.next_seq)
        self.next_seq += 1

    def follow(self, later: Self) -> None:
        """Go on with what another check found in the lines that come next."""
        if later.first_time:
            self._take_time(later.first_time, at=later.first_seq)
            self.last_time = later.last_time
        self.times_back += later.times_back
        if self.first_back is None:
            self.first_back = later.first_back
        self.beginning = self.beginning or later.beginning
        self.next_seq = later.next_seq

    def _check_number(self, seq: JSON) -> None:
        if seq != self.next_seq:
            raise LineError(f"its seq is {seq}, where {self.next_seq} belongs.")

    def _take_time(self, time: str, *, at: int) -> None:
        # All times have one form and one zone, so that text compares as time does.
        if time < self.last_time:
            self.times_back += 1
            if self.first_back is None:
                self.first_back = at
        self.first_time = self.first_time or time
        self.last_time = time


def read_line(line: bytes | str) -> dict[str, JSON]:
    """What a line says, wherever it stands. Raises LineError unless it has the one form of version 1."""
    try:
        return parse_line(line if isinstance(line, str) else line.decode())
    except UnicodeDecodeError as error:
        raise LineError(f"its byte {error.start + 1} is not UTF-8.") from None
    except LogFormatError as error:
        raise LineError(str(error).removeprefix("line: ") + _likely_cause(line)) from None


def _likely_cause(line: bytes | str) -> str:
    octets = line.encode("utf-8", "surrogatepass") if isinstance(line, str) else line
    if octets.startswith(BYTE_ORDER_MARK):
        return " The file begins with a byte order mark, which an editor has added."
    if octets.endswith(b"\r"):
        return " The line ends in CR LF, which an editor or a transfer in text mode has made of LF."
    return ""
