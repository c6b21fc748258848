"""What the rooms of this app register when Django starts."""

from directpay.due.registry import Queue
from directpay.due.registry import register as register_queue
from directpay.events.registry import promise
from directpay.people.queries import VISIBLE_TO
from directpay.sagas.registry import register_saga
from leases.arrears import listeners as arrears
from leases.arrears.actions.look import ARREARS_QUEUE, look_at_arrears
from leases.autopay import listeners as autopay
from leases.autopay.actions.notices import tell_ahead
from leases.autopay.actions.outcomes import FAILURES_QUEUE, RETRIES_QUEUE, look_at_failures, run_retries
from leases.autopay.actions.planning import ENDS_QUEUE, NOTICES_QUEUE, RUNS_QUEUE
from leases.autopay.actions.run import run_autopays
from leases.autopay.actions.stopping import MANDATES_QUEUE, follow_mandates, look_at_ends
from leases.autopay.queries import check_pays_by_hand
from leases.contracts.leaving import check_not_renting
from leases.contracts.queries import owes_on, renters_of_landlord, zone_of
from leases.credits import postings as _credits  # noqa: F401 registers
from leases.deposits import postings as _deposits  # noqa: F401 registers
from leases.deposits.actions.ask import ASK_QUEUE, ask_for_deposits
from leases.deposits.actions.forward import forward_deposits
from leases.deposits.actions.take_back import DepositKeeper
from leases.deposits.listeners import ask_on_opening, forward_again, forward_to_the_new_account, take_back_what_waits
from leases.deposits.queries import check_left_nothing, owes_deposit_on
from leases.invariants import LEASES
from leases.late_fees.actions.assess import ASSESS_QUEUE, assess_late_fees
from leases.late_fees.actions.returned import RETURNED_QUEUE, judge_anew
from leases.late_fees.listeners import judge_after_grace, judge_what_it_paid, judge_what_the_cheque_paid
from leases.move_out.listeners import (
    draw_from_the_new_account,
    go_on,
    look_at_what_arrived,
    look_at_what_never_came,
    look_at_what_was_added,
    look_at_what_was_paid,
)
from leases.move_out.steps import MOVE_OUT
from leases.overpayments.actions import BACK_QUEUE, tell_what_came_back
from leases.overpayments.listeners import hear_what_came_back
from leases.payment_plans import listeners as payment_plans
from leases.payment_plans.actions.judging import PLANS_QUEUE, look_at_plans
from leases.payment_plans.behind import OWED_BESIDES
from leases.receipts import postings as _receipts  # noqa: F401 registers
from leases.rent.actions.open_lease import SCHEDULE_QUEUE, extend_schedules
from leases.rent.actions.post_charges import CHARGES_QUEUE, post_charges
from leases.rent.actions.taking import check_lease_takes
from leases.rent.claiming import orders
from leases.transfers.actions import CARRY_QUEUE, carry_balances
from leases.transfers.listeners import follow_move_outs, follow_payments, follow_the_rest, follow_what_was_given_back
from leases.transfers.queries import given_away
from ledger.allocation.orders import register_orders
from ledger.journal.invariants import register_invariants
from payments.customers.queries import KEPT_BY
from payments.payins.actions.complete import TRUST_QUEUE
from payments.payins.queries import MAY_PAY, TAKES, ZONES
from payments.returns.actions import KEEPERS

# After these less is on its way than was: of what is captured, only a part may have been taken of what was promised.
CAME_BACK = ("payment.returned", "payment.failed", "payment.canceled", "payment.captured")


