"""Lines of Schedule E (Form 1040), Part I, for which DirectPay knows figures: dated data, no tax advice."""

from dataclasses import dataclass
from datetime import date
from typing import Final

NOT_ADVICE: Final = "Not tax advice. Only what passed through DirectPay or was recorded here: add what else you earned and paid."
SOURCE: Final = "IRS, Schedule E (Form 1040) 2025, Part I"
READ_ON: Final = date(2026, 11, 26)
RENTS, OTHER, TOTAL, RESULT = 3, 19, 20, 21


@dataclass(frozen=True, slots=True)
class ScheduleLine:
    """`names`: the lines of the owner statement, cash basis, that stand on it; none for what is added up of others."""

    number: int
    title: str
    names: tuple[str, ...] = ()


# Deposits stand on none: they are the renters' until kept, and then they are rent or damages.
LINES: Final = (
    ScheduleLine(
        RENTS,
        "Rents received",
        (
            "rent",
            "utilities",
            "late_fees",
            "returned_payment_fees",
            "damages",
            "other_income",
            "advance_rent",
            "carried_balances",
            "returned_payments",
            "bounced_receipts",
            "refunds",
            "disputes_lost",
            "corrections",
        ),
    ),
    ScheduleLine(OTHER, "Other: payment and bank fees", ("payment_fees", "directpay_charges", "subscription", "bank_charges")),
    ScheduleLine(TOTAL, "Total expenses"),
    ScheduleLine(RESULT, "Line 3 less line 20"),
)
OF_NAME: Final = {name: line.number for line in LINES for name in line.names}
