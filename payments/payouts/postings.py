"""Pending becomes available (BOOKS.md B5, C5): per payee and currency, the sum of the batch's lines."""

from collections.abc import Sequence
from datetime import datetime

from ledger.journal.actions import Posting, credit, debit
from payments.chart.accounts import accounts, platform
from payments.payouts.models import Settlement
from payments.rails.timetable import bank_day_of


def settlements(batch: Sequence[Settlement], at: datetime) -> list[Posting]:
    keys = {s.id: [platform(number, s.payee.public_id, s.currency) for number in ("P2110", "P2120")] for s in batch}
    found = accounts((key for pair in keys.values() for key in pair), at=at)
    return [
        Posting(
            reference=f"payment.settled:{s.public_id}",
            kind="payment.settled",
            effective_on=bank_day_of(at),
            legs=[debit(found[keys[s.id][0]], s.net_minor), credit(found[keys[s.id][1]], s.net_minor)],
        )
        for s in batch
    ]
