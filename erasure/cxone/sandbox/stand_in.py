"""The sandbox as one thing to start and stop."""

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from erasure.cxone.endpoint import Endpoint
from erasure.cxone.sandbox.application import Application
from erasure.cxone.sandbox.callbacks import Callbacks
from erasure.cxone.sandbox.faults import Faults
from erasure.cxone.sandbox.register import Register
from erasure.cxone.sandbox.server import Server
from erasure.cxone.sandbox.vault import VAULT_SECRET, VaultReceiver


class Sandbox:
    """A CXone of one's own, with requests in memory (and in `journal`, if a file is named).

    Times are in seconds. Raises ValueError for a fault that does not exist.
    """

    def __init__(
        self,
        *,
        client_id: str = "demo",
        client_secret: str = "demo-secret",  # noqa: S107 - it guards made-up people on one's own machine
        processing_seconds: float = 2.0,
        token_seconds: float = 3600.0,
        retry_after: int = 2,
        faults: Iterable[str] = (),
        journal: Path | None = None,
    ) -> None:
        self._credentials = (client_id, client_secret)
        self._retry_after = retry_after
        self._faults = Faults(faults)
        self._register = Register(
            processing_seconds=processing_seconds, token_seconds=token_seconds, journal=journal
        )
        self._callbacks = Callbacks(self._register, self._faults)
        self._server: Server | None = None
        self._application: Application | None = None
        self._thread: threading.Thread | None = None
        self._base_url = ""

    def start(self, port: int = 0, host: str = "127.0.0.1") -> str:
        """Serve from threads of this process; gives the base URL. Raises OSError for a taken port.

        Port 0 takes any that is free. A stopped sandbox cannot be started again: make another.
        """
        # The paths are the contract's; the address is not known before the port is bound.
        application = Application(
            Endpoint("http://sandbox.invalid", *self._credentials),
            register=self._register,
            faults=self._faults,
            callbacks=self._callbacks,
            vault=VaultReceiver(VAULT_SECRET),
            retry_after=self._retry_after,
        )
        self._server = Server((host, port), application)
        self._application = application
        self._base_url = f"http://{host}:{self._server.server_address[1]}"
        self._callbacks.start()
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="sandbox", daemon=True
        )
        self._thread.start()
        return self._base_url

    def stop(self) -> None:
        """End every connection and thread; harmless when done twice or before a start."""
        if self._server is not None and self._thread is not None and self._application is not None:
            self._application.stopping.set()
            self._server.shutdown()
            self._server.server_close()
            self._server.disconnect_all()
            self._thread.join()
            self._server = None
        self._callbacks.stop()
        self._register.close()

    @property
    def endpoint(self) -> Endpoint:
        """What a client needs to speak to this sandbox, once it is started."""
        return Endpoint(self._base_url, *self._credentials)

    @property
    def faults(self) -> list[str]:
        """The faults that are on; assign a list to change them."""
        return self._faults.describe()

    @faults.setter
    def faults(self, specs: Iterable[str]) -> None:
        self._faults.replace(specs)

    @property
    def requests(self) -> list[dict[str, Any]]:
        """What was taken so far, as `/sandbox/requests` tells it."""
        return self._register.snapshot()

    @property
    def stats(self) -> dict[str, int]:
        """The counts, as `/sandbox/stats` tells them."""
        return self._register.stats()

    def revoke_tokens(self) -> None:
        """Turn down every token issued so far, as if an administrator of CXone had revoked them."""
        self._register.revoke_tokens()
