"""Addresses of the rooms of this app."""

from leases.portal.urls import urlpatterns as page_urlpatterns
from leases.properties import api as properties
from leases.rent import api as rent
from leases.rent import intents

api_urlpatterns = [*properties.urlpatterns, *rent.urlpatterns, *intents.urlpatterns]

__all__ = ["api_urlpatterns", "page_urlpatterns"]
