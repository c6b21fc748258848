"""What runs that are still to come will pay, as the books stand now: for a set in a fixed number of questions. Nothing is locked."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from django.db import connection

from directpay.kernel.arrays import integers, moments
from leases.autopay.actions.planning import days_of
from leases.autopay.amounts import Position, amount_of
from leases.autopay.models import AutopayRun
from leases.payment_plans.queries import deferred_after
from leases.rent.falling import OwingParty, parties_of
from leases.rent.postings import split
from payments.payins.queries import in_flight_minor


class _Waiting(NamedTuple):
    """A charge that is not posted yet, with what payments on their way to the party's account have claimed of it."""

    party_id: int | None
    amount_minor: int
    due_on: date
    claimed_minor: int


# Up to the day of the run, and the day after it on which something falls due.
WAITING = """
SELECT asked.n, c.party_id, c.amount_minor, c.due_on, coalesce((
    SELECT sum(k.amount_minor)::bigint FROM payments_claim k JOIN payments_payment p ON p.id = k.payment_id
    WHERE k.debit_reference = 'charge.due:' || c.public_id AND p.applies_to_id = y.account_id AND payments_is_live(p.status)
), 0)
FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) WITH ORDINALITY AS asked(lease_id, party_id, run_on, n)
JOIN leases_party y ON y.id = asked.party_id
JOIN leases_charge c ON c.lease_id = asked.lease_id AND c.posted_at IS NULL AND (c.party_id IS NULL OR c.party_id = asked.party_id)
    AND c.due_on <= coalesce((
        SELECT min(o.due_on) FROM leases_charge o WHERE o.lease_id = asked.lease_id AND o.posted_at IS NULL AND o.due_on > asked.run_on
            AND (o.party_id IS NULL OR o.party_id = asked.party_id)
    ), asked.run_on)
ORDER BY asked.n, c.due_on, c.id
"""


def expected_minor(runs: Sequence[AutopayRun]) -> list[int]:
    """What each will pay if nothing else happens; they need not be saved yet. `runs` with autopay, lease and party."""
    if not runs:
        return []
    waiting: dict[int, list[_Waiting]] = defaultdict(list)
    asked = [integers(r.autopay.lease_id for r in runs), integers(r.autopay.party_id for r in runs), moments(r.run_on for r in runs)]
    with connection.cursor() as cursor:
        cursor.execute(WAITING, asked)
        for place, *said in cursor.fetchall():
            waiting[place].append(_Waiting._make(said))
    parties = parties_of(sorted({run.autopay.lease_id for run in runs}))
    flying = in_flight_minor([run.autopay.party.account_id for run in runs])
    deferred = deferred_of(runs)
    found: list[int] = []
    for place, run in enumerate(runs, start=1):
        autopay = run.autopay
        position = _position(run, waiting[place], parties[autopay.lease_id], flying.get(autopay.party.account_id, 0))
        position = replace(position, deferred_minor=deferred[place - 1])
        found.append(amount_of(autopay.mode, autopay.amount_minor, position))
    return found


def deferred_of(runs: Sequence[AutopayRun]) -> list[int]:
    """For each, what by a payment plan is left to the runs after it."""
    return deferred_after([(run.autopay.party_id, days_of(run.autopay).before_next(run.run_on)) for run in runs])


def _position(run: AutopayRun, waiting: Sequence[_Waiting], parties: Sequence[OwingParty], in_flight_minor: int) -> Position:
    """As the account will stand on the day: what falls due by then is owed."""
    autopay, until = run.autopay, days_of(run.autopay).pays_until(run.run_on)
    owed = soon = ahead = later = 0
    for charge in waiting:
        share = _share(charge, autopay.party_id, parties)
        if charge.due_on <= run.run_on:
            owed += share
            continue
        ahead += share
        if charge.due_on <= until:
            soon += share
        else:
            later += charge.claimed_minor
    return Position(autopay.party.account.balance_minor + owed, soon, ahead, in_flight_minor, later)


def _share(charge: _Waiting, party_id: int, parties: Sequence[OwingParty]) -> int:
    shares = split(charge.amount_minor, charge.party_id, parties, on=charge.due_on)
    return sum(amount for party, amount in shares if party.id == party_id)
