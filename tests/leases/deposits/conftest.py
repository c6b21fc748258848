"""Alice keeps deposits at a trust bank in Ohio; Bob's lease asks for one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from leases.contracts.models import Lease
from leases.deposits.actions.name_trust_bank import name_trust_bank
from leases.deposits.actions.pay import pay_deposit
from leases.deposits.models import Deposit, TrustBank
from leases.deposits.queries import with_lease
from leases.rent.actions.pay_rent import PayRequest
from payments.payins.models import Payment
from tests.world import PAYS, World

DEPOSIT = 150_000


@dataclass
class Trusting(World):
    """A world with a trust bank, and `leased` with a deposit of 1,500.00 asked."""

    trust_number: str = PAYS
    trust: TrustBank = field(init=False)
    leased: Lease = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.fee("ach", 0)
        self.trust = self.named(self.trust_number)
        self.leased = self.lease(deposit_minor=DEPOSIT)
        self.work()

    def named(self, number: str = PAYS, state: str = "OH") -> TrustBank:
        return name_trust_bank(self.payee, self.account(self.alice, number), state=state, actor=self.actor(self.alice), at=self.now)

    @property
    def deposit(self) -> Deposit:
        return with_lease().get(lease=self.leased)

    def leave(self, rail: str = "ach", amount: int | None = None, **changes: Any) -> Payment:
        """Bob pays the deposit."""
        source = changes.pop("source", None) or self.bob.bank_accounts.first() or self.account(self.bob)
        request = PayRequest(rail=rail, bank_account=source, amount_minor=amount, **changes)
        return pay_deposit(self.leased, request, actor=self.actor(self.bob), at=self.now)

    def in_trust(self) -> None:
        """The deposit is paid and lies in the trust bank: after K6."""
        self.until(self.leave(), "completed")
        self.later(minutes=2)
        assert self.balance("L1310") == DEPOSIT

    def of(self, *codes: str) -> dict[str, int]:
        """Balances as BOOKS.md prints them; L2200 and its like are Bob's."""
        return {code: self.balance(code, lease=self.leased) for code in codes}

    def shows(self, reference: str, **balances: int) -> None:
        """Right after a transaction: ``shows("payment.completed:pay_…", P2210=150_000)``."""
        found = {code: self.balance_after(reference, code.replace("_", "/"), lease=self.leased) for code in balances}
        assert found == balances


@pytest.fixture
def t(db: None) -> Trusting:
    return Trusting()


@pytest.fixture
def worlds(db: None) -> Callable[[], Trusting]:
    return Trusting
