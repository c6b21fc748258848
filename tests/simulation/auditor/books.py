"""Balances by account, floors and holds: the auditor's own."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from tests.simulation.auditor.errors import same

# BOOKS.md section 2: accounts whose shown balance is on the credit side, and the floors.
CREDIT_SIDE = ("P2", "P3", "P4", "L2", "L3", "L4")
DEBIT_INSTEAD = ("L4900",)
FLOOR_ZERO = {
    "P1110",
    "P1130",
    "P1390",
    "P2110",
    "P2400",
    "L1210",
    "P2160",
    "P2210",
    "L1310",
    "L1320",
    "L1330",
    "L1510",
    "L2200",
    "L2210",
    "L2230",
    "L2250",
}
FLOOR_KINDS = {"P2120"}
MAY_OVERDRAW = {"payment.returned", "payment.fee", "return.fee", "dispute.opened", "dispute.fee"}
Leg = tuple[str, int, str | None]  # account, signed amount, item


def normal(account: str) -> int:
    number = account[:5]
    return -1 if number[:2] in CREDIT_SIDE and number not in DEBIT_INSTEAD else 1


@dataclass
class Hold:
    account: str
    amount: int  # signed as the entry that it promises
    state: str = "pending"
    posted: int = 0
    expires_at: datetime | None = None


@dataclass
class Books:
    balances: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    legs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    items: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    holds: dict[str, Hold] = field(default_factory=dict)

    def shown(self, account: str) -> int:
        return normal(account) * self.balances[account]

    def held(self, account: str, but: str = "") -> int:
        """By pending holds that would lower it, but for one."""
        pending = (h.amount for name, h in self.holds.items() if h.account == account and h.state == "pending" and name != but)
        return sum(abs(amount) for amount in pending if normal(account) * amount < 0)

    def available(self, account: str) -> int:
        return self.shown(account) - self.held(account)

    def refuses(self, kind: str, legs: list[Leg], capturing: str = "") -> str:
        """The account that these legs would take below its floor, or whose held money they would take, or nothing."""
        moved: dict[str, int] = defaultdict(int)
        for account, amount, _ in legs:
            moved[account] += amount
        for account, amount in moved.items():
            after = normal(account) * (self.balances[account] + amount)
            if after < 0 and account[:5] in FLOOR_ZERO:
                return account
            lowered = normal(account) * amount < 0
            if account[:5] in FLOOR_KINDS and lowered and kind not in MAY_OVERDRAW and after < self.held(account, capturing):
                return account
        return ""

    def post(self, reference: str, account: str, amount: int, item: str | None, balance_after: int, seq: int) -> None:
        self.balances[account] += amount
        self.legs[account] += 1
        if item is not None:
            self.items[account, item] += amount
        same(f"balance of {account} after {reference}", self.balances[account], balance_after)
        same(f"sequence of {account} after {reference}", self.legs[account], seq)
