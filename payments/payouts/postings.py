"""From pending to available to the owner's bank; reserves and blocks on the way; and deposits to and from the trust bank."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.journal.actions import Posting
from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from payments.chart.accounts import Key, at_directpay, clearing, client_bank, of_payee, platform
from payments.chart.drafts import Draft, Line, cr, dr, opposite, postings_of, posts
from payments.chart.kinds import BLOCKED_BANK, NO_PROPERTY, PAYOUT
from payments.chart.owners import own
from payments.payouts.models import Settlement
from payments.rails.timetable import bank_day_of

own(
    __name__,
    AccountKind(
        "P2140",
        "landlord reserved",
        CREDIT,
        "client",
        "zero",
        mirror="landlord",
        by_item=True,
        one_per="landlord",
        meaning="reserve with reason and end",
    ),
    AccountKind(
        "P2150",
        "landlord blocked",
        CREDIT,
        "client",
        "zero",
        mirror="landlord",
        one_per="landlord",
        meaning="sanctions: no debit of any kind without licence",
    ),
    AccountKind(
        "P2160",
        "landlord in transit",
        CREDIT,
        "client",
        "zero",
        mirror="landlord",
        by_item=True,
        one_per="landlord",
        meaning="sent, not confirmed",
    ),
    AccountKind("P4140", "payout fees", CREDIT, "own", "any", one_per="platform", meaning="what payees pay for instant payouts"),
    AccountKind("P5400", "landlord losses", DEBIT, "own", "any", one_per="platform", meaning="negative balances given up"),
)


def settlements(batch: Sequence[Settlement], payees: Mapping[int, str], at: datetime) -> list[Posting]:
    """One posting each; `payees` gives the public ids."""
    today = bank_day_of(at)
    return postings_of(
        [
            payment_settled.draft(
                settlement=s.public_id,
                payee=payees[s.payee_id],
                currency=s.currency,
                net_minor=s.net_minor,
                on=today,
                at=at,
            )
            for s in batch
            if s.net_minor  # all of it may have gone back before it settled
        ]
    )


@dataclass(frozen=True, slots=True)
class _Buckets:
    """What the platform owes one payee, by bucket, and where it goes."""

    payee: str
    currency: str

    def __getitem__(self, number: str) -> Key:
        return platform(number, self.payee, self.currency)

    @property
    def sent(self) -> Key:
        return clearing(PAYOUT, self.currency)

    @property
    def mirror(self) -> Key:
        return at_directpay(self.payee, self.currency)

    @property
    def owners_bank(self) -> Key:
        return of_payee("L1200", self.payee, self.currency)


@posts("payment.settled", rows="B5 C5 E8 F14 G4 N4")
def payment_settled(*, settlement: str, payee: str, currency: str, net_minor: int, on: date, at: datetime) -> Draft:
    """Pending becomes available: per payee and currency, the sum of the batch's lines."""
    owed = _Buckets(payee, currency)
    return Draft(settlement, on, at, [dr(owed["P2110"], net_minor), cr(owed["P2120"], net_minor)])


