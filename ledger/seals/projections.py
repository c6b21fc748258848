"""What stands in tables and can be built anew from the log; rooms above register what is theirs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Projection:
    """`standing` and `derived` select the same columns, among them `key` as text; both are compared byte for byte."""

    name: str
    standing: str
    derived: str


PROJECTIONS: dict[str, Projection] = {}


def register_projections(*projections: Projection) -> None:
    """Add projections; the same name with another meaning is a mistake."""
    for projection in projections:
        if PROJECTIONS.setdefault(projection.name, projection) != projection:
            raise ValueError(f"projection {projection.name} is registered twice")


ACCOUNTS = Projection(
    "accounts",
    "SELECT id::text AS key, balance_minor, last_seq, last_at, held_minor FROM ledger_account",
    # What is held: of the holds that no event has ended, those that would lower the account.
    """SELECT a.id::text AS key, coalesce(e.total, 0)::bigint AS balance_minor, coalesce(e.top, 0)::bigint AS last_seq, e.last_at,
              coalesce(h.held, 0)::bigint AS held_minor
       FROM ledger_account a
       LEFT JOIN (SELECT account_id, sum(amount_minor) AS total, max(seq) AS top, max(at) AS last_at
                  FROM ledger_entry GROUP BY account_id) e ON e.account_id = a.id
       LEFT JOIN (SELECT p.account_id, sum(abs(p.amount_minor)) AS held FROM ledger_hold p JOIN ledger_account x ON x.id = p.account_id
                  WHERE x.normal * p.amount_minor < 0 AND NOT EXISTS (SELECT FROM directpay_event v WHERE v.object_id = p.public_id
                      AND v.version = 2 AND v.type IN ('hold.posted', 'hold.released', 'hold.expired'))
                  GROUP BY p.account_id) h ON h.account_id = a.id""",
)
HOLDS = Projection(
    "holds",
    "SELECT public_id AS key, state::text, posted_minor, resolved_at FROM ledger_hold",
    """SELECT h.public_id AS key, coalesce(v.data->>'state', 'pending') AS state, coalesce((v.data->>'posted')::bigint, 0) AS posted_minor,
              v.at AS resolved_at
       FROM ledger_hold h LEFT JOIN directpay_event v ON v.object_id = h.public_id AND v.version = 2
           AND v.type IN ('hold.posted', 'hold.released', 'hold.expired')""",
)
# Where checkpoints stand is a choice; what they say is not.
CHECKPOINTS = Projection(
    "checkpoints",
    """SELECT account_id || ':' || through_seq || ':' || effective_on AS key, through_at, total_minor FROM ledger_checkpoint
       WHERE total_minor <> 0""",
    """WITH marks AS (
           SELECT account_id, through_seq, lag(through_seq, 1, 0::bigint) OVER (PARTITION BY account_id ORDER BY through_seq) AS after_seq
           FROM (SELECT DISTINCT account_id, through_seq FROM ledger_checkpoint) d)
       SELECT m.account_id || ':' || m.through_seq || ':' || e.effective_on AS key,
              (SELECT x.at FROM ledger_entry x WHERE x.account_id = m.account_id AND x.seq = m.through_seq) AS through_at,
              sum(e.amount_minor)::bigint AS total_minor
       FROM marks m JOIN ledger_entry e ON e.account_id = m.account_id AND e.seq > m.after_seq AND e.seq <= m.through_seq
       GROUP BY m.account_id, m.through_seq, e.effective_on HAVING sum(e.amount_minor) <> 0""",
)
LEDGER = (ACCOUNTS, HOLDS, CHECKPOINTS)
