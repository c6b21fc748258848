"""Payments that were accepted and wait: payees, renters who owe, one initiated payment for each debt."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bench.cast import account_row
from directpay.due.actions import schedule
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.ids import public_id
from directpay.ops.partitions import make_partitions
from directpay.people.actions.users import create_user
from directpay.people.actor import SYSTEM
from directpay.people.models import Payee
from ledger.journal.actions import Posting, credit, debit, open_account, open_book, post_many
from ledger.journal.models import Account, Book
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.payins.actions.initiate import RAIL_QUEUE
from payments.payins.events import facts
from payments.payins.models import Claim, Payment
from payments.rails.registry import rail
from payments.reconciliation.actions import pay_in_capital

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=10)  # when all of them have cleared, and their money stands on the statement
RENT, FEE = 150_000, 100
CHUNK = 1_000
RENTERS = 20


@dataclass
class Accepted:
    """`make(n)` accepts that many new payments, each of another debt, spread over the payees in turn."""

    payees: int

    def __post_init__(self) -> None:
        make_partitions(AT.date(), AT.date())
        pay_in_capital(1_000_000, currency="usd", reference="opening", at=AT)
        owner = create_user(email="owner@example.com", name="Owner", role="landlord", actor=SYSTEM, at=AT)
        with unit_of_work():
            platform = open_book("P", "", at=AT)
            for number, subject in (("P1110", "main"), ("P1210", "instant"), ("P4110", "instant")):
                open_account(platform, number, subject=subject, currency="usd", at=AT)
            self.rows = Payee.objects.bulk_create(
                [Payee(public_id=public_id("pye"), owner=owner, name=f"Payee {n}", created_at=AT) for n in range(self.payees)]
            )
            books = Book.objects.bulk_create([Book(kind="L", subject=p.public_id, created_at=AT) for p in self.rows])
            made = []
            for payee, book in zip(self.rows, books, strict=True):
                name = payee.public_id
                made += [account_row(platform, "P2110", name, name), account_row(platform, "P2120", name, name)]
                made += [account_row(book, "L1100", name, name), account_row(book, "L6100", name, ""), account_row(book, "L4100", name, "")]
            made = Account.objects.bulk_create(made, batch_size=CHUNK)
        self.books, self.costs, self.rents = books, made[3::5], made[4::5]
        self.sources = [self._source(n) for n in range(RENTERS)]
        self.made = 0

    def _source(self, n: int):
        renter = create_user(email=f"renter{n}@example.com", name="Renter", role="renter", actor=SYSTEM, at=AT)
        details = {"account_holder_name": "R", "routing_number": "110000000", "account_number": "000123456789", "account_type": "checking"}
        return verify_bank_account(add_bank_account(renter, details, actor=SYSTEM, at=AT), [32, 45], actor=SYSTEM, at=AT)

    def make(self, count: int, *, payee: int | None = None) -> list[str]:
        """Public ids."""
        names: list[str] = []
        for first in range(0, count, CHUNK):
            names += self._chunk(min(CHUNK, count - first), payee)
        return names

    def _chunk(self, count: int, payee: int | None) -> list[str]:
        numbers = range(self.made, self.made + count)
        self.made += count
        whose = [n % self.payees if payee is None else payee for n in numbers]
        with unit_of_work():
            owed = []
            for n, p in zip(numbers, whose, strict=True):
                row = account_row(self.books[p], "L1500", f"lse_{n}:joint", "")
                row.accepts_payments, row.payable_limit, row.pays_into, row.cost_account = True, "balance", "operating", self.costs[p]
                owed.append(row)
            owed = Account.objects.bulk_create(owed)
            charges = [
                Posting(f"charge.due:chg_{n}", "charge.due", AT.date(), [debit(a, RENT), credit(self.rents[p], RENT)])
                for n, p, a in zip(numbers, whose, owed, strict=True)
            ]
            post_many(charges, at=AT)
            promise = rail("instant").promise(AT)
            payments = [
                Payment(
                    public_id=public_id("pay"),
                    rail="instant",
                    currency="usd",
                    amount_minor=RENT,
                    fee_minor=FEE,
                    fee_payer="payee",
                    charged_minor=RENT,
                    net_minor=RENT - FEE,
                    payer=self.sources[n % RENTERS].user,
                    payee=self.rows[p],
                    applies_to=account,
                    bank_account=self.sources[n % RENTERS],
                    created_at=AT,
                    changed_at=AT,
                    tendered_on=AT.date(),
                    expected_at=promise.clears_at,
                    expected_on=promise.clears_on,
                )
                for n, p, account in zip(numbers, whose, owed, strict=True)
            ]
            payments = Payment.objects.bulk_create(payments)
            Claim.objects.bulk_create(
                Claim(payment=payment, debit_reference=f"charge.due:chg_{n}", item=f"chg_{n}", amount_minor=RENT)
                for n, payment in zip(numbers, payments, strict=True)
            )
            record(facts(payments, "initiated", was=[None] * count, actor="system", at=AT))
            schedule(RAIL_QUEUE, [(p.public_id, AT) for p in payments])
        return [p.public_id for p in payments]
