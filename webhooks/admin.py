"""Django looks for admin pages here; they live in their rooms."""

from webhooks.inbound.admin import CollisionAdmin, ProviderEventAdmin
from webhooks.mail.admin import MessageAdmin, PreferenceAdmin

__all__ = ["CollisionAdmin", "MessageAdmin", "PreferenceAdmin", "ProviderEventAdmin"]
