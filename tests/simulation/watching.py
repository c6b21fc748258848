"""Beside the worker when autopay is due: the auditor is brought up to date, says what must happen, and sees what did."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

from directpay.due.registry import QUEUES
from leases.arrears.actions.look import ARREARS_QUEUE
from leases.arrears.models import ArrearsStep
from leases.autopay.actions.outcomes import FAILURES_QUEUE, RETRIES_QUEUE
from leases.autopay.actions.planning import ENDS_QUEUE, RUNS_QUEUE
from leases.autopay.models import Autopay, AutopayAttempt, AutopayRun
from leases.payment_plans.actions.judging import PLANS_QUEUE
from leases.payment_plans.models import PaymentPlan
from leases.transfers.actions import CARRY_QUEUE
from payments.payins.models import Payment
from payments.rails.registry import rail
from tests.simulation.auditor import arrears, by_itself, policies
from tests.simulation.auditor.errors import AuditError, demand, same
from tests.simulation.auditor.requests import Request, Verdict, oldest_claims
from tests.simulation.bank import promise_of

if TYPE_CHECKING:
    from tests.simulation.history import History

Noted = by_itself.Order | arrears.Plan
WRITTEN = {by_itself.Order: ("next_on", "paused", "revoked"), arrears.Plan: ("state", "accepted_on", "ended_on")}
Work = Callable[[Sequence[str], datetime], object]


class Watch:
    """What it has told the auditor is taken back if the transaction never stood."""

    def __init__(self, history: "History") -> None:
        self.history = history
        self.tentative: list[tuple[str, Callable[[], None]]] = []  # payment that must stand, and how to take it back
        self.doubtful: list[tuple[str, list[tuple[Noted, list[Any]]]]] = []  # transaction that must stand, and what was before it
        self.within = False

    def settle(self) -> None:
        """At a check: a process that died before its commit has paid nothing."""
        if self.within:
            return
        for transaction, changed in self.doubtful:
            self._settle(transaction, changed)
        if self.tentative:
            standing = set(Payment.objects.filter(public_id__in=[name for name, _ in self.tentative]).values_list("public_id", flat=True))
            for name, take_back in self.tentative:
                if name not in standing:
                    take_back()
            self.tentative.clear()

    def _settle(self, transaction: str, changed: list[tuple[Noted, list[Any]]]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_xact_status(%s::xid8)", [transaction])
            (became,) = cursor.fetchone()
        for one, was in changed if became == "aborted" else ():
            for name, value in zip(WRITTEN[type(one)], was, strict=True):
                setattr(one, name, value)
        if became != "in progress":
            self.doubtful = [kept for kept in self.doubtful if kept[0] != transaction]

    @contextmanager
    def beside(self) -> Iterator[None]:
        queues = {RUNS_QUEUE: self.runs, RETRIES_QUEUE: self.retries, FAILURES_QUEUE: self.failures, PLANS_QUEUE: self.plans}
        queues |= {CARRY_QUEUE: self.carries, ENDS_QUEUE: self.ends}
        before = {name: QUEUES[name] for name in (*queues, ARREARS_QUEUE)}
        for name, look in queues.items():
            QUEUES[name] = replace(before[name], work=self._looked_at(before[name].work, look))
        QUEUES[ARREARS_QUEUE] = replace(before[ARREARS_QUEUE], work=self._steps_of(before[ARREARS_QUEUE].work))
        try:
            yield
        finally:
            QUEUES.update(before)

    def _looked_at(self, work: Work, look: Callable[[Work, Sequence[str], datetime], None]) -> Work:
        def looking(keys: Sequence[str], at: datetime) -> None:
            with self._judging():
                before = self._noted()
                look(work, keys, at)
                self._until_it_stands(before)

        return looking

    def _noted(self) -> list[tuple[Noted, list[Any]]]:
        """What looks write down of orders and plans, as it is now."""
        auditor = self.history.auditor
        return [
            (one, [getattr(one, name) for name in WRITTEN[type(one)]])
            for one in (*auditor.orders.values(), *auditor.arrears.plans.values())
        ]

    def _until_it_stands(self, before: list[tuple[Noted, list[Any]]]) -> None:
        changed = [(one, was) for one, was in before if [getattr(one, name) for name in WRITTEN[type(one)]] != was]
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id_if_assigned()::text")
            (within,) = cursor.fetchone()
        if changed and within:
            self.doubtful.append((within, changed))

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """All that was done is compared; then this look alone is, and what differs stops the history."""
        self.settle()
        self.within = True
        try:
            self.history.check()
            yield
        except AuditError as error:
            self.history.alarms.append(error)
            raise
        finally:
            self.within = False

    def runs(self, work: Work, keys: Sequence[str], at: datetime) -> None:
        h = self.history
        known = AutopayRun.objects.filter(public_id__in=list(keys), status="planned", run_at__lte=at).select_related("autopay__mandate")
        due = list(known.order_by("autopay__lease_id", "id"))
        for run in due:
            self.check_order(run.autopay)
        work(keys, at)
        for run in due:
            order, found = h.auditor.orders[run.autopay.public_id], AutopayRun.objects.get(id=run.id)
            same(f"the day of the run of {order.id}", order.next_on, run.run_on)
            demand(at >= order.run_at(run.run_on), f"{order.id} ran before nine")
            wanted = by_itself.judge_run(h.auditor, order, run.run_on)
            same(f"the run of {order.id} on {run.run_on}", wanted, (found.status, found.reason, found.amount_minor or 0))
            if wanted[0] == "paying":
                self.accept(order, found.attempts.get().payment, wanted[2], at)
            h.auditor.edges[f"autopay run: planned → {found.status}"] += 1
            h.say(f"  {order.id} on {run.run_on}: {found.status} {found.reason} {found.amount_minor or ''}")
            if wanted[1] in ("over_cap", *policies.REFUSALS):
                order.paused = wanted[1]
            self.check_next(order, run.run_on)

    def ends(self, work: Work, keys: Sequence[str], at: datetime) -> None:
        """An order without a day to come gets one when its lease goes on, and ends with it; not before what it paid last has settled."""
        h = self.history
        idle = [order for key in keys if (order := h.auditor.orders[key]).next_on is None]
        stood = {order.id: Autopay.objects.get(public_id=order.id).status for order in idle}
        work(keys, at)
        for order in idle:
            row = Autopay.objects.get(public_id=order.id)
            if stood[order.id] != "canceled" and row.status == "canceled":
                made = list(AutopayAttempt.objects.filter(run__autopay=row, run__status="paying").order_by("id").select_related("payment"))
                last = {attempt.run_id: h.auditor.payments[attempt.payment.public_id].state for attempt in made}
                demand(set(last.values()) <= {"settled", "canceled"}, f"{order.id} has ended, and its payments are {last}")
                h.auditor.edges["autopay: ended with its lease"] += 1
            if stood[order.id] != "canceled":
                on = row.runs.exclude(status="planned").order_by("-run_on").values_list("run_on", flat=True).first()
                today = order.lease.today(at)
                self.check_next(order, max(on or today, today))
                h.auditor.edges["autopay: goes on with its lease"] += order.next_on is not None

    def carries(self, work: Work, keys: Sequence[str], at: datetime) -> None:
        """What goes along to another unit is judged by its postings: here it is seen to it that nothing else has happened meanwhile."""
        work(keys, at)

    def plans(self, work: Work, keys: Sequence[str], at: datetime) -> None:
        h = self.history
        kept = [plan for name in keys if (plan := h.auditor.arrears.plans.get(name)) and plan.state == "active"]
        wanted = [(plan, arrears.judge_plan(h.auditor, plan, at)) for plan in kept]
        work(keys, at)
        for plan, state in wanted:
            same(f"payment plan {plan.id} when it was looked at", state, PaymentPlan.objects.get(public_id=plan.id).status)
            h.say(f"  {plan.id} is {state}")
            if state != "active":
                arrears.moved(h.auditor, plan, state, plan.lease.today(at))

    def _steps_of(self, work: Work) -> Work:
        """A look at arrears is compared where it came to something."""

        def looking(keys: Sequence[str], at: datetime) -> None:
            last = ArrearsStep.objects.order_by("-id").values_list("id", flat=True).first() or 0
            work(keys, at)
            new = list(ArrearsStep.objects.filter(id__gt=last).select_related("case__lease", "case__party"))
            if not new:
                return
            with self._judging():
                for step in new:
                    case = step.case
                    arrears.check_new_step(self.history.auditor, case.lease.public_id, case.party.label, step.overdue_minor, at)

        return looking

    def check_order(self, row: Autopay) -> None:
        """Its state is one that the auditor knows a reason for."""
        order = self.history.auditor.orders[row.public_id]
        made = list(Payment.objects.filter(autopay_attempt__run__autopay=row).order_by("id").values_list("public_id", flat=True))
        if row.mandate.revoked_at:
            demand(
                by_itself.may_stop(self.history.auditor, order, "", "mandate_revoked", made, self.history.now),
                f"the mandate of {order.id} was revoked",
            )
            order.revoked = True
        if row.status != "active":
            demand(
                by_itself.may_stop(self.history.auditor, order, row.status, row.reason, made, self.history.now),
                f"{order.id} is {row.status}: {row.reason}",
            )
            order.paused = order.paused or (row.reason if row.status == "paused" else "")
        else:
            demand(not (order.paused or order.off), f"{order.id} is active, and was {order.paused or 'turned off'}")

    def check_next(self, order: by_itself.Order, on: datetime) -> None:
        order.next_on = by_itself.next_day(order.lease, order.day, on, self.history.now)
        row = Autopay.objects.get(public_id=order.id)
        planned = list(row.runs.filter(status="planned").values_list("run_on", flat=True))
        same(f"the next run of {order.id}", [order.next_on] if order.next_on and row.status != "canceled" else [], planned)

    def retries(self, work: Work, keys: Sequence[str], at: datetime) -> None:
        last = AutopayAttempt.objects.order_by("-id").values_list("id", flat=True).first() or 0
        work(keys, at)
        for attempt in AutopayAttempt.objects.filter(id__gt=last).select_related("run__autopay", "payment").order_by("id"):
            order = self.history.auditor.orders[attempt.run.autopay.public_id]
            made = [a.payment.public_id for a in attempt.run.attempts.select_related("payment").order_by("number") if a.id < attempt.id]
            wrong, amount = by_itself.judge_retry(self.history.auditor, order, attempt.run.run_on, made, at)
            demand(not wrong, f"{order.id} was tried again, and must not: {wrong}")
            same(f"the retry of {order.id}", amount, attempt.payment.amount_minor)
            self.accept(order, attempt.payment, amount, at)
            self.history.auditor.edges["autopay run: paying → retried"] += 1
            self.history.say(f"  {order.id} is tried again: {amount}")

    def failures(self, work: Work, keys: Sequence[str], at: datetime) -> None:
        """Nobody has a backup here: a failure makes no payment by itself."""
        before = AutopayAttempt.objects.count()
        work(keys, at)
        same("payments made by failures", before, AutopayAttempt.objects.count())

    def accept(self, order: by_itself.Order, made: Payment, amount: int, at: datetime) -> None:
        h, account = self.history, order.lease.account(order.label)
        claims = tuple(oldest_claims(h.auditor, order.lease.id, order.label, amount))
        fee, payer = h.auditor.fees.get((order.lease.payee, "ach"), (by_itself.HOUSE_FEES["ach"], "payee"))
        request = Request(order.payer, order.lease.id, "ach", order.bank_account, amount)
        verdict = Verdict("", account, amount, fee, payer, claims)
        h.auditor.payment_accepted(made.public_id, request, verdict, at, promise_of(rail("ach"), at))
        h.cast.payments.append(made)

        def take_back() -> None:
            del h.auditor.payments[made.public_id]
            h.cast.payments.remove(made)

        self.tentative.append((made.public_id, take_back))
