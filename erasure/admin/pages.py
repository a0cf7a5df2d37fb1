"""The addresses of our own pages below the admin site."""

from django.urls import URLPattern

from erasure.admin import (
    answering,
    audit_sample,
    certificate,
    connection,
    filing,
    override_asking,
    override_deciding,
    override_together,
    request_actions,
    request_page,
    request_search,
    requests_together,
    sending_the_rest,
)


def pages() -> list[URLPattern]:
    """All of them; each family lists its own."""
    return [
        *filing.urls,
        *audit_sample.urls,
        *request_search.urls,
        *request_page.urls,
        *request_actions.urls,
        *sending_the_rest.urls,
        *answering.urls,
        *certificate.urls,
        *override_asking.urls,
        *override_deciding.urls,
        *override_together.urls,
        *requests_together.urls,
        *connection.urls,
    ]
