"""How PostgreSQL is asked: with its compiler out, unless the address says otherwise."""

import os
import subprocess
import sys

import pytest

from privacyadmin.environment import GENERATED_KEYS

ADDRESS = "postgres://somebody@localhost/privacyadmin"
PRINT = "from django.conf import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"


@pytest.mark.parametrize(
    ("address", "options"),
    [
        (ADDRESS, "-c jit=off"),
        (f"{ADDRESS}?sslmode=require", "-c jit=off"),
        (f"{ADDRESS}?options=-c%20jit%3Don", "-c jit=off -c jit=on"),
    ],
)
def test_postgresql_leaves_its_compiler_out_and_the_address_has_the_last_word(
    address: str, options: str
) -> None:
    keys = {name: make() for name, make in GENERATED_KEYS.items()}
    environment = {**os.environ, **keys, "DATABASE_URL": address}
    environment["DJANGO_SETTINGS_MODULE"] = "privacyadmin.settings"
    command = [sys.executable, "-c", PRINT]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == options
