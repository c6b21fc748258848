"""The day has come: what is owed is paid, in the amount that the books say under lock, once; or it is kept why nothing was."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from directpay.database.rows import update_rows
from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.people.actor import SYSTEM, system
from leases.autopay.actions.locking import OF_RUN, lock_runs, mandates_of
from leases.autopay.actions.planning import STOP_COLUMNS, days_of, drop_promises, plan_next, stop
from leases.autopay.actions.stopping import MANDATE_REVOKED, end
from leases.autopay.amounts import amount_of, over_cap, position_of
from leases.autopay.events import autopay_fact, run_fact
from leases.autopay.expected import deferred_of
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.autopay.queries import amounts_before
from leases.rent.actions.pay_rent import PayRequest, first_in_turn, intend
from leases.rent.standing import Payer, StandingToPay, stand_to_pay_together
from payments.methods.mandates.models import Mandate
from payments.methods.models import BankAccount
from payments.payins.actions.initiate import Accepted, AmountTooSmall, write
from payments.payins.models import Payment

ACTOR = system("autopay")
PAUSED, NOT_VERIFIED, NOT_ON_LEASE, OVER_CAP = "paused", "bank_account_not_verified", "not_on_lease", "over_cap"
NOTHING_OWED, ON_ITS_WAY = "nothing_owed", "on_its_way"
ENDS = (MANDATE_REVOKED, NOT_ON_LEASE)  # of the reasons for a missed run, those that turn autopay off; others pause it
RUN_COLUMNS = ("status", "reason", "amount_minor", "version", "changed_at")


def run_autopays(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: each planned run whose time has come, and the next one of its autopay."""
    with unit_of_work():
        runs = [run for run in lock_runs(public_ids, [AutopayRun.Status.PLANNED], OF_RUN) if run.run_at <= at]
        if not runs:
            return
        mandates = mandates_of([run.autopay for run in runs])
        ready: list[AutopayRun] = []
        facts: list[NewEvent] = []
        for run in runs:
            kept_from = obstacle(run.autopay, run.autopay.bank_account, mandates[run.autopay.mandate_id])
            if kept_from:
                facts += _miss(run, kept_from, at)
            else:
                ready.append(run)
        before = amounts_before(ready)
        made: list[tuple[AutopayRun, Payment]] = []
        waiting: list[Accepted] = []

        def write_down() -> None:
            write(waiting, actor=ACTOR, at=at)
            waiting.clear()

        for deferred, (run, stands) in zip(deferred_of(ready), stand_in_turn(ready, write_down), strict=True):
            accepted = _pay(run, stands, before.get(run.autopay_id), deferred, facts, at)
            if accepted:
                waiting.append(accepted)
                made.append((run, accepted.payment))
        write_down()
        AutopayAttempt.objects.bulk_create(
            AutopayAttempt(run=run, number=1, kind=AutopayAttempt.Kind.FIRST, payment=payment) for run, payment in made
        )
        update_rows(AutopayRun, runs, RUN_COLUMNS)
        drop_promises(runs)
        plan_next({run.autopay: run.run_on for run in runs if run.autopay.status != Autopay.Status.CANCELED}, at)
        record(facts)
        update_rows(Autopay, [run.autopay for run in runs if run.autopay.changed_at == at], STOP_COLUMNS)


def stand_in_turn(
    runs: Sequence[AutopayRun], write_down: Callable[[], None] = lambda: None
) -> Iterator[tuple[AutopayRun, StandingToPay | None]]:
    """Step: where each payer stands, all read together; who comes second to an account is looked at again, after the first has paid.

    `write_down`: what was accepted so far and is not written yet.
    """
    payers = [Payer(run.autopay.lease, run.autopay.user_id, run.autopay.rail) for run in runs]
    seen: set[int] = set()
    for run, payer, found in zip(runs, payers, stand_to_pay_together(payers), strict=True):
        stands = found
        if found is not None and found.account.account.id in seen:
            write_down()
            (stands,) = stand_to_pay_together([payer])
        if found is not None:
            seen.add(found.account.account.id)
        yield run, stands


