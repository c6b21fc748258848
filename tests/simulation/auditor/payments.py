"""A payment as the auditor knows it, and what becomes of it by what the bank said."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

LIVE = {"initiated", "requires_action", "in_review", "authorized", "processing", "unknown"}
CLEARED = {"completed", "settled"}
GONE = {"failed", "canceled", "returned"}
HOUSE_FEES = {"ach": 200, "same_day_ach": 150, "instant": 100, "wire": 1500}
EDGES = {
    "initiated": {"processing", "canceled", "failed"},
    "processing": {"completed", "failed", "unknown", "authorized", "requires_action"},
    "requires_action": {"processing", "failed", "canceled"},
    "authorized": {"processing", "canceled"},
    "unknown": {"processing", "completed", "failed", "authorized"},
    "completed": {"settled", "returned"},
    "settled": {"returned"},
}


@dataclass(frozen=True)
class Promise:
    """What the bank says of an order placed at a moment."""

    leaves_at: datetime
    ready_at: datetime
    waits: timedelta  # from cleared to ready
    by_bank_days: bool


@dataclass(frozen=True)
class Told:
    """One answer of the bank. `asked`: to a question of ours (else it came by itself, or twice)."""

    state: str  # processing | completed | failed | returned | silence
    on: date | None = None
    asked: bool = True


@dataclass(frozen=True)
class Script:
    """What the bank will do with an order, whoever asks: (instant, state) and the lines of our statement."""

    events: Sequence[tuple[datetime, str]]
    lines: Sequence[tuple[datetime, int]]


@dataclass
class Payment:
    id: str
    payer: str
    origin: str  # lease, or nothing
    account: str  # the receivable
    payee: str
    home: str
    rail: str
    number: str
    amount: int
    fee: int
    fee_payer: str
    claims: list[tuple[str, int]]  # charge's reference, amount
    created_at: datetime
    tendered_on: date
    promise: Promise  # of the order, once the bank has it
    leaves_at: datetime
    state: str = "initiated"
    version: int = 1
    placed_at: datetime | None = None
    script: Script | None = None
    told: list[Told] = field(default_factory=list)  # since it was made
    fresh: list[Told] = field(default_factory=list)  # since the last audit
    canceled: bool = False
    completed_at: datetime | None = None
    ready_at: datetime | None = None
    cash_at: datetime | None = None
    settled: bool = False
    returned: bool = False
    returned_at: datetime | None = None
    return_fee: bool = False
    last_heard_at: datetime | None = None
    silent_at: datetime | None = None  # when it was asked last and said nothing
    statement_silent_at: datetime | None = None  # when its lines were asked for and could not be had
    by_card: bool = False
    later: bool = False  # promised first, taken when somebody decides to
    authorized: int = 0  # what was promised
    capture_before: datetime | None = None
    captured_at: datetime | None = None
    proven: bool | None = None  # what its payer said at the card's own bank
    let_go_at: datetime | None = None  # what the processor knew of was called off, or its time came
    voided: bool = False  # the processor was told to let go of it
    source: str = ""  # the bank account or card
    revoked: bool = False  # the mandate that it stands on was taken back before it left
    found_late: bool = False  # the bank was asked for its lines before it had it: it is asked again when there is news

    @property
    def charged(self) -> int:
        return self.amount + (self.fee if self.fee_payer == "payer" else 0)

    @property
    def net(self) -> int:
        return self.amount - (self.fee if self.fee_payer == "payee" else 0)

    def days_told(self, state: str) -> set[date | None]:
        return {t.on for t in self.told if t.state == state}

    def allows(self, target: str) -> bool:
        """Whether something happened that leads to `target`."""
        fresh, ever = {t.state for t in self.fresh}, {t.state for t in self.told}
        return {
            "processing": self._begins() or "processing" in fresh or (self.state == "unknown" and "requires_action" in fresh),
            "authorized": "authorized" in fresh and self.captured_at is None,
            "requires_action": "requires_action" in fresh,
            "unknown": "silence" in fresh,
            "completed": "completed" in ever,
            "failed": bool(ever & {"failed", "returned"}),
            "returned": "returned" in ever,
            "settled": True,  # the posting is judged
            "canceled": self.canceled,
        }[target]

    def _begins(self) -> bool:
        """It is handed over, taken after it was promised, or goes on when its payer has said who he is."""
        return {"initiated": True, "authorized": self.captured_at is not None, "requires_action": self.proven is not None}.get(
            self.state, False
        )


def house_fee(rail: str, amount: int) -> int:
    """Of a card 2.9% and 30 cents, half to the even cent."""
    return HOUSE_FEES[rail] if rail != "card" else 30 + half_even(29 * amount, 1000)


def half_even(number: int, by: int) -> int:
    return round(Fraction(number, by))


def after(state: str, told: Sequence[Told]) -> str:
    """The state that these answers bring. What is promised stays so until somebody decides; what its payer must prove, until he does."""
    for one in told:
        if state in ("initiated", "processing", "unknown"):
            state = {"silence": "unknown", "returned": "failed"}.get(one.state, one.state)
        elif state == "requires_action" and one.state != "silence":
            state = one.state
        elif state in CLEARED and one.state == "returned" and one.asked:
            state = "returned"
    return state
