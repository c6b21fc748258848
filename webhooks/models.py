"""Gathers the models of the rooms, so that Django finds them."""

from webhooks.inbound.models import Collision, ProviderEvent
from webhooks.mail.models import Message, Preference

__all__ = ["Collision", "Message", "Preference", "ProviderEvent"]
