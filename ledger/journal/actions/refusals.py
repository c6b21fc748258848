"""Why a posting is refused: one class, a stable code for each reason. Nothing of what is refused is written."""

from typing import Final

from directpay.kernel.errors import Conflict

CODES: Final = (
    "account_closed",
    "account_unknown",
    "already_reversed",
    "amount_invalid",  # zero, negative, not a whole number
    "amount_too_large",  # it, or a balance, beyond 64 bits
    "balance_insufficient",
    "books_mixed",  # two payees, or available money and trust (I25)
    "currencies_mixed",
    "date_invalid",
    "funds_mixed",
    "mirror_missing",
    "reference_reused",
    "reversal_differs",
    "text_too_long",
    "too_few_legs",
    "unbalanced",
)


class PostingRefused(Conflict):
    """A posting that breaks a rule of the books. `reference` names it, `code` is one of CODES."""

    code = "posting_refused"


class BelowFloor(PostingRefused):
    """It would take an account below what it may hold, or take what is held."""

    code = "balance_insufficient"


class ReferenceReused(PostingRefused):
    """The reference stands already with other content."""

    code = "reference_reused"


def refusal(code: str, message: str, reference: str | None) -> PostingRefused:
    """The error for a code that the database gave."""
    classes: dict[str, type[PostingRefused]] = {BelowFloor.code: BelowFloor, ReferenceReused.code: ReferenceReused}
    if code not in CODES:
        raise ValueError(f"the database refused with a code that is not known: {code}: {message}")
    return classes.get(code, PostingRefused)(message, code=code, reference=reference)
