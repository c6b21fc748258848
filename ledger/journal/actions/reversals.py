"""A reversal says that a transaction should never have been posted: the exact opposite, linked, at most one (BOOKS.md rule 9).

A return, a refund, a bounce or a waiver is none: it is a new fact on its own date.
"""

from datetime import date, datetime

from ledger.journal.actions.legs import Leg, Posting
from ledger.journal.actions.post import Posted, post_many
from ledger.journal.actions.refusals import PostingRefused, ReferenceReused
from ledger.journal.models import Entry, Transaction

KIND = "transaction.reversed"


def reverse(original: Transaction, *, effective_on: date | None = None, at: datetime) -> Posted:
    """Step: undo `original`, by default on its own effective date, so that `as_of` answers as if it had never been.

    Raises PostingRefused (already_reversed, balance_insufficient). A reversal is not reversed: post anew what was right.
    """
    if original.reverses_id:
        raise ValueError("a reversal is not reversed")
    legs = [Leg(e.account_id, -e.amount_minor, e.item) for e in Entry.objects.filter(transaction=original, at=original.at).order_by("leg")]
    day = original.effective_on if effective_on is None else effective_on
    reference = f"{KIND}:{original.public_id}"
    posted = post_many([Posting(reference, KIND, day, legs, reverses_id=original.id)], at=at, refuse="each")[0]
    if isinstance(posted.refused, ReferenceReused) or not (posted.new or posted.refused):
        raise PostingRefused(f"{original.reference} is reversed already", code="already_reversed", reference=reference)
    if posted.refused:
        raise posted.refused
    return posted
