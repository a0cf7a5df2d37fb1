"""Every address of the site, and what each person gets there: the table that `test_every_address.py` checks.

A row is the address's name (one without a name: `^` and its route), an address with the objects of
`made_site.py` in braces, and a line each for GET and POST. The columns are `PEOPLE`. To add a row, copy what
the failing test prints, and look at each answer before you believe it: it prints what is, not what should be.

The answers:
    200, 400 …   the status
    403          refused for lack of a permission, whether or not there is such an object
    barred       403 because of who this is to this very object: one that is not there is 404
    405          not a method of this address
    login        302 to the sign-in page
    go           302 or 301 to anywhere else

HEAD is answered as GET. PUT, PATCH, DELETE, OPTIONS and TRACE are 405 everywhere, for everybody.
"""

from dataclasses import dataclass

PEOPLE = ("officer", "reviewer", "auditor", "operator", "stranger", "superuser", "anonymous")

#: What is posted where an empty form would not show who may; everything else is posted empty.
POSTED = {
    "admin:log_export": {"form": "jsonl"},
    "admin:people_person": {"roles": "Reviewers"},
    "admin:override_decide": {"decision": "deny", "reason": "The memo does not say so."},
    "admin:hold_release": {"reason": "The matter is settled."},
    "admin:hold_release_decide": {"decision": "release", "reason": "Counsel confirmed it."},
}

