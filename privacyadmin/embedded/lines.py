"""What the supervisor and its parts say: whole lines, each with the name of who said it."""

import os

#: Wide enough for the longest name of a part, so that the bars stand below one another.
NAME_WIDTH = 9
#: A part that writes without ever ending its line is cut here, in bytes.
LONGEST_LINE = 64 * 1024


class Lines:
    """Writes `name     | text` to a descriptor, and goes on in silence when nobody reads any more.

    A closed terminal must not keep the supervisor from stopping its parts, hence no error.
    """

    def __init__(self, descriptor: int = 1) -> None:
        self.descriptor = descriptor

    def say(self, name: str, text: str) -> None:
        """Write one line, or one for each line of the text."""
        for line in text.splitlines() or [""]:
            self._write(f"{name:{NAME_WIDTH}}| {line}\n".encode(errors="replace"))

    def _write(self, octets: bytes) -> None:
        try:
            while octets:
                octets = octets[os.write(self.descriptor, octets) :]
        except OSError:
            return


class LineCutter:
    """Turns what arrives in pieces into lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, octets: bytes) -> list[str]:
        """The lines completed by these octets, and an overlong one cut."""
        *whole, self._rest = (self._rest + octets).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            whole.append(self._rest)
            self._rest = b""
        return [line.decode(errors="replace").rstrip("\r") for line in whole]

    def finish(self) -> list[str]:
        """What was left without an end of line."""
        rest, self._rest = self._rest, b""
        return [rest.decode(errors="replace")] if rest else []
