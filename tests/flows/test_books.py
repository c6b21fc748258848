"""The rows of BOOKS.md that the main job reaches, through the actions, with the balances that the page prints.

`after` is written as the page writes it: shown balances in cents, right after the row's own transaction.
"""

from datetime import date

import pytest

from ledger.journal.models import Entry, Transaction
from payments.payins.models import Payment
from payments.reconciliation.models import BankLine
from tests.world import NO_FUNDS, World

pytestmark = pytest.mark.django_db
RETURNED_BEFORE_SETTLEMENT, RETURNED_AFTER_SETTLEMENT = "009901050000", "009901200000"  # R01, 2 and 17 seconds after clearing


@pytest.fixture
def w() -> World:
    return World()


def after(w: World, reference: str, lease, **balances: int) -> None:
    """Balances right after the transaction; `P1210_ach` means P1210/ach, `L1500` the lease's joint party."""
    for name, expected in balances.items():
        number, _, subject = name.partition("_")
        code = f"{number}/{subject}" if subject and number != "L1500" else number
        label = getattr(w, subject).public_id if number == "L1500" and subject else "joint"
        assert w.balance_after(reference, code, lease=lease, label=label) == expected, f"{name} after {reference}"


def legs(reference: str) -> list[tuple[str, int]]:
    return sorted(
        (e.account.number, e.amount_minor) for e in Entry.objects.filter(transaction__reference=reference).select_related("account")
    )


def completed(payment: Payment) -> str:
    return f"payment.completed:{payment.public_id}"


def line(payment: Payment, part: str = "credit") -> str:
    return f"bank.line:{BankLine.objects.get(item=payment.public_id, reference__endswith=part).public_id}"


def settled(payment: Payment) -> str:
    return f"payment.settled:{payment.settlement_line.settlement.public_id}"


def due(lease, n: int = 0) -> str:
    return f"charge.due:{lease.charges.order_by('due_on')[n].public_id}"


def test_a1_rent_falls_due(w):
    lease = w.lease()
    after(w, due(lease), lease, L1500=150000, L4100=150000)
    assert Transaction.objects.get(reference=due(lease)).effective_on == date(2026, 11, 1)
    w.check()


def test_b1_to_b5_ach_with_the_fee_paid_by_the_payee(w):
    lease = w.lease()
    after(w, due(lease), lease, L1500=150000, L4100=150000)  # B1
    payment = w.pay(lease, "ach")
    w.until(payment, "processing")
    assert (w.balance("L1500", lease=lease), w.balance("P2110")) == (150000, 0)  # B2: no entry
    assert not Transaction.objects.filter(reference__contains=payment.public_id).exists()
    payment = w.until(payment, "settled")
    assert Transaction.objects.get(reference=line(payment)).id < Transaction.objects.get(reference=completed(payment)).id
    after(w, line(payment), lease, P1110_main=150000, P1210_ach=-150000)  # B3
    after(w, completed(payment), lease, P1210_ach=0, P2110=149800, L1500=0, L1100=149800, P4110_ach=200, L6100=200)  # B4
    after(w, settled(payment), lease, P2110=0, P2120=149800, L1100=149800)  # B5
    assert legs(completed(payment)) == [
        ("L1100", 149800),
        ("L1500", -150000),
        ("L6100", 200),
        ("P1210", 150000),
        ("P2110", -149800),
        ("P4110", -200),
    ]
    w.check()


def test_c1_to_c3_the_payer_pays_the_fee_and_the_bank_takes_it_all_back(w):
    w.fee("ach", 200, payer="payer")
    lease = w.lease()
    payment = w.pay(lease, "ach", source=w.account(w.bob, RETURNED_BEFORE_SETTLEMENT))
    assert (payment.amount_minor, payment.charged_minor, payment.net_minor) == (150000, 150200, 150000)
    payment = w.until(payment, "returned", "settled")
    after(w, completed(payment), lease, P2110=150000, L1100=150000, L1500=0)  # C2
    assert dict(legs(completed(payment)))["P1210"] == 150200
    returned = f"payment.returned:{payment.public_id}"
    after(w, returned, lease, P2110=0, P4110_ach=0, L1500=150000)  # C3
    assert legs(returned) == [("L1100", -150000), ("L1500", 150000), ("P1210", -150200), ("P2110", 150000), ("P4110", 200)]
    w.check()


