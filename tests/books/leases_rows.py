"""Rows that the owner's own book makes: A, the charges of every story, deposits as the owner has them."""

from leases.credits import postings as credits
from leases.deposits import postings as deposits
from leases.receipts import postings as receipts
from leases.rent import postings as rent
from ledger.journal.actions import Posting
from tests.books.story import HOME, PAYEE, THEIRS, TRUST_BANK, USD, WHEN, Step, Story, steps, subject_of

IN_HOME = {"payee": PAYEE, "property_id": HOME, **WHEN}
IN_TRUST = {**THEIRS, "party": subject_of("bob"), "trust_bank": TRUST_BANK}


def charge(name: str, category: str, **shares: int) -> Step:
    def step(s: Story) -> list[Posting]:
        owed = [(s.party(who), amount) for who, amount in shares.items()]
        return [rent.charge_due(charge=f"chg_{name}", category=category, shares=owed, payee=PAYEE, property_id=HOME, **WHEN)]

    return step


steps(
    **{name: charge(name.lower(), "rent", bob=150_000) for name in ("A1", "B1", "C1", "E7")},
    **{name: charge(name.lower(), "utilities", bob=10_000) for name in ("D1", "G1", "N1")},
    E1=charge("e1", "rent", bob=90_000, carol=60_000),
    E5=charge("e5", "rent", ann=33_334, bob=33_333, carol=33_333),
    K8=charge("k8", "damages", bob=30_000),
    K21=charge("k21", "damages", bob=30_000),
    M1=charge("m1", "rent", bob=108_900),
    A2=lambda s: [rent.late_fee_assessed(charge="chg_1", shares=[(s.party(), 5_000)], **IN_HOME)],
    A3=lambda s: [rent.late_fee_waived(late_fee="lfe_1", shares=[(s.party(), 5_000)], **IN_HOME)],
    A4=lambda s: [credits.credit_granted(credit="cre_1", amount_minor=10_000, **s.at_lease())],
    A5=lambda s: [receipts.receipt_recorded(receipt="rcp_1", party=s.party(), payee=PAYEE, amount_minor=140_000, **WHEN)],
    A6=lambda s: [receipts.receipt_banked(slip="slip_1", payee=PAYEE, currency=USD, amount_minor=140_000, **WHEN)],
    A7=lambda s: [receipts.receipt_bounced(receipt="rcp_1", party=s.party(), payee=PAYEE, amount_minor=140_000, banked=True, **WHEN)],
    A8=lambda s: [receipts.bank_charge_recorded(bank_charge="bc_1", amount_minor=1_200, **THEIRS)],
    A9=lambda s: [rent.returned_fee_charged(charge="chg_1", shares=[(s.party(), 2_500)], **IN_HOME)],
    A10=lambda s: [credits.charge_written_off(write_off="wo_1", amount_minor=142_500, **s.at_lease())],
    A11=lambda s: [credits.write_off_reinstated(reinstatement="ri_1", amount_minor=40_000, **s.at_lease())],
    A12=lambda s: [receipts.receipt_recorded(receipt="rcp_2", party=s.party(), payee=PAYEE, amount_minor=40_000, **WHEN)],
    A13=lambda s: [rent.lease_transferred(transfer="tr_1", old=s.party(), new=s.party("new"), balance_minor=150_000, **WHEN)],
    E3=lambda s: [rent.party_transferred(transfer="tr_1", giver=s.party(), taker=s.party("carol"), credit_minor=10_000, **WHEN)],
    F5=lambda s: [rent.returned_fee_charged(charge="chg_1", shares=[(s.party(), 2_500)], **IN_HOME)],
    G10=lambda s: [credits.credit_granted(credit="cre_1", amount_minor=5_000, **s.at_lease())],
)


def deposit_due(s: Story) -> list[Posting]:
    return [deposits.deposit_due(charge="chg_k1", party=s.deposit().subject, amount_minor=150_000, **THEIRS)]


def deducted(s: Story) -> list[Posting]:
    where = {"party": subject_of("bob"), "trust_bank": TRUST_BANK}
    return [deposits.deposit_deducted(deduction="ded_1", payee=PAYEE, receivable=s.party(), amount_minor=30_000, **where, **WHEN)]


steps(
    K1=deposit_due,
    K7=lambda s: [deposits.deposit_interest(interest="int_1", renters_minor=120, **IN_TRUST)],
    K9=deducted,
    K22=deducted,
    K10=lambda s: [deposits.trust_withdrawn(withdrawal="wd_1", trust_bank=TRUST_BANK, amount_minor=30_000, **THEIRS)],
    K16=lambda s: [deposits.deposit_receipt_recorded(receipt="rcp_1", amount_minor=150_000, **IN_TRUST)],
)
