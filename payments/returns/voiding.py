"""What a return says of the mandate: R07, R10 and R29 end it (Nacha Operating Rules, appendix four)."""

from collections.abc import Sequence
from datetime import datetime

from payments.methods.mandates.actions import void_mandates
from payments.payins.models import Payment

VOID_QUEUE = "returns.void_mandates"


def void_after_returns(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: the mandates of the bank accounts from which these payments were not to be taken."""
    rows = Payment.objects.filter(public_id__in=list(public_ids), bank_account__isnull=False).order_by("id")
    void_mandates(dict(rows.values_list("bank_account_id", "return_code")), at=at)
