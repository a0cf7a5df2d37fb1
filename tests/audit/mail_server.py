"""A mail server of a few lines: enough SMTP (RFC 5321) to take mail, and to misbehave as it is told."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message


@dataclass
class MailServer:
    """What came in, and how to answer: `answers` holds others for a command, such as `RCPT TO:<a@b>`.

    The answer `hang up` ends the connection, `silence` keeps it open and never answers. `meanwhile` is done
    when a mail has come, before it is answered.
    """

    port: int = 0
    came: list[tuple[str, Message]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    calls: int = 0
    meanwhile: Callable[[], None] = lambda: None


class _Session(socketserver.StreamRequestHandler):
    """One connection."""

    server: "_Listener"

    def handle(self) -> None:
        told = self.server.told
        told.calls += 1
        self._say(told.answers.get("connect", "220 ready"))
        recipient = ""
        while line := self.rfile.readline().decode().strip():
            answer = next(
                (text for key, text in told.answers.items() if line.upper().startswith(key.upper())), ""
            )
            if answer == "hang up":
                return
            if answer == "silence":
                self.rfile.read()
                return
            if line.upper() == "DATA" and not answer:
                self._say("354 go on")
                told.came.append((recipient, message_from_bytes(self._data())))
                told.meanwhile()
            if line.upper().startswith("RCPT"):
                recipient = line.partition("<")[2].rstrip(">")
            self._say(answer or ("221 bye" if line.upper() == "QUIT" else "250 ok"))

    def _data(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            # A line that begins with a dot was sent with one more (RFC 5321, section 4.5.2).
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    told: MailServer


@contextmanager
def listening() -> Iterator[MailServer]:
    """The server on a free port of this machine."""
    with _Listener(("127.0.0.1", 0), _Session) as listener:
        listener.told = MailServer(port=listener.server_address[1])
        thread = threading.Thread(target=listener.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield listener.told
        finally:
            listener.shutdown()
            thread.join()
