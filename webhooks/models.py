"""Gathers the models of the rooms, so that Django finds them."""

from webhooks.mail.models import Message, Preference

__all__ = ["Message", "Preference"]
