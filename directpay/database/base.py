"""Django's PostgreSQL backend (`ENGINE = "directpay.database"`), which asks in fewer round trips.

What must come before a statement goes in the same message: for whom it is asked (`kernel.row_scope`), the BEGIN of its transaction,
writes whose answers nobody reads, and questions whose answers nobody needs yet (`statements`). The COMMIT takes along what is left.
"""

import select
import time
from collections.abc import Sequence
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import base
from django.db.backends.utils import debug_transaction
from psycopg.pq import TransactionStatus

from directpay.database.ahead import BEGIN, UNKNOWN, Ahead, Row, Soon, ahead_of, begins
from directpay.kernel.row_scope import EVERYBODY, row_scope

COMMIT = "COMMIT"
ASKED_AFTER_SECONDS = 30.0  # a connection that was quiet for so long is asked whether it still stands


class FrugalCursor(base.Cursor):
    """A client-side cursor that sends what is ahead of a statement together with it."""

    connection: Any
    fetchall: Any
    mogrify: Any
    nextset: Any

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        if self.in_failed_transaction:  # where nothing is heard but its end
            return super().execute(query, params, **options)
        ahead = ahead_of(self.connection)
        alone = self._may_be_alone(ahead) or not isinstance(query, str)
        ahead.switch()
        if alone:
            self.settle()
        return self.send(ahead, query, params, **options)

    def send(self, ahead: Ahead, query: Any, params: Any = None, **options: Any) -> Self:
        """The statement behind those ahead of it; what can be fetched afterwards is its own."""
        first = ahead.take()
        if first:
            text = "; ".join(text for text, _ in first)
            query = f"{text if params is None else text.replace('%', '%%')}; {query}"
        try:
            super().execute(query, params, **options)
        except BaseException:
            ahead.scope = UNKNOWN
            if begins(first) and self.connection.info.transaction_status == TransactionStatus.IDLE:
                ahead.statements = first  # not even parsed: the transaction is still to begin
            raise
        for _, soon in first:
            if soon is not None:
                soon.told(self.fetchall())
            self.nextset()
        ahead.heard_at = time.monotonic()
        return self

    def executemany(self, *args: Any, **options: Any) -> None:
        self.settle()
        super().executemany(*args, **options)

    def copy(self, *args: Any, **options: Any) -> Any:
        self.settle()
        return super().copy(*args, **options)

    def stream(self, *args: Any, **options: Any) -> Any:
        self.settle()
        return super().stream(*args, **options)

    def put_ahead(self, query: str, params: Any, soon: Soon | None = None) -> None:
        """Let the statement go with the next one; `soon` is told its rows then."""
        ahead = ahead_of(self.connection)
        ahead.switch()
        ahead.add(self.mogrify(query, params), soon)

    def settle(self) -> None:
        """Send what is ahead now, in a round trip of its own: for a statement that cannot take it along."""
        if self.in_failed_transaction:
            return
        ahead = ahead_of(self.connection)
        ahead.switch()
        if ahead.statements:
            text, soon = ahead.statements.pop()
            self.send(ahead, text)
            if soon is not None:
                soon.told(self.fetchall())

    @property
    def in_failed_transaction(self) -> bool:
        return bool(self.connection.info.transaction_status == TransactionStatus.INERROR)

    def _may_be_alone(self, ahead: Ahead) -> bool:
        """Whether this may be a statement that no other may stand beside, as VACUUM is: commands and workers give them, doors do not."""
        idle = self.connection.info.transaction_status == TransactionStatus.IDLE and not ahead.begins
        return bool(idle and ahead.scope is UNKNOWN and row_scope() == EVERYBODY)


