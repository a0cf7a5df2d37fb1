"""How Unfold, the admin's theme, is set up: colours, mark, style sheets, scripts, where the menu comes from.

The settings import this module, so nothing here may read them while it is being imported: what depends on a
setting or on the request is a function that Unfold calls for every page.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

PRODUCT = "PrivacyAdmin"

#: Petrol, for what can be pressed. 600 carries white text, 500 is readable as text on the dark ground.
PETROL = {
    "50": "oklch(97.6% .012 213)",
    "100": "oklch(94.8% .025 213)",
    "200": "oklch(89.5% .045 213)",
    "300": "oklch(82.5% .07 213)",
    "400": "oklch(75% .09 213)",
    "500": "oklch(69.5% .1 214)",
    "600": "oklch(49% .088 220)",
    "700": "oklch(43% .08 221)",
    "800": "oklch(37% .068 222)",
    "900": "oklch(31% .055 224)",
    "950": "oklch(23% .04 226)",
}

#: A cool grey for grounds, lines and text.
COOL = {
    "50": "oklch(98.4% .003 240)",
    "100": "oklch(96.4% .005 240)",
    "200": "oklch(92.3% .008 240)",
    "300": "oklch(87% .011 240)",
    "400": "oklch(72% .017 240)",
    "500": "oklch(51.5% .022 240)",
    "600": "oklch(44% .024 240)",
    "700": "oklch(36.5% .025 240)",
    "800": "oklch(28.5% .022 240)",
    "900": "oklch(19.5% .017 240)",
    "950": "oklch(14.5% .014 240)",
}


#: Our style sheets, one for each thing they draw.
STYLE_SHEETS = (
    "tokens",
    "words",
    "buttons",
    "cards",
    "records",
    "forms",
    "shell",
    "menu",
    "door",
    "lists",
    "landing",
    "desk",
)


def _served(path: str) -> Callable[[HttpRequest], str]:
    return lambda _request: static(path)


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": PRODUCT,
    "SITE_HEADER": PRODUCT,
    "SITE_URL": None,
    "SITE_ICON": _served("pa/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _served("pa/mark.svg")}],
    # Django's own history of changes is off: the audit log is the history.
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "COLORS": {"primary": PETROL, "base": COOL},
    "BORDER_RADIUS": "8px",
    "STYLES": [_served(f"pa/{name}.css") for name in STYLE_SHEETS],
    "SCRIPTS": [_served(f"pa/{name}.js") for name in ("csp-shim", "focus", "palette")],
    "DASHBOARD_CALLBACK": "erasure.admin.dashboard.fill",
    "SIDEBAR": {"show_search": True, "navigation": "privacyadmin.navigation.sidebar"},
}