def obstacle(autopay: Autopay, account: BankAccount, mandate: Mandate) -> str:
    """Why it may not debit this account now; empty if it may."""
    if mandate.revoked_at is not None:
        return MANDATE_REVOKED
    if autopay.status != Autopay.Status.ACTIVE:
        return PAUSED
    return "" if account.status == BankAccount.Status.VERIFIED else NOT_VERIFIED


def _pay(
    run: AutopayRun, stands: StandingToPay | None, before_minor: int | None, deferred_minor: int, facts: list[NewEvent], at: datetime
) -> Accepted | None:
    """Step: the payment of this run, to be written; None, with what it is told, where nothing is to pay or something keeps it from that."""
    autopay = run.autopay
    if stands is None:
        facts += _miss(run, NOT_ON_LEASE, at)
        return None
    place = position_of(stands, days_of(autopay).pays_until(run.run_on), deferred_minor=deferred_minor)
    amount = amount_of(autopay.mode, autopay.amount_minor, place)
    if amount == 0:
        facts.append(_settle(run, AutopayRun.Status.NOTHING, ON_ITS_WAY if place.in_flight_minor else NOTHING_OWED, "nothing", at))
        return None
    if over_cap(amount, cap_minor=autopay.cap_minor, cap_percent=autopay.cap_percent, before_minor=before_minor):
        facts += _miss(run, OVER_CAP, at, wanted=amount)
        return None
    try:
        accepted = intend_for(run, stands, autopay.bank_account, amount, at)
    except AmountTooSmall as refusal:  # a rest that the payee's fee would eat
        facts.append(_settle(run, AutopayRun.Status.NOTHING, refusal.code, "nothing", at))
        return None
    except DirectPayError as refusal:
        facts += _miss(run, refusal.code, at)
        return None
    run.amount_minor = accepted.payment.amount_minor
    facts.append(_settle(run, AutopayRun.Status.PAYING, "", "paid", at, payment=accepted.payment.public_id))
    return accepted


def pay_for(run: AutopayRun, stands: StandingToPay, account: BankAccount, amount_minor: int, at: datetime, **metadata: str) -> Payment:
    """Step: a payment for the oldest charges, as a renter makes one by hand. What is refused has written nothing."""
    accepted = intend_for(run, stands, account, amount_minor, at, **metadata)
    write([accepted], actor=ACTOR, at=at)
    return accepted.payment


def intend_for(run: AutopayRun, stands: StandingToPay, account: BankAccount, amount_minor: int, at: datetime, **metadata: str) -> Accepted:
    """Step: the same, not written yet; the run it is for is written on it, and the mandate that it stands on."""
    autopay = run.autopay
    request = PayRequest(
        rail=autopay.rail,
        bank_account=account,
        allow_duplicate=True,  # the run is unique, and what is on its way is counted
        metadata={"autopay": autopay.public_id, "autopay_run": run.public_id, **metadata},
        again=run.status == AutopayRun.Status.PAYING,
    )
    wishes = first_in_turn(stands, amount_minor)
    accepted = intend(autopay.lease, stands, request, amount_minor=amount_minor, wishes=wishes, at=at)
    accepted.payment.mandate_id = autopay.mandate_id if account.id == autopay.bank_account_id else autopay.backup_mandate_id
    return accepted


def _settle(run: AutopayRun, status: str, reason: str, kind: str, at: datetime, **more: object) -> NewEvent:
    run.status, run.reason, run.version, run.changed_at = status, reason[:40], run.version + 1, at
    return run_fact(kind, run, actor=SYSTEM.label, at=at, **more)


def _miss(run: AutopayRun, reason: str, at: datetime, **more: object) -> list[NewEvent]:
    """The run pays nothing. Unless it was paused, its autopay is now, or ends; its payer is told."""
    facts = [_settle(run, AutopayRun.Status.MISSED, reason, "missed", at, **more)]
    autopay = run.autopay
    if reason in ENDS:
        end(autopay, reason, SYSTEM, at)
    elif reason != PAUSED:
        stop(autopay, Autopay.Status.PAUSED, reason[:40], SYSTEM, at)
        facts.append(autopay_fact("paused", autopay, actor=SYSTEM.label, at=at))
    return facts
