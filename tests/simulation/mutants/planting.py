"""Growing a mutant: a forked child plants it and lives a few histories; a database of its own bears what the guards would not."""

import logging
import os
import pickle
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import psycopg
from django.db import connection, connections
from psycopg import sql

from tests import services
from tests.simulation.auditor.errors import AuditError
from tests.simulation.history import History, HistoryFailed
from tests.simulation.moves import (
    bank_charges,
    by_hand,
    deposits,
    giving_back,
    late_fees,
    move_out,
    owing,
    periods,
    policies,
    roommates,
    transfers,
)
from tests.simulation.mutants.mutant import Mutant
from tests.simulation.running import ONE_PARTITION, empty

SEEDS = range(1, 9)
STEPS = 80
# Much happens in few steps.
BUSY = {
    "pay_all": 20.0,
    "pay_part": 20,
    "open_lease": 10,
    "seconds": 15,
    "hours": 6,
    "days": 18,
    "weeks": 5,
    "place_hold": 5,
    "release_hold": 2,
    # What is given or forgiven by hand leaves the bank less to do: only where a bug in it is sought.
    **dict.fromkeys([move.name for family in (owing, by_hand, late_fees, deposits, move_out) for move in family.MOVES], 0.0),
    "open_with_late_fee": 0.0,
    "open_with_deposit": 0.0,
    # As is what goes from one to another, what a landlord does not take, and what is closed.
    **dict.fromkeys(
        [move.name for family in (transfers, roommates, bank_charges, policies, periods, giving_back) for move in family.MOVES], 0.0
    ),
}


@dataclass(frozen=True)
class Caught:
    by_auditor: bool = False
    said: str = "nothing: all histories passed"
    where: str = ""


class Greenhouse:
    """The database of mutants: `with Greenhouse() as house: house.grow(mutant)`."""

    def __enter__(self) -> "Greenhouse":
        self.database = f"{services.database_name()}_mutants"
        with psycopg.connect(services.addresses().superuser_url(), autocommit=True) as admin:
            name, template = sql.Identifier(self.database), sql.Identifier(services.TEMPLATE)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
        self._as_superuser([ONE_PARTITION])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with psycopg.connect(services.addresses().superuser_url(), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database)))

    def grow(self, mutant: Mutant | None, seeds: Sequence[int] = SEEDS, steps: int = STEPS) -> Caught:
        """None: the healthy control."""
        silence, speak = _guards(mutant)
        pairs = [one.statements() for one in (mutant, mutant.also if mutant else None) if one and one.is_sql]
        self._as_superuser([*silence, *(changed for changed, _ in pairs)])
        try:
            return self._in_a_child(mutant, seeds, steps)
        finally:
            self._as_superuser([was for _, was in pairs])
            empty(0, self.database)
            self._as_superuser(speak)

    def _as_superuser(self, statements: Sequence[str]) -> None:
        with psycopg.connect(services.addresses().superuser_url(self.database), autocommit=True) as admin:
            for statement in filter(None, statements):
                admin.execute(statement.encode())

    def _in_a_child(self, mutant: Mutant | None, seeds: Sequence[int], steps: int) -> Caught:
        connections.close_all()
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            try:
                signal.alarm(300)
                logging.disable(logging.CRITICAL)  # a bug may fail a thousand times, and be told of each time
                os.write(writing, pickle.dumps(self._live(mutant, seeds, steps))[:60_000])
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        os.waitpid(child, 0)
        return pickle.loads(told) if told else Caught(said="the child died")

    def _live(self, mutant: Mutant | None, seeds: Sequence[int], steps: int) -> Caught:
        connection.settings_dict["NAME"] = self.database
        for one in (mutant, mutant.also if mutant else None):
            if one and not one.is_sql:
                one.plant()
        first = [mutant.seed] if mutant and mutant.seed else []
        for n, seed in enumerate([*first, *(seed for seed in seeds if seed not in first)]):
            empty(n, self.database)
            weights = {**BUSY, **(mutant.moves if mutant else {})}
            if mutant and mutant.silenced:
                weights["unbalanced"] = 0  # the guard that would refuse it is silent
            history = History(
                seed,
                weights=weights,
                profile=mutant.profile if mutant else "",
                numbers=dict.fromkeys(mutant.numbers, 1.0) if mutant else {},
            )
            try:
                history.run(steps)
            except HistoryFailed as failed:
                return Caught(
                    isinstance(failed.cause, AuditError), str(failed.cause)[:2000] or repr(failed.cause), f"[{seed}:{history.steps}]"
                )
        return Caught()


def _guards(mutant: Mutant | None) -> tuple[list[str], list[str]]:
    """Statements that silence the guards that a mutant names, and that bring them back."""
    silence, speak = [], []
    for guard in mutant.silenced if mutant else ():
        table, name = guard.split()
        if name.startswith("account_"):
            silence.append(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            speak.append(_floor(table, name))
            continue
        for one in (table, f"{table}_all") if table == "ledger_entry" else (table,):
            silence.append(f"ALTER TABLE {one} DISABLE TRIGGER {name}")
            speak.append(f"ALTER TABLE {one} ENABLE TRIGGER {name}")
    return silence, speak


def _floor(table: str, name: str) -> str:
    """As the model declares it."""
    from ledger.journal.models import Account

    constraint = next(c for c in Account._meta.constraints if c.name == name)
    with connection.schema_editor(collect_sql=True) as editor:
        return f"ALTER TABLE {table} ADD {constraint.constraint_sql(Account, editor)}"
