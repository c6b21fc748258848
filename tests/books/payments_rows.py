"""Rows that the engine makes: payments, refunds, returns, disputes, payouts, our banks, currencies, tax, plans, sanctions."""

from typing import Any

from ledger.journal.actions import Posting
from payments.chart.accounts import Key
from payments.disputes import postings as disputes
from payments.methods import postings as methods
from payments.payins import postings as payins
from payments.payouts import postings as payouts
from payments.pricing import postings as pricing
from payments.reconciliation import postings as reconciliation
from payments.refunds import postings as refunds
from payments.returns import postings as returns
from payments.subscriptions import postings as subscriptions
from tests.books.story import THEIRS, TRUST_BANK, USD, WHEN, Step, Story, place, steps, subject_of

CLIENT, OWN = place("P1110"), place("P1130")
OURS: dict[str, Any] = {"currency": USD, **WHEN}
ON_CARD: dict[str, Any] = {**THEIRS, "rail": "card"}
PARTY = subject_of("bob")


def line(name: str, amount: int, against: Key, item: str, bank: Key = CLIENT) -> Step:
    return lambda s: [reconciliation.bank_line(line=f"bl_{name}", bank=bank, against=against, amount_minor=amount, item=item, **WHEN)]


def completed(**figures: Any) -> Step:
    return lambda s: [payins.payment_completed(s.rent(**figures), **WHEN)]


def on_card(**figures: Any) -> Step:
    return lambda s: [payins.payment_completed(s.card(**figures), **WHEN)]


def returned(settled: bool, **figures: Any) -> Step:
    return lambda s: [returns.payment_returned(s.rent(**figures), settled=settled, **WHEN)]


def settled(name: str, net: int) -> Step:
    return lambda s: [payouts.payment_settled(settlement=f"stl_{name}", net_minor=net, **THEIRS)]


def return_fee(s: Story) -> list[Posting]:
    return [returns.return_fee(s.rent(), fee_minor=400, **WHEN)]


def nothing(s: Story) -> list[Posting]:
    """Initiated, submitted: no entries."""
    return []


def covered(name: str, amount: int) -> Step:
    return lambda s: [reconciliation.client_covered(cover=f"cov_{name}", amount_minor=amount, **OURS)]


ACH, PAYOUT_RAIL, WIRE = place("P1210", "ach"), place("P1210", "payout"), place("P1210", "wire")
PAID_OUT: dict[str, Any] = {"payout": "po_1", "amount_minor": 149_800, **THEIRS}
RESERVED: dict[str, Any] = {"reserve": "rsv_1", "amount_minor": 15_000, **THEIRS}

steps(
    B2=nothing,
    B3=line("b3", 150_000, ACH, "pay_1"),
    B4=completed(),
    B5=settled("b5", 149_800),
    B6=lambda s: [payouts.payout_created(**PAID_OUT)],
    B7=lambda s: [payouts.payout_paid(**PAID_OUT)],
    B8=line("b8", -149_800, PAYOUT_RAIL, "po_1"),
    B9=lambda s: [reconciliation.fees_swept(sweep="swp_1", amount_minor=200, **OURS)],
    B10=lambda s: [payouts.payout_failed(**PAID_OUT)],
    B11=lambda s: [payouts.payout_returned(**PAID_OUT)],
    B12=line("b12", 149_800, PAYOUT_RAIL, "po_1"),
    B13=lambda s: [payouts.payout_fee(payout="po_1", fee_minor=150, **THEIRS)],
    B14=lambda s: [payouts.reserve_placed(**RESERVED)],
    B15=lambda s: [payouts.reserve_released(**RESERVED)],
)


def identified(s: Story) -> list[Posting]:
    of = {"line": "bl_c6", "payment": "pay_1", "bank": "main", "rail": "wire", "amount_minor": 150_000}
    return [reconciliation.receipt_identified(**of, **OURS)]


steps(
    C2=completed(fee_payer="payer"),
    C3=returned(False, fee_payer="payer"),
    C4=completed(rail="instant", fee=100),
    C5=settled("c5", 149_900),
    C6=line("c6", 150_000, place("P2400"), "bl_c6"),
    C7=identified,
    C8=completed(rail="wire", fee=1_500),
)


def authorized(s: Story) -> list[Posting]:
    s.authorize("pay_1", 10_000)
    return []


def captured(s: Story) -> list[Posting]:
    s.resolve("pay_1", "posted", 8_000)
    return [payins.payment_completed(s.card(amount=8_000, fee=262), **WHEN)]


def voided(s: Story) -> list[Posting]:
    s.resolve("pay_1", "released")
    return []


def processors(s: Story) -> list[Posting]:
    return [reconciliation.processor_fee(report_line="prl_1", item="pay_1", rail="card", amount_minor=220, **OURS)]


