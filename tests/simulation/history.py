"""One life, told by a seed: the same seed takes the same steps, with the same ids, to the same end."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection

from directpay.events.models import Event
from directpay.events.registry import LISTENERS, listen
from directpay.kernel import clock, ids
from directpay.kernel.errors import DirectPayError
from ledger.journal.invariants import check_invariants
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.comparing import compare
from tests.simulation.auditor.errors import AuditError
from tests.simulation.bank import Bank, close_bank, open_bank
from tests.simulation.cast import Cast
from tests.simulation.looking import Look
from tests.simulation.moves import LEANING, LEANINGS, MOVES, Move, leases
from tests.simulation.watching import Watch
from tests.simulation.work import work_until

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
LAST = datetime(2028, 9, 1, tzinfo=UTC)  # nothing jumps beyond: partitions and holidays are known to the end of 2028
LOG_TAIL = 25
EAR = "simulation"


class HistoryFailed(Exception):
    """What broke, and the last steps before it."""

    def __init__(self, history: "History", cause: BaseException) -> None:
        self.cause = cause
        tail = "\n".join(history.log[-LOG_TAIL:])
        replay = f"replay: make sim SEED={history.seed} STEPS={history.planned}"
        super().__init__(f"seed {history.seed}, step {history.steps}: {type(cause).__name__}: {cause}\n{tail}\n{replay}")


class Ear:
    """A listener like those of webhooks and mail: every fact about a payment is told to it, at least once."""

    def __init__(self) -> None:
        self.heard: set[int] = set()
        self.facts: set[int] = set()

    def hear(self, events: Sequence[Event]) -> None:
        self.heard |= {event.id for event in events}

    def demand_all(self) -> None:
        if missed := self.facts - self.heard:
            raise AuditError(f"events were recorded and never told: {sorted(missed)[:5]}")


@dataclass
class History:
    """Needs an empty database. `weights`: move → weight, where it is not the usual one; `numbers`: the same for bank accounts."""

    seed: int
    weights: dict[str, float] = field(default_factory=dict)
    profile: str = ""
    numbers: dict[str, float] = field(default_factory=dict)
    listen: Callable[[str], None] | None = None

    auditor: Auditor = field(init=False)
    bank: Bank = field(init=False)
    cast: Cast = field(init=False)
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(f"life {self.seed}")
        self.now = START + timedelta(seconds=self.rng.randrange(90 * 86_400))
        self.profile = self.profile or self.rng.choice(["calendar", "calendar", "demo"])
        leaning = LEANINGS["nothing" if self.weights else Random(f"leaning {self.seed}").choice(list(LEANINGS))]
        self.leaning = frozenset(move for family in leaning for move in family.MOVES)
        self.log: list[str] = []
        self.steps = self.planned = 0
        self.alarms: list[AuditError] = []  # of what the bank saw, which the product may have taken for a broken bank
        self.counters: dict[str, Counter[str]] = defaultdict(Counter)
        self.auditor = Auditor()
        self.bank = Bank(self)
        self.look = Look(self.now)
        self.ear = Ear()
        self.watch = Watch(self)
        self.cast = Cast(self)
        self.accounts: dict[str, Any] = {}  # by the auditor's code, as the moves fetched them

    def run(self, steps: int) -> "History":
        """Raises HistoryFailed."""
        self.planned = steps
        try:
            with _world(self), self.watch.beside():
                self.cast.begin()
                for _ in range(2):
                    leases.open_one(self)
                self.check()
                for _ in range(steps):
                    self.step()
                self.end()
        except Exception as error:
            raise HistoryFailed(self, error) from error
        return self

    def step(self) -> None:
        self.steps += 1
        possible = [move for move in MOVES if move.possible(self)]
        weights = [self.weights.get(move.name, 0 if self.weights.get("only") else self._weight(move)) for move in possible]
        move: Move = self.rng.choices(possible, weights)[0]
        self.counters["move"][move.name] += 1
        self.say(move.name)
        move.act(self)
        self.check()

    def _weight(self, move: Move) -> float:
        return move.weight * LEANING if move in self.leaning else move.weight

    def end(self) -> None:
        """Let everything come to rest, and ask every invariant."""
        self.say("to the end")
        self.jump(timedelta(hours=3))
        broken = [f"{f.code} {f.sentence}: {f.broken}" for f in check_invariants() if f.broken]
        if broken:
            raise AuditError("\n".join(broken))
        for p in self.auditor.payments.values():
            self.counters["end"][p.state] += 1

    def say(self, text: str) -> None:
        line = f"{self.steps:4} {self.now:%Y-%m-%d %H:%M:%S} {text}"
        self.log.append(line)
        if self.listen:
            self.listen(line)

    def check(self, *, rested: bool = False) -> None:
        if self.alarms:
            raise self.alarms[0]
        self.watch.settle()
        seen = self.look.new(self.now)
        self.ear.facts |= {event[0] for event in seen["events"] if event[-1].startswith("payment.")}
        compare(self.auditor, seen, self.now, rested=rested)
        if rested:
            self.ear.demand_all()

    def work(self) -> None:
        self.jump(timedelta())

    def jump(self, delta: timedelta) -> None:
        work_until(self, self.now + delta)
        self.check(rested=True)

    def attempt(self, what: str, predicted: str, call: Callable[[], Any]) -> Any:
        """Run it; it must be refused with the code that the auditor predicts, or not at all ("")."""
        result, code = None, ""
        try:
            result = call()
        except DirectPayError as refusal:
            code = refusal.code
            self.counters["refusal"][code] += 1
        self.say(f"  {what}: {code or 'done'}")
        if code != predicted:
            raise AuditError(f"{what}: must be {predicted or 'accepted'}, was {code or 'accepted'}")
        return result

    def totals(self) -> dict[str, Counter[str]]:
        """What this history adds to the coverage."""
        return {**self.counters, "edge": self.auditor.edges, "kind": self.auditor.kinds}


class _world:
    """Clock, ids and bank of this history, for as long as it runs."""

    def __init__(self, history: History) -> None:
        self.history = history

    def __enter__(self) -> None:
        history = self.history
        self.before = (clock._source, ids._source, settings.RAIL_PROFILE, settings.SEND_HINTS)
        clock.set_source(lambda: history.now)
        ids.set_source(Random(f"ids {history.seed}").randbytes)
        settings.RAIL_PROFILE, settings.SEND_HINTS = history.profile, False
        open_bank(history.bank)
        listen(EAR, "payment.*", hear=history.ear.hear)

    def __exit__(self, *error: object) -> None:
        del LISTENERS[EAR]
        close_bank()
        source, random_bytes, settings.RAIL_PROFILE, settings.SEND_HINTS = self.before
        clock.set_source(source)
        ids.set_source(random_bytes)
        with suppress(Exception):
            if connection.in_atomic_block:
                connection.rollback()
