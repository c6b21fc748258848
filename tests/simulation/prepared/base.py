"""The product's own backend, whose statements go as `EXECUTE` of what PostgreSQL has read and planned before.

A life asks the same few hundred statements again and again, of tables that stay small: reading and planning them costs as much as
answering them. In the product a plan that is kept would be one of tables as they were then (docs/benchmarks.md).
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

import psycopg
from psycopg import adapt
from psycopg.pq import ExecStatus, TransactionStatus

from directpay.database import base
from directpay.database.ahead import Ahead
from tests import services

OFTEN = 2  # from then on a statement is worth a plan that stays
MOST_PARAMS = 80
NULL = "NULL"
WHOLE_NUMBERS = ((1 << 31, "::int4"), (1 << 63, "::int8"))  # as PostgreSQL reads them by their size
NUMBER = "::numeric"
READY = (TransactionStatus.IDLE, TransactionStatus.INTRANS)


class Prepared:
    """What this process has learned: each text with the types of what is given to it → its name, or None where none can be had."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.names: dict[tuple[str, tuple[str, ...]], str | None] = {}
        self.texts: dict[str, str] = {}
        self.scratch: psycopg.Connection[Any] | None = None

    def name(self, query: str, types: Sequence[str], database: str) -> str | None:
        key = query, tuple(types)
        if key not in self.names:
            self.names[key] = self._learn(query, types, database)
        return self.names[key]

    def _learn(self, query: str, types: Sequence[str], database: str) -> str | None:
        pieces = query.replace("%%", "\0").split("%s")
        if len(pieces) != len(types) + 1 or any("%" in piece for piece in pieces):
            return None
        given = iter(range(1, len(types) + 1))
        places = [kind if kind == NULL else f"${next(given)}{kind}" for kind in types]
        text = pieces[0] + "".join(place + piece for place, piece in zip(places, pieces[1:], strict=True))
        name = f"life_{len(self.names)}"
        prepare = f"PREPARE {name} AS {text}".replace("\0", "%")
        if not self._is_understood(prepare, name, database):
            return None
        self.texts[name] = prepare
        return name

    def _is_understood(self, prepare: str, name: str, database: str) -> bool:
        """Asked apart, where a refusal undoes nothing."""
        if self.scratch is None or self.scratch.closed:
            self.scratch = psycopg.connect(services.addresses().superuser_url(database), autocommit=True)
        understood = self.scratch.pgconn.exec_(prepare.encode()).status == ExecStatus.COMMAND_OK
        if understood:
            self.scratch.pgconn.exec_(f"DEALLOCATE {name}".encode())
        return understood

    def close(self) -> None:
        if self.scratch is not None:
            self.scratch.close()


PREPARED = Prepared()


class PreparingCursor(base.FrugalCursor):
    def send(self, ahead: Ahead, query: Any, params: Any = None, **options: Any) -> Self:
        text = self._planned(query, params)
        return super().send(ahead, query, params, **options) if text is None else super().send(ahead, text, None, **options)

    def mogrify(self, query: Any, params: Any = None) -> str:
        """What goes ahead of another statement."""
        return self._planned(query, params) or super().mogrify(query, params)

    def _planned(self, query: Any, params: Any) -> str | None:
        """The statement by its name; None where it is sent as it stands."""
        if not isinstance(query, str) or not params or isinstance(params, dict) or len(params) > MOST_PARAMS:
            return None
        PREPARED.asked[query] += 1
        if PREPARED.asked[query] < OFTEN:
            return None
        values = [self._typed(param) for param in params]
        name = PREPARED.name(query, [kind for _, kind in values], self.connection.info.dbname)
        if name is None or not self._knows(name):
            return None
        given = ", ".join(text for text, kind in values if kind != NULL)
        return f"EXECUTE {name}({given})" if given else f"EXECUTE {name}"

    def _typed(self, param: Any) -> tuple[str, str]:
        """What would stand in its place, and as what PostgreSQL would read it."""
        if param is None:
            return "", NULL
        text = adapt.Transformer(self).as_literal(param).decode().strip()
        end = text.rfind("'") + 1
        if end:
            return text[:end], text[end:]
        if isinstance(param, bool):
            return text, "::bool"
        fits = (kind for limit, kind in WHOLE_NUMBERS if isinstance(param, int) and abs(param) < limit)
        return text, next(fits, NUMBER)

    def _knows(self, name: str) -> bool:
        """Whether the connection has it; it is told if it can be."""
        known: set[str] | None = getattr(self.connection, "prepared", None)
        if known is None:
            known = self.connection.prepared = set()
        if name not in known and self.connection.info.transaction_status in READY:
            result = self.connection.pgconn.exec_(PREPARED.texts[name].encode())
            if result.status == ExecStatus.COMMAND_OK:
                known.add(name)
        return name in known


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": PreparingCursor}
