"""What a rail is. A rail moves money and knows nothing of books, rent or people."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable

# requires_action: the payer must do something at `action_url`; authorized: promised, to be captured; canceled: a promise was let go.
# unknown: it was asked and did not answer; waiting: it was not asked, so whatever was before still is.
State = Literal["processing", "requires_action", "authorized", "completed", "failed", "returned", "canceled", "unknown", "waiting"]


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked of a rail. `id` is its idempotency key: the same order again is the same order."""

    id: str
    amount_minor: int  # what the payer is charged
    currency: str
    routing_number: str  # empty where it is paid by `token`
    account_number: str
    placed_at: datetime  # when it was handed in, in time for the next file
    token: str = ""  # the card, or another method, as the rail's processor knows it; never a number
    capture: bool = True  # False: authorise alone, until `capture` or `void`
    reference: str = ""  # what the rail answered before, if it did
    account_holder: str = ""  # of the account number, for rails that must be told
    only_look: bool = False  # its payer may still call it off: nothing is to be taken by this question
    gives_back: str = ""  # the rail's own name of what it took: this order gives a part of that back
    reason: str = ""  # of one that gives back, in the words of the API
    customer: str = ""  # who keeps `token` at the rail's processor, by its name of them
    owner: str = ""  # whose `token` is to be, by our name of them
    keeps_others: str = ""  # of one that sets up what nobody keeps yet: who keeps other methods of `owner` at the processor


@dataclass(frozen=True, slots=True)
class Answer:
    """What the rail knows of an order at a moment."""

    state: State
    reference: str
    at: datetime  # when it became so
    effective_on: date  # the rail's bank day, Eastern
    ask_again_at: datetime | None = None  # when more may be known; None: never
    code: str = ""  # the rail's own, e.g. R01 or card_declined/insufficient_funds
    amount_minor: int | None = None  # authorised or captured, where that may be less than was ordered
    action_url: str = ""  # of requires_action
    kept: str = ""  # of what is set up: the processor's name of it from now on, where that is another
    customer: str = ""  # and of who keeps it there


@dataclass(frozen=True, slots=True)
class BankLine:
    """A line of our bank's statement that belongs to an order: + came in, − went out."""

    reference: str
    amount_minor: int
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class Cost:
    """What the rail's processor keeps of an order for itself, as it reports it."""

    reference: str
    amount_minor: int
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class Promise:
    """When money sent now clears and is ready for the landlord, and why."""

    leaves_at: datetime
    clears_at: datetime
    ready_at: datetime
    clears_on: date
    bank_days: int  # 0: the rail works day and night
    closed_on: tuple[date, ...]  # bank holidays on the way


class NoAnswer(Exception):
    """The rail did not answer in time. Never a decline: the money may have moved. `ask_again_at`: where the rail has a time of its own."""

    def __init__(self, said: str, ask_again_at: datetime | None = None) -> None:
        super().__init__(said)
        self.ask_again_at = ask_again_at


class NotSent(NoAnswer):
    """It did not reach the rail, for certain, so that nothing has changed."""


class NeedsAPerson(Exception):
    """The rail will not do it until somebody has seen to it, as with a wrong key: the order is parked, not refused."""


class NoSuchOrder(Exception):
    """The rail was asked about an order that never reached it: it may be handed over."""


class Rail(Protocol):
    """One way to move money. All methods but `promise` may raise NoAnswer; `submit` is idempotent by order id."""

    name: str
    title: str
    can_be_returned: bool  # whether a bank may take back what has cleared

    def promise(self, at: datetime) -> Promise:
        """What an order placed at `at` may count on."""

    def submit(self, order: Order, at: datetime) -> Answer:
        """Hand over the order."""

    def look_up(self, order: Order, at: datetime) -> Answer:
        """Ask what became of it. May raise NoSuchOrder."""

    def bank_lines(self, order: Order, until: datetime) -> list[BankLine]:
        """Lines on our bank's statement for it up to `until`, oldest first."""

    def next_bank_line_at(self, order: Order, after: datetime) -> datetime | None:
        """When the next line appears, if one will."""


@runtime_checkable
class HoldingRail(Rail, Protocol):
    """A rail that can promise first and take later: cards. Both are idempotent by order id, and may raise NoAnswer."""

    def capture(self, order: Order, amount_minor: int, at: datetime) -> Answer:
        """Take so much of what is authorised; the rest is let go."""

    def void(self, order: Order, at: datetime) -> Answer:
        """Let go of all of it."""


@runtime_checkable
class KeepingRail(Rail, Protocol):
    """A rail whose methods are proven once and kept: cards. Idempotent by order id; the order is for no money."""

    def set_up(self, order: Order, at: datetime) -> Answer:
        """Ask whether what `token` names may be kept for later: completed, failed or requires_action. May raise NoAnswer."""


@runtime_checkable
class RefundingRail(Rail, Protocol):
    """A rail by which what was taken goes back the way it came: cards. `order.gives_back` names what was taken; both may raise NoAnswer.

    An answer `completed` may still become `returned`: then `ask_again_at` says when to look, if the rail knows.
    """

    def refund(self, order: Order, at: datetime) -> Answer:
        """Hand over the order. Idempotent by its id."""

    def look_up_refund(self, order: Order, at: datetime) -> Answer:
        """Ask what became of it. May raise NoSuchOrder."""


@runtime_checkable
class ReportingRail(Rail, Protocol):
    """A rail that pays out net, and says what it has kept."""

    def costs(self, order: Order, until: datetime) -> list[Cost]:
        """What was kept of it up to `until`."""
