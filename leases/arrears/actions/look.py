"""Parties that may be overdue are looked at: a case is opened, goes up its ladder, is closed. Sets, in a fixed number of questions.

What is looked at are charges when their first step could come, cases when their next one does, and accounts whose money came, came back
or never came. While a party keeps a payment plan its ladder stands still.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import prefetch_related_objects

from directpay.database.rows import update_rows
from directpay.due.actions import done, schedule
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from leases.arrears.events import case_fact, step_fact
from leases.arrears.ladder import STANDARD, Rung, first_days, next_rung, reached, rungs, written
from leases.arrears.models import ArrearsCase, ArrearsPolicy, ArrearsStep
from leases.arrears.queries import concerned, late_fee_days, with_steps
from leases.contracts.actions import lock_lease_rows
from leases.payment_plans.behind import Debt, Standing, standings
from leases.payment_plans.queries import keep_a_plan
from leases.rent.queries import day_begins, local_today

ARREARS_QUEUE = "arrears.look"
FROM_EVER: Final = date(2000, 1, 1)
REASON = ArrearsCase.Reason
CHANGED = ("closed_on", "reason", "version", "changed_at")


@dataclass(slots=True)
class _Looking:
    """What a set of looks comes to, kept and told together."""

    at: datetime
    opened: list[ArrearsCase] = field(default_factory=list)
    changed: list[ArrearsCase] = field(default_factory=list)
    climbing: list[tuple[ArrearsCase, int]] = field(default_factory=list)  # with what is overdue
    closed: list[str] = field(default_factory=list)
    facts: list[NewEvent] = field(default_factory=list)
    promises: list[tuple[str, datetime]] = field(default_factory=list)


def look_at_arrears(keys: Sequence[str], at: datetime) -> list[ArrearsStep]:
    """The due queue's work, by public ids of charges, accounts and cases. Returns the steps that were reached; the same again finds none.

    However many there are, all who owe nothing cost one question together.
    """
    with unit_of_work():
        parties = concerned(keys)
        if not parties:
            return []
        lock_lease_rows(set(parties.values()))
        where, planned = standings(parties), keep_a_plan(parties)
        cases = {case.party_id: case for case in with_steps().filter(party_id__in=parties, closed_on=None).select_for_update(of=("self",))}
        looking, overdue = _Looking(at), dict[int, list[Debt]]()
        behind = {id: standing.overdue(local_today(standing.party.lease, at)) for id, standing in where.items()}
        told = [case.party for case in cases.values()] + [where[id].party for id, debts in behind.items() if debts]
        prefetch_related_objects(told, "renters__user")  # of those alone of whom there may be something to tell
        for party_id, debts in behind.items():
            case = cases.get(party_id)
            stays = _stays(case, debts)
            if case is not None and not stays:
                _close(case, debts, looking)
            if where[party_id].open_debts and not debts:  # a day of it is not over: what a charge promises, a debt of another kind does not
                looking.promises.append(_tomorrow(where[party_id]))
            if debts and party_id not in planned:
                overdue[party_id] = debts
                if case is not None and stays:
                    looking.climbing.append((case, sum(debt.minor for debt in debts)))
        _save_closed(looking)
        climbing = {case.party_id for case, _ in looking.climbing}
        _open([(where[id], debts) for id, debts in overdue.items() if id not in climbing], looking)
        steps = _climb(looking)
        record(looking.facts)
        done(ARREARS_QUEUE, looking.closed)
        schedule(ARREARS_QUEUE, looking.promises)
        return steps


def _tomorrow(standing: Standing) -> tuple[str, datetime]:
    """The promise to look again when the oldest open debt is overdue."""
    lease = standing.party.lease
    return standing.party.account.public_id, day_begins(lease, standing.open_debts[0].counts_from + timedelta(days=1))


def _stays(case: ArrearsCase | None, debts: Sequence[Debt]) -> bool:
    """Whether it is still about the oldest debt that is open."""
    return case is not None and bool(debts) and debts[0].counts_from == case.counts_from


def _close(case: ArrearsCase, debts: Sequence[Debt], looking: _Looking) -> None:
    older = bool(debts) and debts[0].counts_from < case.counts_from
    case.closed_on, case.reason = local_today(case.lease, looking.at), REASON.OLDER_DEBT if older else REASON.PAID
    case.version, case.changed_at = case.version + 1, looking.at
    looking.closed.append(case.public_id)
    looking.changed.append(case)
    overdue = sum(debt.minor for debt in debts)
    looking.facts.append(case_fact("closed", case, looking.at, overdue_minor=overdue, reason=str(case.reason)))


def _save_closed(looking: _Looking) -> None:
    """Step: before others are opened for the same parties."""
    update_rows(ArrearsCase, looking.changed, CHANGED)
    looking.changed = []


def _open(found: Sequence[tuple[Standing, list[Debt]]], looking: _Looking) -> None:
    """Step: the debt's own case again, or a new one by the policy in force, once its first step has come; else that is promised."""
    before = _cases_of(found)
    policies = _policies(
        [(standing, debts) for standing, debts in found if (standing.party.id, debts[0].counts_from) not in before], looking
    )
    for standing, debts in found:
        party, oldest, overdue = standing.party, debts[0], sum(debt.minor for debt in debts)
        case = before.get((party.id, oldest.counts_from))
        if case is not None:
            case.party = party
            case.closed_on, case.reason, case.version, case.changed_at = None, "", case.version + 1, looking.at
            looking.changed.append(case)
        else:
            today, policy = local_today(party.lease, looking.at), policies[party.id]
            first = oldest.counts_from + timedelta(days=policy.first_days)
            if today < first:
                looking.promises.append((party.account.public_id, day_begins(party.lease, first)))
                continue
            case = ArrearsCase(
                public_id=public_id("arr"),
                lease=party.lease,
                party=party,
                policy=policy,
                since_on=oldest.due_on,
                counts_from=oldest.counts_from,
                opened_on=today,
                created_at=looking.at,
                changed_at=looking.at,
            )
            looking.opened.append(case)
        looking.facts.append(case_fact("opened", case, looking.at, overdue_minor=overdue, reopened=case.version > 1))
        looking.climbing.append((case, overdue))
    ArrearsCase.objects.bulk_create(looking.opened)


