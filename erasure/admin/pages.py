"""The addresses of our own pages below the admin site."""

from django.urls import URLPattern

from erasure.admin import (
    answering,
    audit_sample,
    certificate,
    connection,
    dashboard_page,
    filing,
    hold_import,
    hold_list,
    hold_page,
    hold_placing,
    hold_release,
    month_page,
    override_asking,
    override_deciding,
    override_together,
    request_actions,
    request_page,
    request_search,
    requests_together,
    sending_the_rest,
    year_page,
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
        *hold_list.urls,
        *hold_import.urls,
        *hold_placing.urls,
        *hold_page.urls,
        *hold_release.urls,
        *override_asking.urls,
        *override_deciding.urls,
        *override_together.urls,
        *requests_together.urls,
        *connection.urls,
        *dashboard_page.urls,
        *month_page.urls,
        *year_page.urls,
    ]
