"""Signing in: e-mail and password. Nobody signs up by themselves; people are invited."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class InvitedPeopleOnly(DefaultAccountAdapter):
    """allauth's adapter with the sign-up door closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
