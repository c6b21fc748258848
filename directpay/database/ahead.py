"""What one connection is to send before its next statement."""

from collections.abc import Callable
from typing import Any, Final

from directpay.kernel.row_scope import EVERYBODY, row_scope
from directpay.row_security.tables import TENANT

UNKNOWN: Final = None  # after a rollback, which takes a change of role back with everything else
BEGIN = "BEGIN"
Row = tuple[Any, ...]


class Soon:
    """The rows of a question that goes with the next statement; whoever wants them earlier has it asked alone."""

    __slots__ = ("_ask", "_found")

    def __init__(self, ask: Callable[["Soon"], list[Row]]) -> None:
        self._ask = ask
        self._found: list[Row] | None = None

    @property
    def is_told(self) -> bool:
        return self._found is not None

    def told(self, rows: list[Row]) -> None:
        self._found = rows

    def rows(self) -> list[Row]:
        if self._found is None:
            self._found = self._ask(self)
        return self._found

    def row(self) -> Row | None:
        """The first."""
        return next(iter(self.rows()), None)


class Ahead:
    """Statements in order, each with who waits for its rows, and whose scope is in force once they have run."""

    __slots__ = ("heard_at", "scope", "statements")

    def __init__(self) -> None:
        self.statements: list[tuple[str, Soon | None]] = []
        self.scope: int | None = EVERYBODY
        self.heard_at = 0.0  # when the connection last answered, by the monotonic clock

    def add(self, text: str, soon: Soon | None = None) -> None:
        self.statements.append((text, soon))

    def switch(self) -> None:
        """Change the role, if what comes next is asked for somebody else than what came last."""
        wanted = row_scope()
        if wanted == self.scope:
            return
        if wanted == EVERYBODY:
            self.add("RESET ROLE")
        else:
            self.add(f"SET ROLE {TENANT}")
            self.add(f"SET directpay.asking = '{wanted:d}'")
        self.scope = wanted

    def take(self) -> list[tuple[str, Soon | None]]:
        taken, self.statements = self.statements, []
        return taken

    @property
    def begins(self) -> bool:
        """Whether a transaction is still to begin."""
        return begins(self.statements)

    @property
    def only_begins(self) -> bool:
        """Whether nothing is to happen in it either."""
        return self.begins and len(self.statements) == 1


def begins(statements: list[tuple[str, Soon | None]]) -> bool:
    return any(text.startswith(BEGIN) for text, _ in statements)


def ahead_of(connection: Any) -> Ahead:
    """Of a connection of psycopg's."""
    found: Ahead | None = getattr(connection, "ahead", None)
    if found is None:
        found = connection.ahead = Ahead()
    return found