def test_c4_and_c5_instant_is_settled_in_the_same_hour(w):
    lease = w.lease()
    payment = w.until(w.pay(lease, "instant"), "settled")
    after(w, completed(payment), lease, P2110=149900, L1500=0, P4110_instant=100, L6100=100, L1100=149900, P1210_instant=150000)  # C4
    after(w, settled(payment), lease, P2120=149900)  # C5
    assert (payment.settled_at - payment.created_at).total_seconds() < 3600
    w.check()


def test_c8_a_referenced_wire_shows_on_the_statement_first(w):
    lease = w.lease()
    payment = w.until(w.pay(lease, "wire"), "settled")
    after(w, line(payment), lease, P1110_main=150000, P1210_wire=-150000)
    after(w, completed(payment), lease, P1210_wire=0, P2110=148500, L1500=0, P4110_wire=1500, L6100=1500)  # C8
    w.check()


def test_e1_roommates_owe_sixty_to_forty(w):
    carol = w.carol = w.person("carol", "renter")
    lease = w.lease((w.bob, {"percent": "60"}), (carol, {"percent": "40"}))
    after(w, due(lease), lease, L1500_bob=90000, L1500_carol=60000, L4100=150000)
    w.check()


def test_e5_the_odd_cent_goes_to_the_lowest_id(w):
    w.ann, w.carol = w.person("ann", "renter"), w.person("carol", "renter")
    lease = w.lease(*((who, {"weight": 1}) for who in (w.ann, w.bob, w.carol)), rent=100000)
    after(w, due(lease), lease, L1500_ann=33334, L1500_bob=33333, L1500_carol=33333)
    w.check()


def test_f1_returned_while_processing_was_never_posted(w):
    lease = w.lease()
    payment = w.until(w.pay(lease, "ach", source=w.account(w.bob, NO_FUNDS)), "failed", "completed")
    assert (payment.status, payment.return_code, payment.failure_code) == ("failed", "R01", "insufficient_funds")
    w.later(seconds=5)
    after(w, line(payment), lease, P1110_main=150000, P1210_ach=-150000)  # B3
    after(w, line(payment, "return"), lease, P1210_ach=0, P1110_main=0)  # F1
    assert w.balance("L1500", lease=lease) == 150000
    assert not Transaction.objects.filter(reference=completed(payment)).exists()
    w.check()


def test_f2_to_f4_returned_before_settlement(w):
    lease = w.lease()
    payment = w.until(w.pay(lease, "ach", source=w.account(w.bob, RETURNED_BEFORE_SETTLEMENT)), "returned", "settled")
    assert payment.status == "returned"
    returned = f"payment.returned:{payment.public_id}"
    after(w, returned, lease, P2110=0, P1210_ach=-150000, L1500=150000, L1100=0, P4110_ach=0, L6100=0)  # F2
    after(w, f"return.fee:{payment.public_id}", lease, P2120=-400, L1100=-400, P4120=400, L6110=400)  # F3
    w.later(seconds=5)
    after(w, line(payment, "return"), lease, P1210_ach=0, P1110_main=0)  # F4
    w.check()


def test_f8_returned_after_settlement(w):
    lease = w.lease()
    payment = w.pay(lease, "ach", source=w.account(w.bob, RETURNED_AFTER_SETTLEMENT))
    w.until(payment, "settled")
    payment = w.until(payment, "returned")
    after(w, f"payment.returned:{payment.public_id}", lease, P2120=0, L1100=0, L1500=150000, P4110_ach=0)  # F8
    w.check()


def test_j7_and_j8_small_deposits_come_from_our_own_bank(w):
    w.account(w.bob)
    sent = Transaction.objects.get(kind="verification.sent")
    after(w, sent.reference, None, P1210_own_ach=-77, P5600=77)  # J7
    w.later(seconds=5)
    own = Transaction.objects.get(kind="bank.line")
    after(w, own.reference, None, P1210_own_ach=0, P1130_main=999923)  # J8
    w.check()


def test_e6_and_e7_an_overpayment_waits_and_pays_the_next_rent_by_allocation_alone(w):
    w.fee("ach", 0)
    lease = w.lease()
    payment = w.until(w.pay(lease, "ach", amount=160_000), "settled")
    after(w, completed(payment), lease, L1500=-10000, P2110=160000, L1100=160000)  # E6
    after(w, settled(payment), lease, P2110=0, P2120=160000)  # E8
    w.later(days=30)
    after(w, due(lease, 1), lease, L1500=140000)  # E7
    assert legs(due(lease, 1)) == [("L1500", 150_000), ("L4100", -150_000)]
    w.check()