@posts("payout.created", rows="B6")
def payout_created(*, payout: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """On its way to the owner, out of available."""
    owed = _Buckets(payee, currency)
    return Draft(payout, on, at, [dr(owed["P2120"], amount_minor), cr(owed["P2160"], amount_minor, payout)])


@posts("payout.failed", rows="B10")
def payout_failed(*, payout: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """It never left: available again."""
    owed = _Buckets(payee, currency)
    return Draft(payout, on, at, [dr(owed["P2160"], amount_minor, payout), cr(owed["P2120"], amount_minor)])


@posts("payout.paid", rows="B7")
def payout_paid(*, payout: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The rail confirms: the owner has it."""
    owed = _Buckets(payee, currency)
    lines = [
        dr(owed["P2160"], amount_minor, payout),
        cr(owed.sent, amount_minor, payout),
        dr(owed.owners_bank, amount_minor),
        cr(owed.mirror, amount_minor),
    ]
    return Draft(payout, on, at, lines)


@posts("payout.returned", rows="B11")
def payout_returned(*, payout: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """The owner's bank sends it back after confirmation: a new fact, available again."""
    owed = _Buckets(payee, currency)
    lines = [
        dr(owed.sent, amount_minor, payout),
        cr(owed["P2120"], amount_minor),
        dr(owed.mirror, amount_minor),
        cr(owed.owners_bank, amount_minor),
    ]
    return Draft(payout, on, at, lines)


@posts("payout.fee", rows="B13")
def payout_fee(*, payout: str, payee: str, currency: str, fee_minor: int, on: date, at: datetime) -> Draft:
    """The payee pays for an instant payout, never below zero."""
    owed = _Buckets(payee, currency)
    lines = [
        dr(owed["P2120"], fee_minor),
        cr(platform("P4140", "", currency), fee_minor),
        dr(of_payee("L6110", payee, currency, NO_PROPERTY), fee_minor),
        cr(owed.mirror, fee_minor),
    ]
    return Draft(payout, on, at, lines)


@posts("reserve.placed", rows="B14")
def reserve_placed(*, reserve: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """Kept back for a reason, until an end; never more than is available."""
    owed = _Buckets(payee, currency)
    return Draft(reserve, on, at, [dr(owed["P2120"], amount_minor), cr(owed["P2140"], amount_minor, reserve)])


@posts("reserve.released", rows="B15")
def reserve_released(*, reserve: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime, part: str = "") -> Draft:
    """Available again; `part` names a release of less than the whole."""
    owed = _Buckets(payee, currency)
    lines = [dr(owed["P2140"], amount_minor, reserve), cr(owed["P2120"], amount_minor)]
    return Draft(f"{reserve}:{part}" if part else reserve, on, at, lines)


@posts("landlord.blocked", rows="M11")
def landlord_blocked(*, block: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime) -> Draft:
    """A sanctions match is confirmed: nothing leaves without a licence."""
    owed = _Buckets(payee, currency)
    return Draft(block, on, at, [dr(owed["P2120"], amount_minor), cr(owed["P2150"], amount_minor)])


@posts("landlord.unblocked", rows="M13")
def landlord_unblocked(
    *, block: str, payee: str, currency: str, amount_minor: int, in_blocked_bank_minor: int, on: date, at: datetime
) -> Draft:
    """A licence, or a false match: available again, and back from the blocked bank what had been brought there."""
    owed = _Buckets(payee, currency)
    lines = [
        dr(owed["P2150"], amount_minor),
        cr(owed["P2120"], amount_minor),
        dr(client_bank(currency), in_blocked_bank_minor),
        cr(platform("P1140", BLOCKED_BANK, currency), in_blocked_bank_minor),
    ]
    return Draft(block, on, at, lines)


@posts("loss.written_off", rows="F15")
def loss_written_off(
    *, loss: str, payee: str, currency: str, amount_minor: int, on: date, at: datetime, property_id: str = NO_PROPERTY
) -> Draft:
    """We give up a negative balance: our loss, and income of the payee."""
    owed = _Buckets(payee, currency)
    lines = [
        dr(platform("P5400", "", currency), amount_minor),
        cr(owed["P2120"], amount_minor),
        dr(owed.mirror, amount_minor),
        cr(of_payee("L4800", payee, currency, property_id), amount_minor),
    ]
    return Draft(loss, on, at, lines)


# Deposits pass through; what holds them is named by whoever knows the lease: `trust_bank` and `party` are subjects in the payee's book.


@posts("deposit.forwarded", rows="K5")
def deposit_forwarded(*, forwarding: str, payee: str, currency: str, amount_minor: int, trust_bank: str, on: date, at: datetime) -> Draft:
    """A deposit is in the payee's trust bank."""
    return Draft(forwarding, on, at, _to_trust(forwarding, PAYOUT, payee, currency, amount_minor, trust_bank))


@posts("deposit.forwarding_returned", rows="K17")
def deposit_forwarding_returned(
    *, forwarding: str, payee: str, currency: str, amount_minor: int, trust_bank: str, on: date, at: datetime
) -> Draft:
    """The trust bank sends it back after confirmation: with us again, as before it was forwarded."""
    return Draft(forwarding, on, at, opposite(_to_trust(forwarding, PAYOUT, payee, currency, amount_minor, trust_bank)))


def _to_trust(of: str, rail: str, payee: str, currency: str, minor: int, trust_bank: str) -> list[Line]:
    """Over `rail`; what comes from the trust bank is the opposite."""
    return [
        dr(platform("P2210", payee, currency), minor),
        cr(clearing(rail, currency), minor, of),
        dr(of_payee("L1310", payee, currency, trust_bank), minor),
        cr(of_payee("L1320", payee, currency), minor),
    ]


@posts("deposit.drawn", rows="K11")
def deposit_drawn(
    *, refund: str, rail: str, payee: str, currency: str, amount_minor: int, trust_bank: str, on: date, at: datetime
) -> Draft:
    """What is to be refunded comes back from the trust bank, over `rail`."""
    return Draft(refund, on, at, opposite(_to_trust(refund, rail, payee, currency, amount_minor, trust_bank)))


@posts("deposit.draw_returned", rows="K18")
def deposit_draw_returned(
    *, refund: str, rail: str, payee: str, currency: str, amount_minor: int, trust_bank: str, on: date, at: datetime
) -> Draft:
    """The trust bank takes the debit back before anything of it was refunded: it lies there as before."""
    return Draft(refund, on, at, _to_trust(refund, rail, payee, currency, amount_minor, trust_bank))


@posts("deposit.refunded", rows="K12")
def deposit_refunded(
    *, refund: str, payee: str, currency: str, party: str, held_minor: int, interest_minor: int, on: date, at: datetime
) -> Draft:
    """The rail confirms that the renter has deposit and interest."""
    return Draft(refund, on, at, _refunded(refund, payee, currency, party, held_minor, interest_minor))


@posts("deposit.refund_returned", rows="K13")
def deposit_refund_returned(
    *, refund: str, payee: str, currency: str, party: str, held_minor: int, interest_minor: int, on: date, at: datetime
) -> Draft:
    """The renter's account was closed: the deposit is owed again."""
    return Draft(refund, on, at, opposite(_refunded(refund, payee, currency, party, held_minor, interest_minor)))


def _refunded(refund: str, payee: str, currency: str, party: str, held: int, interest: int) -> list[Line]:
    whole = held + interest
    return [
        dr(platform("P2210", payee, currency), whole),
        cr(clearing(PAYOUT, currency), whole, refund),
        dr(of_payee("L2200", payee, currency, party), held),
        dr(of_payee("L2210", payee, currency, party), interest),
        cr(of_payee("L1320", payee, currency), whole),
    ]
