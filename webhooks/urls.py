"""Addresses of the rooms of this app."""

from webhooks.mail.api import urlpatterns as api_urlpatterns
from webhooks.mail.pages import urlpatterns as page_urlpatterns

__all__ = ["api_urlpatterns", "page_urlpatterns"]
