"""Holds, their releases, and overrides: who may let go what."""

from collections.abc import Sequence

from erasure.guards.guard import Guard, changes

HOLD_GUARDS: Sequence[Guard] = (
    Guard(
        "hold_only_ends",
        "erasure_legalhold",
        "a hold never changes, but for its end",
        changes(
            *("code", "kind", "ground", "subject_id", "category"),
            *("placed_by_id", "placed_at", "valid_from", "valid_until"),
        )
        + " OR (OLD.released_at IS NOT NULL AND ("
        + changes("released_at")
        + "))",
    ),
    Guard(
        "hold_released_by_two",
        "erasure_legalhold",
        "a hold is released by the decision of a second reviewer",
        "OLD.released_at IS NULL AND NEW.released_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM"
        " erasure_holdrelease AS r WHERE r.hold_id = NEW.id AND r.decision = 'approved')",
    ),
    Guard(
        "hold_begins_unreleased",
        "erasure_legalhold",
        "a hold is released by the decision of a second reviewer",
        "NEW.released_at IS NOT NULL",
        before="INSERT",
    ),
    Guard(
        "release_begins_undecided",
        "erasure_holdrelease",
        "a release is proposed before it is decided",
        "NEW.decision <> ''",
        before="INSERT",
    ),
    Guard(
        "release_by_nobody_who_filed",
        "erasure_holdrelease",
        "nobody releases a hold that stops what they filed",
        "NEW.decision = 'approved' AND OLD.decision = '' AND EXISTS (SELECT 1 FROM erasure_submission AS s"
        " JOIN erasure_legalhold AS h ON h.id = NEW.hold_id"
        " JOIN erasure_privacyrequest AS r ON r.id = s.request_id"
        " JOIN erasure_submission AS o ON o.request_id = r.id WHERE s.status = 'blocked'"
        " AND (r.filed_by_id IN (NEW.asked_by_id, NEW.decided_by_id)"
        " OR o.filed_by_id IN (NEW.asked_by_id, NEW.decided_by_id))"
        # The code quoted, as in the JSON of the column: so it is no part of another code.
        " AND REPLACE(CAST(s.held_by AS text), '\"' || h.code || '\"', '') <> CAST(s.held_by AS text))",
    ),
    Guard(
        "release_is_decided_once",
        "erasure_holdrelease",
        "a release is proposed and decided once",
        changes("hold_id", "asked_by_id", "asked_at", "lets_go", "expires_at")
        + " OR (OLD.decision <> '' AND ("
        + changes("decision", "decided_by_id", "decided_at")
        + "))",
    ),
    Guard(
        "override_names_the_filer",
        "erasure_override",
        "an override names who filed its submission",
        "NEW.filed_by_id <> (SELECT filed_by_id FROM erasure_submission WHERE id = NEW.submission_id)",
        before="INSERT",
    ),
    Guard(
        "override_begins_undecided",
        "erasure_override",
        "an override is asked for before it is decided",
        "NEW.decision <> '' OR NEW.used_at IS NOT NULL",
        before="INSERT",
    ),
    Guard(
        "override_not_by_who_filed_or_asked",
        "erasure_override",
        "nobody decides for a request that they registered, filed something for, or asked about",
        "NEW.decision IN ('approved', 'denied') AND OLD.decision = '' AND EXISTS (SELECT 1 FROM"
        " erasure_submission AS s JOIN erasure_privacyrequest AS r ON r.id = s.request_id"
        " JOIN erasure_submission AS o ON o.request_id = r.id"
        " LEFT JOIN erasure_override AS p ON p.submission_id = o.id"
        " WHERE s.id = NEW.submission_id"
        " AND NEW.decided_by_id IN (r.filed_by_id, o.filed_by_id, p.asked_by_id))",
    ),
    Guard(
        "override_not_by_who_placed",
        "erasure_override",
        "nobody decides on an override of a hold that they placed",
        "NEW.decision IN ('approved', 'denied') AND OLD.decision = '' AND EXISTS (SELECT 1 FROM"
        " erasure_legalhold AS h WHERE h.placed_by_id = NEW.decided_by_id"
        " AND REPLACE(CAST(NEW.holds AS text), '\"' || h.code || '\"', '') <> CAST(NEW.holds AS text))",
    ),
    Guard(
        "override_is_decided_once",
        "erasure_override",
        "an override is asked and decided once",
        changes("submission_id", "filed_by_id", "asked_by_id", "asked_at", "holds", "digest")
        + " OR NEW.expires_at > OLD.expires_at OR (OLD.decision <> '' AND ("
        + changes("decision", "decided_by_id", "decided_at")
        + ")) OR (OLD.revoked_at IS NOT NULL AND ("
        + changes("revoked_at", "revoked_by_id")
        + "))",
    ),
    Guard(
        "override_is_used_once",
        "erasure_override",
        "an override is used once",
        # What CXone provably did not take was no use of it.
        "OLD.used_at IS NOT NULL AND COALESCE(CAST(NEW.used_at AS text), '') <> CAST(OLD.used_at AS text)"
        " AND NOT (NEW.used_at IS NULL AND EXISTS (SELECT 1 FROM erasure_submission AS s"
        " WHERE s.id = NEW.submission_id AND s.first_sent_at IS NULL))",
    ),
)
