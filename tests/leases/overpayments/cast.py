"""Bob has paid 160000 where 150000 was owed: BOOKS.md E6, through the actions."""

from typing import Any

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.people.actor import SYSTEM
from leases.contracts.models import Lease, Party
from leases.overpayments.actions import refund_overpayment
from leases.overpayments.models import OverpaymentRefund
from payments.methods.events import fact
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from payments.payouts.models import Payout
from tests.world import PAYS, World

BACK = "009902050000"  # money that comes to it is sent back on the fifth bank day (R02); what it pays by instant is final
RETURNS_LATE = "009910250000"  # R10 on the 25th bank day, when what was given back has long arrived


class Overpaid(World):
    """`number`: how the bank of the account behaves from which he pays."""

    def __init__(self, number: str = PAYS, rail: str = "instant", **terms: Any) -> None:
        super().__init__()
        self.fee(rail, 0)
        self.leased: Lease = self.lease(**terms)
        self.source = self.account(self.bob, number)
        self.paid: Payment = self.until(self.pay(self.leased, rail, amount=160_000, source=self.source), "settled")

    def close(self, account: BankAccount) -> None:
        """Its bank refuses it from now on."""
        with unit_of_work():
            found = BankAccount.objects.select_related("user").get(id=account.id)
            found.mark_errored()
            found.version, found.changed_at = found.version + 1, self.now
            found.save()
            record([fact("errored", found, actor=SYSTEM.label, at=self.now, was="verified")])

    @property
    def party(self) -> Party:
        return self.leased.parties.select_related("lease", "account").get()

    @property
    def owed(self) -> int:
        return self.balance("L1500", lease=self.leased)

    def give_back(self, amount: int | None = None, **more: Any) -> OverpaymentRefund:
        return refund_overpayment(more.pop("party", None) or self.party, amount, actor=SYSTEM, at=self.now, **more)

    def payout(self) -> Payout:
        return Payout.objects.select_related("bank_account").get()

    def sent(self, *states: str, seconds: int = 120) -> Payout:
        """Move the clock until the one payout stands in one of `states`."""
        for _ in range(seconds):
            self.work()
            if self.payout().status in states:
                return self.payout()
            self.later(seconds=1)
        raise AssertionError(f"it is {self.payout().status}, not {states}")

    def stands(self, *codes: str) -> dict[str, int]:
        return {code: self.owed if code == "L1500" else self.balance(code) for code in codes}
