"""The settings of the tests: the program's own, on a throw-away folder, with a fast password hasher."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="privacyadmin-tests-"))
os.environ.setdefault("CXONE_CLIENT_ID", "test-client")
os.environ.setdefault("CXONE_CLIENT_SECRET", "test-secret")
os.environ.setdefault("SEND_DELAY_SECONDS", "0")

from privacyadmin.settings import *  # noqa: E402, F403 - the environment must be set before the settings are read.

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]