TABLE = r"""
#        officer   reviewer  auditor   operator  stranger  superuser anonymous

# Doors: who comes here is not signed in, or not yet
^ /
    GET  go        go        go        go        go        go        go
    POST 405       405       405       405       405       405       405
admin:login /admin/login/
    GET  go        go        go        go        go        go        200
    POST 200       200       200       200       200       200       200
admin:logout /admin/logout/
    GET  405       405       405       405       405       405       go
    POST 200       200       200       200       200       200       go
accept_invitation {invitation}
    GET  go        go        go        go        go        go        go
    POST go        go        go        go        go        go        go
set_up /admin/set-up/gone/
    GET  410       410       410       410       410       410       410
    POST 410       410       410       410       410       410       410
admin:language /admin/language/
    GET  405       405       405       405       405       405       405
    POST 400       400       400       400       400       400       400

# Everybody who is signed in
admin:index /admin/
    GET  200       200       200       200       200       200       login
    POST 405       405       405       405       405       405       login
admin:password_change /admin/password_change/
    GET  200       200       200       200       200       200       login
    POST 200       200       200       200       200       200       login
admin:password_change_done /admin/password_change/done/
    GET  200       200       200       200       200       200       login
    POST 405       405       405       405       405       405       login
admin:jsi18n /admin/jsi18n/
    GET  200       200       200       200       200       200       login
    POST 405       405       405       405       405       405       login
admin:preferences /admin/settings/
    GET  200       200       200       200       200       200       login
    POST go        go        go        go        go        go        login

# Requests
admin:erasure_privacyrequest_changelist /admin/erasure/privacyrequest/
    GET  200       200       200       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:erasure_privacyrequest_change /admin/erasure/privacyrequest/{request_pk}/change/
    GET  go        go        go        403       403       go        login
    POST 405       405       405       403       403       405       login
admin:request_search /admin/requests/search/
    GET  405       405       405       403       403       405       login
    POST go        go        go        403       403       go        login
admin:requests_export /admin/requests/export/
    GET  405       405       405       403       403       405       login
    POST 200       200       200       403       403       200       login
admin:requests_hand_over /admin/requests/hand-over/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_page /admin/requests/{reference}/
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:request_live /admin/requests/{reference}/live/
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:request_new /admin/requests/new/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:regulations /admin/regulations/
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:request_clock /admin/requests/clock/
    GET  200       403       403       403       403       200       login
    POST 405       403       403       403       403       405       login
admin:request_check /admin/requests/check/
    GET  405       403       403       403       403       405       login
    POST 200       403       403       403       403       200       login
admin:request_send /admin/requests/{registered}/send/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:submission_correct /admin/requests/{reference}/{number}/correct/
    GET  go        403       403       403       403       go        login
    POST go        403       403       403       403       go        login
admin:request_take_over /admin/requests/{reference}/take-over/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:submission_stop /admin/requests/{reference}/{number}/stop/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:attention_clear /admin/requests/{reference}/{number}/seen/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:requests_stop /admin/requests/together/stop/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:requests_hand_over_together /admin/requests/together/hand-over/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:requests_take_over /admin/requests/together/take-over/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:request_answer /admin/requests/{answerable}/answer/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_acknowledge /admin/requests/{reference}/acknowledge/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_extend /admin/requests/{reference}/extend/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_pause /admin/requests/{reference}/pause/
    GET  go        403       403       403       403       go        login
    POST go        403       403       403       403       go        login
admin:request_pause_end /admin/requests/{reference}/pause/end/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:request_correct_clock /admin/requests/{reference}/correct/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_comment /admin/requests/{reference}/comment/
    GET  405       405       403       403       403       405       login
    POST go        go        403       403       403       go        login
admin:request_hand_over /admin/requests/{reference}/hand-over/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_task /admin/requests/{reference}/task/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_letter /admin/requests/{reference}/letter/acknowledgement/
    GET  200       403       403       403       403       200       login
    POST 405       403       403       403       403       405       login
admin:request_imports /admin/requests/import/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:request_import_example /admin/requests/import/example.csv
    GET  200       403       403       403       403       200       login
    POST 405       403       403       403       403       405       login
admin:request_import /admin/requests/import/{import}/
    GET  200       403       403       403       403       200       login
    POST 405       403       403       403       403       405       login
admin:request_import_live /admin/requests/import/{import}/live/
    GET  200       403       403       403       403       200       login
    POST 405       403       403       403       403       405       login
admin:request_import_file /admin/requests/import/{import}/file/
    GET  405       403       403       403       403       405       login
    POST 200       403       403       403       403       barred    login
admin:request_import_discard /admin/requests/import/{import}/discard/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       barred    login
admin:request_import_stop /admin/requests/import/{import}/stop/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:request_import_withdraw /admin/requests/import/{import}/withdraw/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:request_import_result /admin/requests/import/{import}/result.csv
    GET  200       403       403       403       403       200       login
    POST 405       403       403       403       403       405       login

# What shows or hands out personal data
admin:identifier_reveal /admin/requests/{reference}/reveal/
    GET  405       405       403       403       403       405       login
    POST 200       200       403       403       403       200       login
admin:request_certificate /admin/requests/{reference}/certificate/
    GET  200       403       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:certificate_take_person /admin/requests/{done}/certificate/person/
    GET  405       403       403       403       403       405       login
    POST 200       403       403       403       403       200       login
admin:certificate_take_audit /admin/requests/{done}/certificate/audit/
    GET  403       403       405       403       403       405       login
    POST 403       403       200       403       403       200       login
admin:dossier /admin/dossier/
    GET  200       403       403       403       403       200       login
    POST 200       403       403       403       403       200       login
admin:dossier_take /admin/dossier/take/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login

# Holds and overrides
admin:override_ask /admin/requests/{reference}/{number}/override/
    GET  go        403       403       403       403       go        login
    POST go        403       403       403       403       go        login
admin:override_list /admin/overrides/
    GET  403       200       403       403       403       200       login
    POST 403       405       403       403       403       405       login
admin:override_decide /admin/overrides/{override}/
    GET  200       200       200       403       403       200       login
    POST barred    go        barred    403       403       go        login
admin:override_revoke /admin/overrides/{approved}/revoke/
    GET  403       405       403       403       403       405       login
    POST 403       go        403       403       403       go        login
admin:override_together /admin/overrides/together/
    GET  403       go        403       403       403       go        login
    POST 403       go        403       403       403       go        login
admin:submission_send_rest /admin/requests/{reference}/{number}/send-the-rest/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       go        login
admin:hold_list /admin/holds/
    GET  403       200       403       403       403       200       login
    POST 403       go        403       403       403       go        login
admin:hold_import /admin/holds/import/
    GET  403       200       403       403       403       200       login
    POST 403       200       403       403       403       200       login
admin:hold_import_example /admin/holds/import/example.csv
    GET  403       200       403       403       403       200       login
    POST 403       405       403       403       403       405       login
admin:hold_new /admin/holds/new/
    GET  403       200       403       403       403       200       login
    POST 403       200       403       403       403       200       login
admin:hold_page /admin/holds/{hold}/
    GET  403       200       403       403       403       200       login
    POST 403       405       403       403       403       405       login
admin:hold_release /admin/holds/{stopped_hold}/release/
    GET  403       405       403       403       403       405       login
    POST 403       go        403       403       403       go        login
admin:hold_release_decide /admin/holds/{hold}/release/{release}/decide/
    GET  403       405       403       403       403       405       login
    POST 403       go        403       403       403       go        login
admin:hold_release_withdraw /admin/holds/{hold}/release/{release}/withdraw/
    GET  403       405       403       403       403       405       login
    POST 403       barred    403       403       403       barred    login
admin:override_withdraw /admin/overrides/{override}/withdraw/
    GET  405       403       403       403       403       405       login
    POST go        403       403       403       403       barred    login
admin:dashboard /admin/dashboard/
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:month_figures /admin/figures/month/2026-02/
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:month_figures_csv /admin/figures/month/2026-02/figures.csv
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:year_figures /admin/figures/year/2026/
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login
admin:year_figures_csv /admin/figures/year/2026/figures.csv
    GET  200       200       200       403       403       200       login
    POST 405       405       405       403       403       405       login

# The log
admin:audit_auditevent_changelist /admin/audit/auditevent/
    GET  403       403       200       403       403       200       login
    POST 403       403       go        403       403       go        login
admin:audit_auditevent_change /admin/audit/auditevent/{event}/change/
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login
admin:log_verifications /admin/audit/verification/
    GET  403       403       200       403       403       200       login
    POST 403       403       go        403       403       go        login
admin:log_verification /admin/audit/verification/{run}/
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login
admin:log_verification_live /admin/audit/verification/{run}/live/
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login
admin:log_check_elsewhere /admin/audit/check-elsewhere/
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login
admin:log_verifier /admin/audit/audit-verify.pyz
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login
admin:log_earlier /admin/audit/earlier-logs/
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login
admin:log_export /admin/audit/export/
    GET  403       403       405       403       403       405       login
    POST 403       403       200       403       403       200       login
admin:audit_sample /admin/requests/sample/
    GET  403       403       200       403       403       200       login
    POST 403       403       405       403       403       405       login

# Connection, vaults and people
admin:upstream /admin/upstream/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       405       403       405       login
admin:upstream_test /admin/upstream/test/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:vault_list /admin/vaults/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       405       403       405       login
admin:vault_new /admin/vaults/new/http/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       200       403       200       login
admin:vault_page /admin/vaults/{vault}/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       200       403       200       login
admin:vault_test /admin/vaults/{vault}/test/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:vault_switch /admin/vaults/{vault}/switch/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:vault_drop_secret /admin/vaults/{vault}/drop-secret/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:letter_texts /admin/letters/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       405       403       405       login
admin:letter_text /admin/letters/done/any/en/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       200       403       200       login
admin:letter_text_back /admin/letters/done/any/en/back/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:people /admin/people/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       405       403       405       login
admin:people_invite /admin/people/invite/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       200       403       200       login
admin:people_person /admin/people/{colleague}/
    GET  403       403       403       200       403       200       login
    POST 403       403       403       go        403       go        login
admin:people_address /admin/people/{colleague}/address/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:people_link /admin/people/{invited}/link/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       200       403       200       login
admin:people_deactivate /admin/people/{colleague}/deactivate/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login
admin:people_reactivate /admin/people/{colleague}/reactivate/
    GET  403       403       403       405       403       405       login
    POST 403       403       403       go        403       go        login

# Addresses of Django's at which there is nothing
admin:app_list /admin/audit/
    GET  404       404       404       404       404       404       login
    POST 404       404       404       404       404       404       login
^admin/(?P<url>.*)$ /admin/nothing-of-this-name/
    GET  404       404       404       404       404       404       login
    POST 404       404       404       404       404       404       login

# Machines
cxone_callback {callback}
    GET  405       405       405       405       405       405       405
    POST 415       415       415       415       415       415       415
^webhooks/cxone/<uuid:public_id>/<str:key_id>.<str:mac> {callback_without_slash}
    GET  405       405       405       405       405       405       405
    POST 415       415       415       415       415       415       415
healthz /healthz
    GET  200       200       200       200       200       200       200
    POST 405       405       405       405       405       405       405
readyz /readyz
    GET  200       200       200       200       200       200       200
    POST 405       405       405       405       405       405       405
"""


