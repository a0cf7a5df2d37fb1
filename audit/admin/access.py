"""Who may open a page. Every page of ours is wrapped here, so that none is reachable without a permission.

Decided once, in this order: somebody who is not signed in is sent to the sign-in page; who is signed in but
lacks a permission gets 403, whatever the method and whether or not there is such an object; a method that the
page does not answer is 405; an object that does not exist is 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods

from audit.permissions import require_permissions

View = Callable[..., HttpResponseBase]


def page(*permissions: str, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """Make a view a page of the admin site for those who hold all of `permissions`, answering these methods
    and 405 to others.
    """

    def wrap(view: View) -> View:
        answering = require_http_methods(list(methods))(view)

        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            require_permissions(request, *permissions)
            answer: HttpResponseBase = answering(request, *args, **kwargs)
            return answer

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # The site is asked at the request: while modules are still being imported it does not exist yet.
            answer: HttpResponseBase = admin.site.admin_view(checked)(request, *args, **kwargs)
            return answer

        return guarded

    return wrap
