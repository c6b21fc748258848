"""Setting what a landlord takes on a lease."""

from dataclasses import asdict, dataclass
from datetime import datetime

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease
from leases.contracts.models import Lease
from leases.policies.models import PaymentPolicy
from leases.policies.queries import CATEGORIES, Policy, policy_of


@dataclass(frozen=True, slots=True)
class NewPolicy:
    """The whole of it. `minimum_minor`: with `partial` minimum, in minor units of the lease's currency."""

    partial: str = PaymentPolicy.Partial.ANY
    minimum_minor: int | None = None
    blocked: bool = False
    certified_funds: str = PaymentPolicy.Certified.NEVER
    prepayment: str = PaymentPolicy.Prepayment.NEXT
    order: str = PaymentPolicy.Order.OLDEST_FIRST
    categories: tuple[str, ...] = ()


def set_payment_policy(lease: Lease, wish: NewPolicy, *, actor: Actor, at: datetime) -> Policy:
    """A new version; payments on their way stay as they were accepted. The same again changes nothing. Raises InvalidInput."""
    check(wish)
    with unit_of_work():
        lease = lock_lease(lease)
        before = policy_of(lease)
        if before.version and wish == NewPolicy(**{name: value for name, value in asdict(before).items() if name != "version"}):
            return before
        PaymentPolicy.objects.create(
            lease=lease, version=before.version + 1, created_at=at, **{**asdict(wish), "categories": list(wish.categories)}
        )
        home = lease.unit.property
        renters = list(lease.renters.values_list("user__public_id", flat=True))
        data = {"lease": lease.public_id, "currency": lease.currency, **asdict(wish), "categories": list(wish.categories)}
        who = [home.landlord.public_id, home.payee.public_id, *renters]
        record([NewEvent("payment_policy.set", f"policy:{lease.public_id}", before.version + 1, actor.label, at, data, who)])
        return policy_of(lease)


def check(wish: NewPolicy) -> None:
    """Raises InvalidInput for what contradicts itself."""
    if wish.partial == PaymentPolicy.Partial.MINIMUM and wish.minimum_minor is None:
        raise InvalidInput("Say the smallest amount that is taken.", param="minimum_amount", code="parameter_missing")
    if wish.partial != PaymentPolicy.Partial.MINIMUM and wish.minimum_minor is not None:
        raise InvalidInput("A minimum belongs to `partial_payments` minimum.", param="minimum_amount")
    if wish.order == PaymentPolicy.Order.CATEGORIES and not wish.categories:
        raise InvalidInput("Say which categories are paid first.", param="categories", code="parameter_missing")
    if wish.order != PaymentPolicy.Order.CATEGORIES and wish.categories:
        raise InvalidInput("Categories belong to `order` categories.", param="categories")
    for n, category in enumerate(wish.categories):
        if category not in CATEGORIES:
            raise InvalidInput(f"No such category: {category}.", param=f"categories[{n}]")
        if category in wish.categories[:n]:
            raise InvalidInput("This category is named twice.", param=f"categories[{n}]")
