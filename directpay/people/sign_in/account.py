"""Signing in: e-mail and password. Nobody signs up by themselves; people are invited."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from axes.handlers.proxy import AxesProxyHandler
from django.http import HttpRequest

from directpay.kernel import clock
from directpay.people.actions import set_password
from directpay.people.models import User
from directpay.people.queries import actor_for_user
from directpay.people.sign_in.address import address_of


class InvitedPeopleOnly(DefaultAccountAdapter):
    """allauth's adapter: the sign-up door is closed, wrong passwords are counted by `lock_out`, a new password is a fact."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth's own limit would lock an account for everybody, wherever the wrong passwords come from."""

    def reauthenticate(self, user: User, password: str) -> bool:
        """allauth looks for a second row with the address; here it is the person's own."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def set_password(self, user: User, password: str) -> None:
        """Whoever may set a new password (the old one is known, or the link came by mail) may also try it at once."""
        set_password(actor=actor_for_user(user), at=clock.now(), user=user, password=password)
        user.refresh_from_db()
        AxesProxyHandler.reset_attempts(username=user.email)

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)
