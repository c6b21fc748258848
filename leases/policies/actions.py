"""Setting what a landlord takes on a lease."""

from dataclasses import asdict, replace
from datetime import datetime

from directpay.events.actions import NewEvent, record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import Actor
from leases.contracts.actions import lock_lease, lock_lease_rows
from leases.contracts.models import Lease
from leases.policies.models import PaymentPolicy
from leases.policies.queries import CATEGORIES, Policy, policy_of


def set_payment_policy(lease: Lease, wish: Policy, *, actor: Actor, at: datetime) -> Policy:
    """The whole of it, as the next version whichever `wish` names; payments on their way stay as they were accepted.

    The same again changes nothing. Raises InvalidInput.
    """
    check(wish)
    with unit_of_work():
        lease = lock_lease(lease)
        before = policy_of(lease)
        if before.version and before == replace(wish, version=before.version):
            return before
        policy = replace(wish, version=before.version + 1)
        terms = {**asdict(policy), "categories": list(policy.categories)}
        PaymentPolicy.objects.create(lease=lease, created_at=at, **terms)
        home = lease.unit.property
        renters = list(lease.renters.values_list("user__public_id", flat=True))
        data = {"lease": lease.public_id, "currency": lease.currency, **terms}
        del data["version"]  # the fact's own
        who = [home.landlord.public_id, home.payee.public_id, *renters]
        record([NewEvent("payment_policy.set", f"policy:{lease.public_id}", policy.version, actor.label, at, data, who)])
        return policy


def set_blocked(lease: Lease, blocked: bool, *, actor: Actor, at: datetime) -> Policy:
    """Take no payments, or take them again; whatever else holds by then stays, for another may change it at the same moment."""
    with unit_of_work():
        lock_lease_rows([lease.id])
        return set_payment_policy(lease, replace(policy_of(lease), blocked=blocked), actor=actor, at=at)


def check(wish: Policy) -> None:
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
