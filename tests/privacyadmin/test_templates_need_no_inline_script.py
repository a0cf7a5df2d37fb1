"""Our pages run under `script-src 'self'`: no template may bring what that refuses."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))

REFUSED = {
    "a script without an address": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an event handler in an attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    # @alpinejs/csp parses one expression per attribute.
    "several statements in an Alpine attribute": re.compile(r'\sx-[a-z:.-]+="[^"]*;[^"]*"'),
}


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_holds_nothing_that_the_policy_refuses(template: Path):
    text = template.read_text()
    assert [what for what, pattern in REFUSED.items() if pattern.search(text)] == []


def test_the_policy_allows_scripts_from_our_own_address_alone():
    assert settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["script-src"] == ["'self'"]