OF_IT: dict[str, Any] = {"refund": "re_1", "amount_minor": 10_000}


def overpaid(s: Story) -> payins.Paid:
    return s.rent(amount=160_000, fee=0)


steps(
    D2=authorized,
    D3=captured,
    D4=processors,
    D5=line("d5", 7_780, place("P1210", "card"), "pay_1"),
    D6=voided,
    E2=completed(amount=100_000, fee=0),
    E4=completed(payment="pay_2", amount=50_000, fee=0, by="carol"),
    E6=completed(amount=160_000, fee=0),
    E8=settled("e8", 160_000),
    E9=lambda s: [refunds.refund_submitted(overpaid(s), settled=True, **OF_IT, **WHEN)],
    E10=lambda s: [refunds.refund_completed(rail="ach", over="payout", **OF_IT, **OURS)],
    E11=line("e11", 160_000, ACH, "pay_1"),
    E12=line("e12", -10_000, PAYOUT_RAIL, "re_1"),
    E13=lambda s: [refunds.refund_returned(overpaid(s), over="payout", **OF_IT, **WHEN)],
    E14=line("e14", 10_000, PAYOUT_RAIL, "re_1"),
    E15=lambda s: [refunds.refund_failed(overpaid(s), settled=True, **OF_IT, **WHEN)],
    F1=line("f1", -150_000, ACH, "pay_1"),
    F2=returned(False),
    F3=return_fee,
    F4=line("f4", -150_000, ACH, "pay_1"),
    F6=completed(payment="pay_2"),
    F7=completed(payment="pay_3", amount=2_500, fee=0),
    F8=returned(True),
    F9=returned(True),
    F10=return_fee,
    F11=covered("f11", 150_000),
    F12=line("f12", -150_000, ACH, "pay_1"),
    F13=completed(payment="pay_2"),
    F14=settled("f14", 149_800),
    F15=lambda s: [payouts.loss_written_off(loss="loss_1", amount_minor=400, **THEIRS)],
)


def captured_whole(s: Story) -> list[Posting]:
    s.resolve("pay_1", "posted", 10_000)
    return [payins.payment_completed(s.card(), **WHEN)]


def clawed(refunded: int) -> int:
    return refunds.claw_back(fee_minor=290, amount_minor=10_000, refunded_minor=refunded, clawed_minor=0)


def refunded(amount: int, fee: int = 0) -> Step:
    how = {"refund": "re_1", "amount_minor": amount, "settled": True, "clawed_fee_minor": fee}
    return lambda s: [refunds.refund_submitted(s.card(), **how, **WHEN)]


def refund_failed(s: Story) -> list[Posting]:
    return [refunds.refund_failed(s.card(), refund="re_1", amount_minor=5_000, settled=True, clawed_fee_minor=clawed(5_000), **WHEN)]


def refunded_pending(s: Story) -> list[Posting]:
    return [refunds.refund_submitted(s.card("pay_2", fee=320), refund="re_1", amount_minor=5_000, settled=False, **WHEN)]


def returned_after_refund(s: Story) -> list[Posting]:
    return [returns.payment_returned(s.card(), settled=True, clawed_fee_minor=clawed(5_000), **WHEN)]


def returned_before_it_settled(s: Story) -> list[Posting]:
    return [returns.payment_returned(s.card("pay_2", fee=320), settled=False, went_minor=5_000, **WHEN)]


HALF: dict[str, Any] = {"refund": "re_1", "rail": "card", "amount_minor": 5_000, **OURS}
DISPUTED: dict[str, Any] = {"dispute": "dp_1", "amount_minor": 10_000, **ON_CARD}
DISPUTE_FEE: dict[str, Any] = {"dispute": "dp_1", "fee_minor": 1_500, "cost_minor": 1_500, **ON_CARD}

steps(
    G2=authorized,
    G3=captured_whole,
    G4=settled("g4", 9_710),
    G5=refunded(5_000, clawed(5_000)),
    G6=lambda s: [refunds.refund_completed(**HALF)],
    G7=refund_failed,
    G8=refunded(5_000),
    G9=refunded(10_000, clawed(10_000)),
    G11=returned_after_refund,
    H1=lambda s: [disputes.dispute_opened(**DISPUTED)],
    H2=lambda s: [disputes.dispute_fee(**DISPUTE_FEE)],
    H3=lambda s: [disputes.dispute_won(**DISPUTED)],
    H4=lambda s: [disputes.dispute_fee_returned(**DISPUTE_FEE)],
    H5=lambda s: [disputes.dispute_lost(applies_to=s.party(), **DISPUTED)],
    N2=on_card(payment="pay_2", fee=320),
    N3=refunded_pending,
    N4=settled("n4", 154_480),
    N5=returned_before_it_settled,
)


