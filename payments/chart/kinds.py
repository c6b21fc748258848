"""Account kinds that several rooms of the engine post to (BOOKS.md section 2). A kind that one room posts to stands there."""

from ledger.journal.kinds import CREDIT, DEBIT, AccountKind, register_kinds

register_kinds(
    AccountKind("P1110", "client bank", DEBIT, "client", "zero"),
    AccountKind("P1130", "own bank", DEBIT, "own", "zero"),
    AccountKind("P1210", "rail clearing", DEBIT, "client", "any", by_item=True),
    AccountKind("P1390", "unexplained debits", DEBIT, "client", "zero"),
    AccountKind("P2110", "landlord pending", CREDIT, "client", "zero", mirror="landlord"),
    AccountKind("P2120", "landlord available", CREDIT, "client", "kinds", mirror="landlord"),
    AccountKind("P2400", "unidentified receipts", CREDIT, "client", "zero"),
    AccountKind("P3100", "capital", CREDIT, "own", "any"),
    AccountKind("P4110", "fee revenue", CREDIT, "own", "any"),
    AccountKind("P4120", "return fees", CREDIT, "own", "any"),
    AccountKind("P5600", "verification costs", DEBIT, "own", "any"),
    AccountKind("L1100", "at DirectPay", DEBIT, "operating", "any", mirror="landlord"),
    AccountKind("L6100", "payment fees", DEBIT, "operating", "any"),
    AccountKind("L6110", "DirectPay charges", DEBIT, "operating", "any"),
)

CLIENT_BANK, OWN_BANK = "main", "main"  # one bank account of each title, until there are more
NO_PROPERTY = "none"  # BOOKS.md: charges not tied to a payment sit on property "none"
