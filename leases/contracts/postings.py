"""The accounts that a lease opens in its payee's book (BOOKS.md section 2, L)."""

from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from payments.chart.owners import own

own(
    __name__,
    AccountKind(
        "L1500", "receivable", DEBIT, "operating", "any", one_per="lease and party", meaning="what the party owes; below 0: prepaid"
    ),
    AccountKind("L4100", "rent", CREDIT, "operating", "any", one_per="property", meaning="rent earned"),
)
