"""Account kinds that several rooms post to, or none yet (BOOKS.md section 2). A kind that one room posts to stands in its `postings.py`."""

from ledger.journal.kinds import CREDIT, DEBIT, AccountKind
from payments.chart.owners import own

CLIENT_BANK, OWN_BANK, BLOCKED_BANK = "main", "main", "main"  # one bank account of each title, until there are more
NO_PROPERTY = "none"  # BOOKS.md: charges not tied to a payment sit on property "none"
PAYOUT = "payout"  # the clearing of what we send out

own(
    __name__,
    AccountKind(
        "P1110",
        "client bank",
        DEBIT,
        "client",
        "zero",
        one_per="bank account",
        meaning='pooled account titled for clients ("FBO"); moves only by a bank line',
    ),
    AccountKind("P1130", "own bank", DEBIT, "own", "zero", one_per="bank account", meaning="the company's money"),
    AccountKind("P1140", "blocked bank", DEBIT, "client", "zero", one_per="bank account", meaning="interest-bearing, sanctions only"),
    AccountKind(
        "P1210",
        "rail clearing",
        DEBIT,
        "client",
        "any",
        by_item=True,
        one_per="rail",
        meaning="+ the rail owes us; − the bank moved first; each item ends at 0",
    ),
    AccountKind("P1600", "fx position", DEBIT, "client", "any", one_per="currency", meaning="trading account: where two currencies meet"),
    AccountKind(
        "P2110", "landlord pending", CREDIT, "client", "zero", mirror="landlord", one_per="landlord", meaning="completed, not settled"
    ),
    AccountKind("P2120", "landlord available", CREDIT, "client", "kinds", mirror="landlord", one_per="landlord", meaning="may be paid out"),
    AccountKind(
        "P2210",
        "deposit in transit",
        CREDIT,
        "client",
        "zero",
        mirror="trust",
        one_per="landlord",
        meaning="renters' deposits between rail and trust bank; never available",
    ),
    AccountKind("P2500", "tax payable", CREDIT, "own", "zero", one_per="jurisdiction", meaning="tax on our fees"),
    AccountKind("P4110", "fee revenue", CREDIT, "own", "any", one_per="rail", meaning="processing fees"),
)

own(
    __name__,
    AccountKind(
        "L1100",
        "at DirectPay",
        DEBIT,
        "operating",
        "any",
        mirror="landlord",
        one_per="landlord",
        meaning="what DirectPay owes: P2110, P2120, P2130, P2140, P2150 and P2160 from the other side",
    ),
    AccountKind(
        "L1200",
        "owner bank",
        DEBIT,
        "operating",
        "any",
        one_per="landlord",
        meaning="what we know went to or from the owner's bank; not its true balance",
    ),
    AccountKind(
        "L1310",
        "trust bank",
        DEBIT,
        "trust",
        "zero",
        one_per="trust bank account",
        meaning="the payee's escrow account in the state of the property",
    ),
    AccountKind(
        "L1320",
        "trust at DirectPay",
        DEBIT,
        "trust",
        "zero",
        mirror="trust",
        one_per="landlord",
        meaning="P2210 from the other side",
    ),
    AccountKind(
        "L1330",
        "due from trust",
        DEBIT,
        "operating",
        "zero",
        one_per="trust bank account",
        meaning="earned, still lying in the trust bank",
    ),
    AccountKind("L1510", "deposit due", DEBIT, "operating", "zero", one_per="lease and party", meaning="deposit asked, not received"),
    AccountKind("L2200", "deposit held", CREDIT, "trust", "zero", one_per="lease and party", meaning="renter's money"),
    AccountKind("L2210", "deposit interest", CREDIT, "trust", "zero", one_per="lease and party", meaning="renter's part of interest"),
    AccountKind(
        "L2230",
        "trust earned",
        CREDIT,
        "trust",
        "zero",
        one_per="trust bank account",
        meaning="owner's, to be withdrawn at once; equals L1330",
    ),
    AccountKind("L2250", "deposits billed", CREDIT, "operating", "zero", one_per="landlord", meaning="contra of L1510"),
    AccountKind(
        "L3100",
        "owner equity",
        CREDIT,
        "operating",
        "any",
        one_per="landlord",
        meaning="contributions, draws, result of closed years; for the closing of a book",
    ),
    AccountKind("L4800", "other income", CREDIT, "operating", "any", one_per="property", meaning="income of no other kind"),
    AccountKind("L6100", "payment fees", DEBIT, "operating", "any", one_per="property", meaning="the cost account of payments"),
    AccountKind(
        "L6110", "DirectPay charges", DEBIT, "operating", "any", one_per="property", meaning="not tied to a payment: property “none”"
    ),
)
