"""The settings of the tests: the program's own, on a throw-away folder, with a fast password hasher."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="privacyadmin-tests-"))
os.environ.setdefault("CXONE_CLIENT_ID", "test-client")
os.environ.setdefault("CXONE_CLIENT_SECRET", "test-secret")
os.environ.setdefault("SEND_DELAY_SECONDS", "0")
# Tests that are about vaults make them; to all others a delivery would be one row more to count.
os.environ.setdefault("VAULT_KIND", "none")

from privacyadmin.environment import GENERATED_KEYS

# On a database of its own nothing is generated; a throw-away one gets throw-away keys.
if os.environ.get("DATABASE_URL"):
    for name, make in GENERATED_KEYS.items():
        os.environ.setdefault(name, make())

from privacyadmin.settings import *  # noqa: F403 - the environment must be set before the settings are read.

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405 - it comes with the settings.
    # A file, as the program has it, so that several threads and processes can work on it at once.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}  # noqa: F405 - the same.
