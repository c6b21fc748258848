"""What keeps a renter from being deleted: a home, or money that is not even."""

from datetime import datetime

from directpay.kernel.errors import Conflict, NotAllowed
from directpay.people.actor import Actor
from directpay.people.models import User
from leases.contracts.models import Lease, Party, Renter
from leases.contracts.queries import ENDED, where_status


class CustomerHasLeases(Conflict):
    """A lease of theirs is in force or will be (409)."""

    code = "customer_has_leases"


class CustomerHasBalance(Conflict):
    """They owe something still, or have paid ahead (409)."""

    code = "customer_has_balance"


def check_not_renting(user: User, actor: Actor, at: datetime) -> None:
    """For customers.queries.KEPT_BY. A landlord deletes nobody who has to do with another: that is told first, and nothing else of it.

    Raises NotAllowed, CustomerHasLeases, CustomerHasBalance.
    """
    elsewhere = Renter.objects.filter(user=user).exclude(lease__unit__property__landlord_id=actor.user_id)
    if not actor.may_see_all and elsewhere.exists():
        raise NotAllowed("This customer has to do with others too: only the platform deletes it.")
    lease = Lease.objects.filter(renters__user=user).exclude(where_status(ENDED, at)).order_by("id").first()
    if lease is not None:
        raise CustomerHasLeases("This customer is on a lease that has not ended.", lease=lease.public_id)
    uneven = Party.objects.filter(renters__user=user).exclude(account__balance_minor=0).select_related("lease").order_by("id").first()
    if uneven is not None:
        raise CustomerHasBalance("What this customer owes on a lease is not even.", lease=uneven.lease.public_id)