@dataclass(frozen=True)
class Row:
    """One address: its name, an address with objects in braces, and the answers by method and person."""

    name: str
    address: str
    answers: dict[str, tuple[str, ...]]


def rows() -> dict[str, Row]:
    """The table, by name. Raises ValueError where it is not well formed, saying at which row."""
    found: dict[str, Row] = {}
    lines = [line.split() for line in TABLE.splitlines() if line.strip() and not line.startswith("#")]
    for head, *answers in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        by_method = {method: tuple(cells) for method, *cells in answers}
        if len(head) != 2 or head[0] in found or set(by_method) != {"GET", "POST"}:
            raise ValueError(f"The row that begins with {' '.join(head)} needs one name, GET and POST.")
        if any(len(cells) != len(PEOPLE) for cells in by_method.values()):
            raise ValueError(f"{head[0]} needs {len(PEOPLE)} answers on each line: {', '.join(PEOPLE)}.")
        found[head[0]] = Row(head[0], head[1], by_method)
    return found


def written(name: str, address: str, answers: dict[str, tuple[str, ...]]) -> str:
    """A row as it stands in the table."""
    lines = [f"{name} {address}"]
    for method, cells in answers.items():
        lines.append(f"    {method:5}" + "".join(f"{cell:10}" for cell in cells).rstrip())
    return "\n".join(lines)