def rounded(s: Story) -> list[Posting]:
    return [reconciliation.rounding_absorbed(report_line="prl_2", item="pay_1", rail="card", short_minor=1, **OURS)]


steps(
    J1=lambda s: [reconciliation.bank_fee(line="bl_j1", amount_minor=1_500, **OURS)],
    J2=covered("j2", 1_300),
    J3=line("j3", -700, place("P1390"), "bl_j3"),
    J4=covered("j4", 700),
    J5=line("j5", 700, place("P1390"), "bl_j3"),
    J6=rounded,
    J7=lambda s: [methods.verification_sent(bank_account="ba_1", total_minor=77, **OURS)],
    J8=line("j8", -77, place("P1210", "own_ach"), "ba_1", bank=OWN),
)

DRAWN: dict[str, Any] = {"refund": "dre_1", "rail": "ach", "amount_minor": 120_120, "trust_bank": TRUST_BANK, **THEIRS}
GIVEN_BACK: dict[str, Any] = {"refund": "dre_1", "party": PARTY, "held_minor": 120_000, "interest_minor": 120, **THEIRS}


def forwarded(s: Story) -> list[Posting]:
    return [payouts.deposit_forwarded(forwarding="fwd_1", amount_minor=150_000, trust_bank=TRUST_BANK, **THEIRS)]


def deposit_returned(**parts: int) -> Step:
    """`parts` of it: where they are by now."""
    return lambda s: [
        returns.payment_returned(s.deposit_paid(), settled=False, found=returns.Found(TRUST_BANK, s.party(), **parts), **WHEN)
    ]


steps(
    K2=lambda s: [payins.payment_completed(s.deposit_paid(), **WHEN)],
    K3=lambda s: [payins.payment_fee(s.deposit_paid(), **WHEN)],
    K4=line("k4", 150_000, ACH, "pay_1"),
    K5=forwarded,
    K6=line("k6", -150_000, PAYOUT_RAIL, "fwd_1"),
    K11=lambda s: [payouts.deposit_drawn(**DRAWN)],
    K12=lambda s: [payouts.deposit_refunded(**GIVEN_BACK)],
    K13=lambda s: [payouts.deposit_refund_returned(**GIVEN_BACK)],
    K14=deposit_returned(here_minor=150_000),
    K17=lambda s: [payouts.deposit_forwarding_returned(forwarding="fwd_1", amount_minor=150_000, trust_bank=TRUST_BANK, **THEIRS)],
    K18=lambda s: [payouts.deposit_draw_returned(**DRAWN)],
    K15=deposit_returned(there_minor=150_000),
    K19=deposit_returned(gone_minor=150_000),
    K20=deposit_returned(here_minor=120_000, gone_minor=30_000),
    K23=deposit_returned(here_minor=120_000, deducted_minor=30_000),
)

EURO = payins.Conversion("eur", paid_minor=100_000, worth_minor=110_000)
SOLD: dict[str, Any] = {"sold_currency": "eur", "sold_minor": 100_000, "bought_currency": USD, "bought_minor": 109_800}
BLOCKED: dict[str, Any] = {"block": "blk_1", "amount_minor": 149_800, **THEIRS}
PLAN: dict[str, Any] = {"invoice": "inv_1", "amount_minor": 2_900, **THEIRS}

steps(
    M2=lambda s: [payins.payment_completed(s.card(amount=108_900, fee=5_366), conversion=EURO, **WHEN)],
    M3=line("m3", 100_000, place("P1210", "card", "eur"), "pay_1", bank=place("P1110", currency="eur")),
    M4=lambda s: [pricing.fx_converted(conversion="fx_1", **SOLD, **WHEN)],
    M5=lambda s: [pricing.fx_realised(conversion="fx_1", left_minor=200, **OURS)],
    M6=on_card(fee=320, tax_minor=32, jurisdiction="xx"),
    M7=lambda s: [pricing.tax_remitted(remittance="txr_1", jurisdiction="xx", amount_minor=32, **OURS)],
    M8=lambda s: [subscriptions.invoice_finalized(**PLAN)],
    M9=lambda s: [subscriptions.invoice_paid(**PLAN)],
    M10=lambda s: [subscriptions.invoice_paid(rail="card", **PLAN)],
    M11=lambda s: [payouts.landlord_blocked(**BLOCKED)],
    M12=line("m12", -149_800, place("P1140"), "blk_1"),
    M13=lambda s: [payouts.landlord_unblocked(in_blocked_bank_minor=149_800, **BLOCKED)],
    M14=lambda s: [refunds.refund_unclaimed(state="xx", **HALF)],
)
