"""Bob pays by himself: his lease, an account with its mandate, and the clock on the way to the first of December."""

from datetime import UTC, date, datetime
from typing import Any

from leases.autopay.actions.turn_on import Order, turn_on
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.models import Lease
from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.world import World

RENT = 150_000
FIRST = date(2026, 12, 1)
NINE = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)  # nine in New York


class Renting(World):
    """Everything up to November is paid; December falls due on the first."""

    def __init__(self, *, paid: bool = True, number: str = "000123456789", **terms: Any) -> None:
        super().__init__()
        self.leased = self.lease(**terms)
        self.source = self.allowed(self.account(self.bob, number))
        if paid:
            self.pay(self.leased, "instant", source=self.account(self.bob))
            self.later(minutes=10)

    def allowed(self, account: BankAccount) -> BankAccount:
        agree_to_mandate(account, Agreement(ip_address="192.0.2.7", user_agent="test"), actor=self.actor(account.user), at=self.now)
        return account

    def on(self, lease: Lease | None = None, source: BankAccount | None = None, **order: Any) -> Autopay:
        source = source or self.source
        wish = Order(bank_account=source, **order)
        return turn_on(lease or self.leased, wish, actor=self.actor(source.user), at=self.now)

    def go(self, to: datetime) -> None:
        self.later(seconds=(to - self.now).total_seconds())

    def runs(self, autopay: Autopay) -> list[AutopayRun]:
        return list(AutopayRun.objects.filter(autopay=autopay).order_by("run_on"))

    def payments(self, autopay: Autopay) -> list[Payment]:
        return list(Payment.objects.filter(autopay_attempt__run__autopay=autopay).order_by("id"))
