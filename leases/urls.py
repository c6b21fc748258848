"""Addresses of the rooms of this app."""

from leases.properties import api as properties
from leases.rent import api as rent

api_urlpatterns = [*properties.urlpatterns, *rent.urlpatterns]
page_urlpatterns: list = []
