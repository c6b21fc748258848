"""Django's PostgreSQL backend (`ENGINE = "directpay.row_security"`), which says before a statement for whom it is asked.

The role is changed in the same round trip as the statement that needs it, and only when it is another than before.
"""

from typing import Any, Final, Self

import psycopg
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from directpay.kernel.row_scope import EVERYBODY, row_scope
from directpay.row_security.tables import TENANT

UNKNOWN: Final = None  # after a rollback, which takes a change of role back with everything else


class ScopedCursor(base.Cursor):
    """A client-side cursor; the scope in force is kept on its connection."""

    connection: Any
    nextset: Any

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        switch = self._switch()
        if not switch:
            return super().execute(query, params, **options)
        if not isinstance(query, str) or self._may_be_alone():
            self._say(switch)
            return super().execute(query, params, **options)
        self.connection.scope_in_force = UNKNOWN
        super().execute(f"{'; '.join(switch)}; {query}", params, **options)
        for _ in switch:
            self.nextset()
        self.connection.scope_in_force = row_scope()
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

    def settle(self) -> None:
        """Change the role now, in a round trip of its own."""
        if switch := self._switch():
            self._say(switch)

    def _say(self, switch: list[str]) -> None:
        self.connection.scope_in_force = UNKNOWN
        super().execute("; ".join(switch))
        self.connection.scope_in_force = row_scope()

    def _may_be_alone(self) -> bool:
        """Whether this may be a statement that no other may stand beside, as VACUUM is: commands and workers give them, doors do not."""
        return row_scope() == EVERYBODY and self.connection.scope_in_force is UNKNOWN and self.connection.autocommit

    def _switch(self) -> list[str]:
        """The statements that are needed first. In a failed transaction nothing but its end is heard."""
        connection = self.connection
        wanted, in_force = row_scope(), getattr(connection, "scope_in_force", EVERYBODY)
        if wanted == in_force or connection.info.transaction_status == TransactionStatus.INERROR:
            return []
        return ["RESET ROLE"] if wanted == EVERYBODY else [f"SET ROLE {TENANT}", f"SET directpay.asking = '{wanted:d}'"]


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": ScopedCursor}

    def create_cursor(self, name: str | None = None) -> Any:
        if name:  # a server-side cursor is declared in a statement of another class
            with super().create_cursor() as plain:
                plain.settle()
        return super().create_cursor(name)

    def _commit(self) -> None:
        """The commit of a transaction in which a statement has failed is a rollback too."""
        failed = self.connection is not None and self.connection.info.transaction_status == TransactionStatus.INERROR
        try:
            super()._commit()
        except Exception:
            self._forget_scope()
            raise
        if failed:
            self._forget_scope()

    def _rollback(self) -> None:
        super()._rollback()
        self._forget_scope()

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)
        self._forget_scope()

    def _forget_scope(self) -> None:
        if isinstance(self.connection, psycopg.Connection):
            self.connection.scope_in_force = UNKNOWN  # type: ignore[attr-defined]
