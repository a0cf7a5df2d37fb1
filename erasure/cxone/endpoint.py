"""Where a tenant's CXone is and as whom we sign in there: all that differs from tenant to tenant."""

from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit


@dataclass(frozen=True)
class Endpoint:
    """The addresses and credentials of one CXone tenant.

    Raises ValueError, saying what to correct, when an address could not work.
    """

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)
    token_path: str = "/oauth/token"  # noqa: S105 - an address, not a password
    requests_path: str = "/api/v2/privacy/requests"
    scopes: str = "privacy:read privacy:write"

    def __post_init__(self) -> None:
        _check_base_url(self.base_url)
        for path in (self.token_path, self.requests_path):
            if not path.startswith("/") or any(c in path for c in "?# \t\r\n"):
                raise ValueError(f"The CXone path {path!r} must begin with / and be a plain path.")

    @property
    def token_url(self) -> str:
        """Where a token is fetched."""
        return self.base_url.rstrip("/") + self.token_path

    @property
    def requests_url(self) -> str:
        """Where a privacy request is submitted."""
        return self.base_url.rstrip("/") + self.requests_path.rstrip("/")

    def status_url(self, cxone_id: str) -> str:
        """Where one request's status is read; the id stays one path segment whatever it holds."""
        segment = quote(cxone_id, safe="")
        if ".." in segment or segment == ".":
            # RFC 3986 §5.2.4 has dot segments removed; a literal one would leave the path.
            segment = segment.replace(".", "%2E")
        return f"{self.requests_url}/{segment}"


def _check_base_url(base_url: str) -> None:
    hint = "Give it as https://host, for example https://api.mynicecx.com."
    try:
        parts = urlsplit(base_url)
        parts.port  # noqa: B018 - reading it is what raises on a port that is no number
    except ValueError as error:
        raise ValueError(f"The CXone base URL is not a valid address. {hint}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"The CXone base URL needs http or https and a host. {hint}")
    if "@" in parts.netloc or parts.query or parts.fragment or any(c.isspace() for c in base_url):
        raise ValueError(f"The CXone base URL may hold no user, query, fragment or space. {hint}")
