"""The sandbox's callbacks: one POST to the `callbackUrl` when a request has ended, never repeated."""

import contextlib
import heapq
import itertools
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import urllib3

from erasure.cxone.sandbox.faults import Faults
from erasure.cxone.sandbox.register import Register
from erasure.cxone.sandbox.taken_request import TakenRequest

SENDERS = 8
SECONDS_TO_ANSWER = 10.0


class Callbacks:
    """Waits for requests to end and posts their callbacks, several at a time so that one slow receiver
    does not hold up the others.
    """

    def __init__(self, register: Register, faults: Faults) -> None:
        self._register = register
        self._faults = faults
        self._pool = urllib3.PoolManager(maxsize=SENDERS, block=True, retries=False)
        self._senders = ThreadPoolExecutor(SENDERS, thread_name_prefix="sandbox-callback")
        self._due: list[tuple[float, int, TakenRequest]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._stopped = False
        self._clerk = threading.Thread(target=self._wait_and_send, name="sandbox-callbacks", daemon=True)

    def start(self) -> None:
        """Begin, with what a journal says is still processing."""
        for request in self._register.unfinished():
            self.expect(request)
        self._clerk.start()

    def stop(self) -> None:
        """Send no more; what was not sent is lost, as it would be with CXone."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._clerk.is_alive():
            self._clerk.join()
        self._senders.shutdown(cancel_futures=True)
        self._pool.clear()

    def expect(self, request: TakenRequest) -> None:
        """Send this request's callback when it ends, if it wants one."""
        if request.completed is None or "callbackUrl" not in request.payload:
            return
        with self._changed:
            heapq.heappush(self._due, (request.completed, next(self._order), request))
            self._changed.notify()

    def send(self, request: TakenRequest) -> None:
        """Post the callback now, and wait for its answer, whatever that is."""
        url = request.payload.get("callbackUrl")
        if url is None:
            return
        self._register.count("callbacks")
        body = json.dumps(_callback(request)).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        # A callback is sent once: what the receiver makes of it is the receiver's business.
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            self._pool.request(
                "POST", url, body=body, headers=headers, timeout=SECONDS_TO_ANSWER, redirect=False
            )

    def _wait_and_send(self) -> None:
        while (request := self._next_due()) is not None:
            for send in self._as_faults_have_it():
                self._senders.submit(send, request)

    def _as_faults_have_it(self) -> list[Callable[[TakenRequest], None]]:
        if self._faults.take("lost-callback"):
            return []
        return [self.send, self.send] if self._faults.take("double-callback") else [self.send]

    def _next_due(self) -> TakenRequest | None:
        """Wait for the next request to end; None when stopped."""
        with self._changed:
            while not self._stopped:
                left = self._due[0][0] - time.time() if self._due else None
                if left is not None and left <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(left)
        return None


def _callback(request: TakenRequest) -> dict[str, Any]:
    """The body of a callback (contract, "Callback")."""
    completed = request.completed or request.created
    return {
        "requestId": request.id,
        "subjectId": request.payload["subjectId"],
        "status": request.fate.status,
        "categories": request.payload["categories"],
        "scope": request.payload["scope"],
        "durationMs": round((completed - request.created) * 1000),
        "recordsAffected": request.fate.records,
    }