def _cases_of(found: Sequence[tuple[Standing, list[Debt]]]) -> dict[tuple[int, date], ArrearsCase]:
    wanted = {(standing.party.id, debts[0].counts_from) for standing, debts in found}
    rows = with_steps().filter(party_id__in={party for party, _ in wanted}).select_for_update(of=("self",))
    return {key: row for row in rows if (key := (row.party_id, row.counts_from)) in wanted}


def _policies(found: Sequence[tuple[Standing, list[Debt]]], looking: _Looking) -> dict[int, ArrearsPolicy]:
    """Party id → its payee's policy in force; ours is written down where there is none."""
    days = {standing.party.id: local_today(standing.party.lease, looking.at) for standing, _ in found}
    payees = {standing.party.id: standing.party.lease.unit.property.payee_id for standing, _ in found}
    in_force = _in_force(payees, days)
    without = {payees[party] for party in days if party not in in_force}
    if without:
        ArrearsPolicy.objects.bulk_create([_standard(payee, looking.at) for payee in sorted(without)], ignore_conflicts=True)
        in_force = _in_force(payees, days)
    return in_force


def _in_force(payees: dict[int, int], days: dict[int, date]) -> dict[int, ArrearsPolicy]:
    found: dict[int, ArrearsPolicy] = {}
    rows = list(ArrearsPolicy.objects.filter(payee_id__in=set(payees.values())).order_by("from_on", "id"))
    for party, payee in payees.items():
        for row in rows:
            if row.payee_id == payee and row.from_on <= days[party]:
                found[party] = row
    return found


def _standard(payee_id: int, at: datetime) -> ArrearsPolicy:
    return ArrearsPolicy(
        public_id=public_id("arp"),
        payee_id=payee_id,
        from_on=FROM_EVER,
        steps=written(STANDARD),
        first_days=first_days(STANDARD),
        standard=True,
        created_at=at,
    )


def _climb(looking: _Looking) -> list[ArrearsStep]:
    """Step: what each case has come to and has no row for; of several at once the highest is told. And the promise of the next."""
    cases = [case for case, _ in looking.climbing]
    agreed = late_fee_days(cases)
    steps: list[ArrearsStep] = []
    for case, overdue in looking.climbing:
        ladder, today = rungs(case.policy.ladder, agreed[case.party_id]), local_today(case.lease, looking.at)
        new = _new_rungs(case, reached(ladder, case.counts_from, today), case in looking.opened)
        made = [_step(case, rung, overdue, rung == new[-1], today, looking.at) for rung in new]
        if made and made[-1].told:
            case.version, case.changed_at = case.version + 1, looking.at
            looking.facts.append(step_fact(made[-1], looking.at))
            looking.changed.append(case)
        steps += made
        coming = next_rung(ladder, case.counts_from, today)
        if coming is not None:
            looking.promises.append((case.public_id, day_begins(case.lease, coming[1])))
    ArrearsStep.objects.bulk_create(steps)
    update_rows(ArrearsCase, _once(looking.changed), CHANGED)
    return steps


def _new_rungs(case: ArrearsCase, come_to: Sequence[Rung], is_new: bool) -> list[Rung]:
    """Those that it has no row for."""
    known = set() if is_new else {step.level for step in case.steps.all()}
    return [rung for rung in come_to if rung.level not in known]


def _step(case: ArrearsCase, rung: Rung, overdue_minor: int, told: bool, today: date, at: datetime) -> ArrearsStep:
    return ArrearsStep(
        case=case,
        level=rung.level,
        kind=rung.kind,
        days=rung.days,
        overdue_minor=overdue_minor,
        told=told,
        reached_on=today,
        reached_at=at,
    )


def _once(cases: Collection[ArrearsCase]) -> list[ArrearsCase]:
    return list({case.id: case for case in cases}.values())
