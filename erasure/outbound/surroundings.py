"""What the machine's environment says about reaching a server: a proxy, and whom to trust.

Looked up once when a client is made. `requests` would do it anew at every call, which costs more than the
call itself, and would add credentials from a netrc file.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from requests.utils import get_environ_proxies, select_proxy

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True)
class Surroundings:
    """Proxies by scheme (their addresses may hold a password), and True or the path of a CA bundle."""

    proxies: dict[str, str] = field(repr=False)
    verify: bool | str


def look_around(base_url: str, environ: Mapping[str, str] = os.environ) -> Surroundings:
    """Read HTTP(S)_PROXY, ALL_PROXY, NO_PROXY and the CA bundle for `base_url`.

    Raises ValueError, naming the variable, for what could only fail later.
    """
    proxies = {scheme: str(url) for scheme, url in get_environ_proxies(base_url).items()}
    for url in proxies.values():
        if "://" in url and urlsplit(url).scheme not in {"http", "https"}:
            raise ValueError(
                "The proxy for calls must be an http:// or https:// one; check HTTPS_PROXY and ALL_PROXY."
            )
    return Surroundings(proxies=proxies, verify=_ca_bundle(environ))


def goes_through_proxy(url: str) -> bool:
    """Whether the environment has calls to `url` go through a proxy, which then resolves the name."""
    return select_proxy(url, get_environ_proxies(url)) is not None


def _ca_bundle(environ: Mapping[str, str]) -> bool | str:
    for name in _CA_VARIABLES:
        if path := environ.get(name):
            if not os.path.exists(path):
                raise ValueError(f"{name} names a CA bundle that does not exist: {path}")
            return path
    return True