def register() -> None:
    register_queue(Queue(CHARGES_QUEUE, post_charges))
    register_queue(Queue(SCHEDULE_QUEUE, extend_schedules))
    register_queue(Queue(ASSESS_QUEUE, assess_late_fees))
    register_queue(Queue(RETURNED_QUEUE, judge_anew))
    promise("charge.due", hear=judge_after_grace)
    promise(*CAME_BACK, hear=judge_what_it_paid)
    promise("receipt.bounced", hear=judge_what_the_cheque_paid)
    register_queue(Queue(MANDATES_QUEUE, follow_mandates))
    register_queue(Queue(FAILURES_QUEUE, look_at_failures))
    register_queue(Queue(RETRIES_QUEUE, run_retries))
    register_queue(Queue(NOTICES_QUEUE, tell_ahead))
    register_queue(Queue(RUNS_QUEUE, run_autopays))
    register_queue(Queue(ENDS_QUEUE, look_at_ends))
    promise("payment.failed", "payment.returned", hear=autopay.look_at_failures)
    promise("retry.due", hear=autopay.try_again)
    promise("mandate.revoked", hear=autopay.follow_mandates)
    promise("lease.ended", "lease.renewed", hear=autopay.follow_leases)
    _register_deposits()
    register_queue(Queue(CARRY_QUEUE, carry_balances))
    promise("payment.completed", *CAME_BACK, hear=follow_payments)
    register_queue(Queue(PLANS_QUEUE, look_at_plans))
    register_queue(Queue(ARREARS_QUEUE, look_at_arrears))
    register_queue(Queue(BACK_QUEUE, tell_what_came_back))
    promise("overpayment_refund.failed", "overpayment_refund.returned", hear=hear_what_came_back)
    by_hand = (
        "receipt.recorded",
        "credit.granted",
        "charge.written_off",
        "late_fee.waived",
        "deposit.deduction",
        "overpayment.came_back",
    )
    owed_again = ("receipt.bounced", "write_off.reinstated", "deposit.reclaimed")
    promise("payment.completed", *CAME_BACK, hear=payment_plans.look_after_payments)
    promise(*by_hand, *owed_again, hear=payment_plans.look_after_what_was_done_by_hand)
    promise("charge.due", hear=arrears.look_after_the_first_days)
    promise("late_fee.assessed", hear=arrears.look_at_fees)
    promise("payment.completed", hear=arrears.look_at_what_was_paid)
    promise(*CAME_BACK, hear=arrears.look_at_what_came_back)
    promise(*by_hand, hear=arrears.look_at_what_was_done_by_hand)
    promise("party.transferred", "lease.transferred", hear=arrears.look_at_transfers)
    promise("party.transferred", hear=payment_plans.look_after_what_was_done_by_hand)
    ended = ("payment_plan.completed", "payment_plan.broken", "payment_plan.canceled")
    promise(*owed_again, *ended, hear=arrears.look_at_what_is_owed_again)
    promise("charge.due", "late_fee.assessed", *by_hand, *owed_again, *ended, "move_out.closed", hear=follow_the_rest)
    promise("party.transferred", "lease.transferred", hear=follow_the_rest)
    promise("saga.step_done", "saga.turned_back", hear=follow_move_outs)
    for hears in (arrears.look_at_what_was_given_back, payment_plans.look_after_what_was_given_back, follow_what_was_given_back):
        promise("refund.created", "refund.failed", "refund.returned", "refund.canceled", hear=hears)
    _register_rules()
    register_invariants(*LEASES)


def _register_deposits() -> None:
    """Deposits and move-outs."""
    register_queue(Queue(ASK_QUEUE, ask_for_deposits))
    register_queue(Queue(TRUST_QUEUE, forward_deposits))
    promise("lease.created", hear=ask_on_opening)
    promise("deposit_forwarding.failed", "deposit_forwarding.returned", hear=forward_again)
    promise(
        *(f"deposit_{order}.{kind}" for order in ("draw", "refund") for kind in ("paid", "failed")), "deposit_draw.returned", hear=go_on
    )
    answered = [f"deposit_{order}.{kind}" for order in ("forwarding", "draw", "refund") for kind in ("paid", "failed", "returned")]
    promise(*answered, hear=take_back_what_waits)
    for hears_of_account in (forward_to_the_new_account, draw_from_the_new_account):
        promise("trust_bank.account_replaced", hear=hears_of_account)
    promise("deposit_forwarding.paid", hear=look_at_what_arrived)
    promise(*CAME_BACK, hear=look_at_what_never_came)
    promise("payment.completed", "payment.failed", "payment.canceled", hear=look_at_what_was_paid)
    promise("deposit.cheque", "deposit.interest", hear=look_at_what_was_added)
    register_saga(MOVE_OUT)


def _register_rules() -> None:
    """What payments ask of leases."""
    register_orders(orders)
    if renters_of_landlord not in VISIBLE_TO:
        VISIBLE_TO.append(renters_of_landlord)
    for rule in (owes_on, owes_deposit_on):
        if rule not in MAY_PAY:
            MAY_PAY.append(rule)
    for keeps in (check_not_renting, check_pays_by_hand, check_left_nothing):
        if keeps not in KEPT_BY:
            KEPT_BY.append(keeps)
    if check_lease_takes not in TAKES:
        TAKES.append(check_lease_takes)
    if zone_of not in ZONES:
        ZONES.append(zone_of)
    if not KEEPERS:
        KEEPERS.append(DepositKeeper())
    if given_away not in OWED_BESIDES:
        OWED_BESIDES.append(given_away)
