"""The accounts that a lease opens in its payee's book (BOOKS.md section 2, L)."""

from ledger.journal.kinds import CREDIT, DEBIT, AccountKind, register_kinds

register_kinds(
    AccountKind("L1500", "receivable", DEBIT, "operating", "any"),
    AccountKind("L4100", "rent", CREDIT, "operating", "any"),
)
