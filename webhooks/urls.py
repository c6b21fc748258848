"""Addresses of the rooms of this app."""

from webhooks.inbound.door import urlpatterns as inbound_urlpatterns
from webhooks.mail.api import urlpatterns as api_urlpatterns
from webhooks.mail.pages import urlpatterns as mail_urlpatterns

page_urlpatterns = [*inbound_urlpatterns, *mail_urlpatterns]

__all__ = ["api_urlpatterns", "page_urlpatterns"]
