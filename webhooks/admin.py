"""Django looks for admin pages here; they live in their rooms."""

from webhooks.mail.admin import MessageAdmin, PreferenceAdmin

__all__ = ["MessageAdmin", "PreferenceAdmin"]
