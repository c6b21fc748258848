"""The kinds of row that the log has, and the bytes that stand for a row of each: its canonical form.

Canonical is the text that PostgreSQL prints for jsonb: keys by length and then by bytes, ", " and ": " between, UTF-8, nothing
escaped that need not be. Amounts and ids are integers, instants are UTC in microseconds, days are ISO dates. Only what never
changes of a row is in it.
"""

from dataclasses import dataclass

STAMP = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


@dataclass(frozen=True)
class Kind:
    """`code` is its number in leaves and its place within a seal: what others refer to comes first."""

    code: int
    name: str
    table: str
    canonical: str  # an expression over the row `r`

    def canonical_from(self, entries: str) -> str:
        """The same where entries do not stand in their table alone: `entries` is what to select them from."""
        return self.canonical.replace(f"FROM {ENTRY_TABLE} e", f"FROM {entries} e")


ENTRY_TABLE = "ledger_entry"


def _instant(column: str) -> str:
    return STAMP.format(f"r.{column}")


ENTRIES = f"""(SELECT jsonb_agg(jsonb_build_object('id', e.id, 'leg', e.leg, 'account', e.account_id, 'book', e.book_id,
    'currency', e.currency, 'fund', e.fund, 'amount', e.amount_minor, 'after', e.balance_after, 'seq', e.seq, 'item', e.item)
    ORDER BY e.leg, e.id) FROM {ENTRY_TABLE} e
    WHERE e.transaction_id = r.id AND e.at = r.at AND e.effective_on = r.effective_on)"""  # noqa: S608 our own

BOOK = Kind(
    1,
    "book",
    "ledger_book",
    f"'kind', 'book', 'id', r.id, 'type', r.kind, 'subject', r.subject, 'created_at', {_instant('created_at')}",
)
ACCOUNT = Kind(
    2,
    "account",
    "ledger_account",
    f"""'kind', 'account', 'id', r.id, 'public_id', r.public_id, 'book', r.book_id, 'number', r.number, 'subject', r.subject,
    'currency', r.currency, 'normal', r.normal, 'fund', r.fund, 'floor', r.floor, 'mirror', r.mirror, 'by_item', r.by_item,
    'created_at', {_instant("created_at")}""",
)
TRANSACTION = Kind(
    3,
    "transaction",
    "ledger_transaction",
    f"""'kind', 'transaction', 'id', r.id, 'public_id', r.public_id, 'reference', r.reference, 'type', r.kind,
    'effective_on', r.effective_on, 'at', {_instant("at")}, 'request_id', r.request_id, 'reverses', r.reverses_id, 'entries', {ENTRIES}""",
)
HOLD = Kind(
    4,
    "hold",
    "ledger_hold",
    f"""'kind', 'hold', 'id', r.id, 'public_id', r.public_id, 'reference', r.reference, 'account', r.account_id,
    'amount', r.amount_minor, 'expires_at', {_instant("expires_at")}, 'created_at', {_instant("created_at")}""",
)
ALLOCATION = Kind(
    5,
    "allocation",
    "ledger_allocation",
    f"""'kind', 'allocation', 'id', r.id, 'account', r.account_id, 'credit_entry', r.credit_entry_id,
    'debit_entry', r.debit_entry_id, 'amount', r.amount_minor, 'rule', r.rule, 'reason', r.reason, 'at', {_instant("at")}""",
)
EVENT = Kind(
    6,
    "event",
    "directpay_event",
    f"""'kind', 'event', 'id', r.id, 'public_id', r.public_id, 'type', r.type, 'object_id', r.object_id, 'version', r.version,
    'at', {_instant("at")}, 'actor', r.actor, 'request_id', r.request_id, 'account_ids', r.account_ids, 'data', r.data""",
)
KINDS = (BOOK, ACCOUNT, TRANSACTION, HOLD, ALLOCATION, EVENT)
BY_CODE = {kind.code: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}
