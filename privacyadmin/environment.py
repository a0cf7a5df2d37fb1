"""Reading the environment: every variable the program knows is read through here, so that the documentation
can be compared.

Secrets may also stand in a file named by `<NAME>_FILE`. On embedded parts (no `DATABASE_URL`) the keys are
generated once,
before the database exists, into `DATA_DIR/keys`; a database without its keys is refused rather than given new
ones.
"""

import os
import secrets
import zoneinfo
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

#: Names read so far, with their defaults as shown in `docs/configuration.md`.
KNOWN: dict[str, str] = {}

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


def text(name: str, default: str = "") -> str:
    """The variable's text with surrounding white space removed, or the default when it is unset or empty."""
    KNOWN[name] = default
    return os.environ.get(name, "").strip() or default


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; empty items are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or no. Raises ImproperlyConfigured for any other word, since a misspelt DEBUG must not pass as
    off.
    """
    word = text(name, "on" if default else "off").lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise ImproperlyConfigured(f"{name} must be one of on, off, true, false, 1, 0; it is {word!r}.")


def one_of(name: str, words: Sequence[str]) -> str:
    """One of these words, the first by default. Raises ImproperlyConfigured for any other."""
    word = text(name, words[0]).lower()
    if word not in words:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(words)}; it is {word!r}.")
    return word


def number(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """A whole number of at least `least`, and at most `most`. Raises ImproperlyConfigured otherwise."""
    word = text(name, str(default))
    try:
        value = int(word)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number; it is {word!r}.") from None
    if value < least:
        raise ImproperlyConfigured(f"{name} must be at least {least}; it is {value}.")
    if most is not None and value > most:
        raise ImproperlyConfigured(f"{name} must be at most {most}; it is {value}.")
    return value


def address(name: str, default: str) -> str:
    """An http(s) address without its trailing slash. Raises ImproperlyConfigured when it is not one."""
    word = text(name, default).rstrip("/")
    parts = urlsplit(word)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured(f"{name} must be an address such as https://example.org; it is {word!r}.")
    return word


def zone(name: str, default: str) -> str:
    """The name of a time zone. Raises ImproperlyConfigured for one that the IANA database does not have."""
    word = text(name, default)
    try:
        zoneinfo.ZoneInfo(word)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise ImproperlyConfigured(
            f"{name} must be a zone of the IANA database, such as Europe/Berlin; it is {word!r}."
        ) from None
    return word


def secret(name: str) -> str:
    """A secret from `NAME` or from the file named by `NAME_FILE`; empty when neither is set.

    Raises ImproperlyConfigured when the file cannot be read, since going on without a secret that was meant
    to be there would mean going on with another one.
    """
    KNOWN[name] = ""
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return os.environ.get(name, "").strip()
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names a file that cannot be read: {path} ({error})."
        ) from error


GENERATED_KEYS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "FIELD_KEYS": lambda: Fernet.generate_key().decode(),
    "FINGERPRINT_KEY": lambda: secrets.token_urlsafe(32),
    "CALLBACK_KEYS": lambda: secrets.token_urlsafe(32),
}


def key(name: str, *, folder: Path, may_generate: bool) -> str:
    """A key of the program: from the environment, else from `folder`, else generated there (0600) when that
    is allowed.

    Raises ImproperlyConfigured with the way out when the key is nowhere and must not be made up.
    """
    if given := secret(name):
        return given
    path = folder / name
    if path.is_file():
        return path.read_text(encoding="utf-8").strip()
    if not may_generate:
        raise ImproperlyConfigured(
            f"{name} is not set, and {path} does not exist. Keys are made up only for an empty database on "
            f"embedded parts. Put the key back, or set {name} or {name}_FILE."
        )
    return _generate(path, GENERATED_KEYS[name]())


def _generate(path: Path, value: str) -> str:
    """Write the key so that of two processes starting at once one wins and both read the same."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    finally:
        draft.unlink()
    return value