class DatabaseWrapper(base.DatabaseWrapper):
    """Transactions are begun by our own words: psycopg, which is left in autocommit, would begin them in a round trip of its own."""

    health_check_enabled: bool  # Django's
    health_check_done: bool

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": FrugalCursor}

    def create_cursor(self, name: str | None = None) -> Any:
        if not name:
            return super().create_cursor()
        self.settle()  # a server-side cursor is declared in a statement of another class
        cursor = super().create_cursor(name)
        cursor._withhold = self.get_autocommit()  # Django asks psycopg, which knows of no transaction
        return cursor

    def later(self, sql: str, params: Sequence[Any]) -> None:
        """See `statements.later`."""
        with self.cursor() as cursor:
            plain = cursor.cursor
            if not self.in_atomic_block or self.needs_rollback or plain.in_failed_transaction:
                cursor.execute(sql, params)
                return
            plain.put_ahead(sql, params)

    def soon(self, sql: str, params: Sequence[Any]) -> Soon:
        """See `statements.soon`."""

        def ask(soon: Soon) -> list[Row]:
            self.settle()
            with self.cursor() as cursor:
                if soon.is_told:
                    return soon.rows()
                cursor.execute(sql, params)  # what waited was undone with its transaction
                return list(cursor.fetchall())

        soon = Soon(ask)
        with self.cursor() as cursor:
            plain = cursor.cursor
            if not plain.in_failed_transaction:
                plain.put_ahead(sql, params, soon)
        return soon

    def settle(self) -> None:
        """Send what waits for the next statement."""
        with self.cursor() as cursor, self.wrap_database_errors:
            cursor.cursor.settle()

    def close_if_health_check_failed(self) -> None:
        """A connection that answered lately is not asked: if the other end has closed it, there is something to read."""
        if self.connection is not None and self.health_check_enabled and not self.health_check_done and self._stands():
            self.health_check_done = True
            return
        super().close_if_health_check_failed()

    def _stands(self) -> bool:
        if self.errors_occurred or time.monotonic() - ahead_of(self.connection).heard_at > ASKED_AFTER_SECONDS:
            return False
        readable = select.poll()
        readable.register(self.connection.fileno(), select.POLLIN)
        return not readable.poll(0)

    def _set_autocommit(self, autocommit: bool) -> None:
        with self.wrap_database_errors:
            self.connection.autocommit = True  # refused, as it should be, within a transaction
        ahead = ahead_of(self.connection)
        if autocommit:
            ahead.statements = []
        else:
            ahead.add(self._begin())

    def _begin(self) -> str:
        level = self.connection.isolation_level
        return BEGIN if level is None else f"{BEGIN} ISOLATION LEVEL {psycopg.IsolationLevel(level).name.replace('_', ' ')}"

    def _commit(self) -> None:
        """The commit of a transaction in which a statement has failed is a rollback too."""
        if self.connection is None:
            return
        ahead = ahead_of(self.connection)
        failed = self.connection.info.transaction_status == TransactionStatus.INERROR
        try:
            if failed or not ahead.statements:
                super()._commit()
            elif not ahead.only_begins:
                with debug_transaction(self, COMMIT), self.wrap_database_errors, self.create_cursor() as cursor:
                    cursor.send(ahead, COMMIT)
        except BaseException:
            ahead.scope = UNKNOWN
            raise
        self._next_transaction(UNKNOWN if failed else ahead.scope)

    def _rollback(self) -> None:
        if self.connection is None:
            return
        super()._rollback()
        self._next_transaction(UNKNOWN)

    def _next_transaction(self, scope: int | None) -> None:
        """Whatever was to be sent before is done with; without autocommit the next one begins at once."""
        ahead = ahead_of(self.connection)
        ahead.scope, ahead.statements = scope, []
        if not self.autocommit:
            ahead.add(self._begin())

    def _savepoint_rollback(self, sid: str) -> None:
        ahead = ahead_of(self.connection)
        ahead.statements = []  # all of it is younger than the savepoint, which was a statement that took along what was before
        super()._savepoint_rollback(sid)
        ahead.scope = UNKNOWN
