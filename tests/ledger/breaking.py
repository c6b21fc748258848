"""Breaking the books as nobody may, to see that somebody notices: in a transaction of the superuser that is rolled back."""

import psycopg

from ledger.journal.invariants import INVARIANTS


def broken_after(superuser_url: str, *statements: str) -> set[str]:
    """The codes of the invariants that do not hold after `statements`, with triggers and foreign keys silenced."""
    with psycopg.connect(superuser_url) as connection:
        connection.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            assert connection.execute(statement).rowcount != 0, f"nothing was broken by: {statement}"
        found = {i.code for i in INVARIANTS if i.sql and connection.execute(f"SELECT * FROM ({i.sql}) AS broken LIMIT %s", [1]).fetchone()}
        connection.rollback()
        return found
