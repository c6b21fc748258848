"""What a lease takes binds whoever pays a party's account past the lease, too: else a block would be one by courtesy."""

from datetime import datetime

from django.db import connection

from directpay.events.unit import require_transaction
from leases.contracts.actions import lock_leases
from leases.contracts.models import Lease, Party
from leases.policies.models import PaymentPolicy
from leases.policies.queries import Intended, check_policy, policy_of
from ledger.journal.actions import lock_accounts
from ledger.journal.models import Account
from payments.payins.queries import in_flight_minor


def check_lease_takes(account: Account, rail: str, amount_minor: int, at: datetime) -> None:
    """Step, for payins.queries.TAKES. Raises PaymentsBlocked, CertifiedFundsRequired, PartialPaymentRefused, InvalidInput."""
    require_transaction()
    party = Party.objects.filter(account=account).first()
    if party is None:
        return
    (lease,) = lock_leases([party.lease_id])
    policy = policy_of(lease)
    if not policy.version:
        return
    due = lock_accounts([account.id])[account.id].balance_minor - in_flight_minor([account.id]).get(account.id, 0)
    wish = Intended(
        rail=rail,
        amount_minor=amount_minor,
        due_minor=due,
        ahead_minor=0,
        returned_at=_returned_at(lease) if policy.certified_funds == PaymentPolicy.Certified.AFTER_RETURN else None,
        at=at,
        currency=lease.currency,
    )
    check_policy(policy, wish)


def _returned_at(lease: Lease) -> datetime | None:
    """As `leases_stand_to_pay` asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT leases_money_came_back(%s)", [lease.id])
        found: datetime | None = cursor.fetchone()[0]
    return found
