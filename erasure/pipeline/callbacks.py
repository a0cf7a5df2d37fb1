"""What callbacks have claimed about a submission.

Claims are compared with CXone's own status, and never taken for it.
"""

from audit.trail import Trail
from erasure import lifecycle
from erasure.models import CallbackReceipt, Submission
from erasure.outbound.strict_json import read_object

#: Ends that a callback may claim; anything else that it says is no claim that could be contradicted.
ENDS = frozenset({"COMPLETED", "FAILED"})


def note_callbacks(log: Trail, row: Submission) -> set[str]:
    """Put callbacks that were only recorded so far into the log; give the ends that callbacks have claimed.

    The view that takes a callback does not write to the log, so that CXone is answered without waiting for
    the log's one lock. The callbacks of a whole wave are best fetched along with its rows.
    """
    if row.callback_at is None:
        return set()
    claims = set()
    receipts = sorted(row.callbacks.all(), key=lambda receipt: receipt.pk)
    for receipt in receipts:
        request_id, status = _said(receipt)
        if not receipt.audited:
            lifecycle.note_callback(log, row, status=status)
        if row.cxone_id in {None, request_id}:
            claims.add(status)
        else:
            # It came before the answer to the sending, which then brought another id.
            lifecycle.keep_other_id(log, row, cxone_id=request_id)
    if not all(receipt.audited for receipt in receipts):
        CallbackReceipt.objects.filter(submission=row, audited=False).update(audited=True)
    return claims & ENDS


def _said(receipt: CallbackReceipt) -> tuple[str, str]:
    """The request it is about and the status it tells; the view has checked both."""
    fields = read_object((receipt.body or "").encode()).fields
    return str(fields["requestId"]), str(fields["status"])
