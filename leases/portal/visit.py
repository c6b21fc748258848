"""The door of every page behind the sign-in: who comes, when, and whether the page is for people like that."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache

from directpay.kernel import clock
from directpay.people.actor import Actor
from directpay.people.models import User
from directpay.people.queries import actor_for_user
from leases.contracts.models import Lease
from leases.contracts.queries import visible_leases
from leases.portal.queries.payments import payments_of
from payments.payins.models import Payment

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Visit:
    """Read once at the door; what is not this person's does not exist for it."""

    user: User
    actor: Actor
    at: datetime

    def lease(self, lease_id: str) -> Lease:
        lease = visible_leases(self.actor).filter(public_id=lease_id).first()
        if lease is None:
            raise Http404
        return lease

    def let(self, lease_id: str) -> Lease:
        """One that this person lets."""
        lease = self.lease(lease_id)
        if lease.unit.property.landlord_id != self.user.id:
            raise Http404
        return lease

    def payment(self, payment_id: str) -> Payment:
        payment = payments_of(self.actor).filter(public_id=payment_id).first()
        if payment is None:
            raise Http404
        return payment


def page_for(*roles: str) -> Callable[[View], View]:
    """Signed in, of one of these roles (any role without), never kept by a cache. Others find no page here."""

    def decorate(view: View) -> View:
        @never_cache
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:
            user: User = request.user  # type: ignore[assignment]
            if roles and user.role not in roles:
                raise Http404
            return view(request, Visit(user, actor_for_user(user), clock.now()), **named)

        return guarded

    return decorate
