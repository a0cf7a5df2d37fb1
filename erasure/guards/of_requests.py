"""Submissions, requests, identifiers, answers, and what moves a clock."""

from collections.abc import Sequence

from erasure.guards.guard import Guard, changes

_ENDED = "'completed', 'failed', 'refused', 'cancelled'"
_WITHOUT_CORRECTION = (
    " AND NOT EXISTS (SELECT 1 FROM erasure_clockcorrection AS c WHERE c.request_id = NEW.id"
    " AND c.received_on = NEW.received_on AND c.regulation = NEW.regulation"
    " AND c.previous_received_on = OLD.received_on AND c.previous_regulation = OLD.regulation)"
)

REQUEST_GUARDS: Sequence[Guard] = (
    Guard(
        "submission_terminal_is_terminal",
        "erasure_submission",
        "a submission that has ended cannot move",
        f"OLD.status IN ({_ENDED}) AND NEW.status <> OLD.status",
    ),
    Guard(
        "submission_payload_is_immutable",
        "erasure_submission",
        "the payload of a submission never changes",
        changes(
            *("public_id", "request_id", "number", "replaces_id", "identifier_id", "type", "categories"),
            *("scope", "filed_by_id", "filed_at"),
        ),
    ),
    Guard(
        "request_origin_never_moves",
        "erasure_privacyrequest",
        "who asked, for what and when it was filed never changes",
        changes("reference", "subject_id", "type", "filed_by_id", "filed_at"),
    ),
    Guard(
        "request_receipt_moves_by_correction",
        "erasure_privacyrequest",
        "the date of receipt and the regulation move with a recorded correction alone",
        f"({changes('received_on', 'regulation')}){_WITHOUT_CORRECTION}",
    ),
    # Whoever moved an identifier to somebody else would take it out from under a hold on its person.
    Guard(
        "identifier_stays_with_its_person",
        "erasure_subjectidentifier",
        "an identifier stays with its person",
        changes("subject_id", "kind"),
    ),
    Guard(
        "request_answer_is_final",
        "erasure_privacyrequest",
        "an answered request stays answered",
        "OLD.outcome <> '' AND ("
        + changes(
            *("outcome", "answered_on", "answer_channel", "answered_by_id", "answer_recorded_at"),
            *("late_reason", "received_on", "regulation", "first_due_on", "due_on"),
        )
        + ")",
    ),
    Guard(
        "answer_part_is_final",
        "erasure_answerpart",
        "what a person was told about a part is final",
        changes("request_id", "submission_id", "outcome", "ground"),
    ),
    Guard(
        "answer_part_before_the_answer",
        "erasure_answerpart",
        "an answered request gets no further part",
        "EXISTS (SELECT 1 FROM erasure_privacyrequest AS r WHERE r.id = NEW.request_id AND r.outcome <> '')",
        before="INSERT",
    ),
    Guard(
        "extension_only_falls",
        "erasure_extension",
        "an extension never changes, but for falling with a correction",
        changes(
            *("request_id", "ground", "told_on", "previous_due_on", "due_on"),
            *("extended_by_id", "extended_at"),
        )
        + " OR (OLD.fell_at IS NOT NULL AND ("
        + changes("fell_at")
        + "))",
    ),
    Guard(
        "clock_correction_never_changes",
        "erasure_clockcorrection",
        "a correction never changes",
        changes(
            *("request_id", "previous_regulation", "regulation", "previous_received_on", "received_on"),
            *("previous_due_on", "due_on", "corrected_by_id", "corrected_at"),
        ),
    ),
    Guard(
        "clock_pause_only_ends",
        "erasure_clockpause",
        "a pause never changes, but for its end",
        changes("request_id", "ground", "from_day", "begun_by_id", "begun_at")
        + " OR (OLD.until_day IS NOT NULL AND ("
        + changes("until_day", "ended_by_id", "ended_at")
        + ")) OR (OLD.fell_at IS NOT NULL AND ("
        + changes("fell_at")
        + "))",
    ),
)
