"""Addresses of the rooms of this app."""

from payments.methods import api as methods
from payments.payins import api as payins

api_urlpatterns = [*methods.urlpatterns, *payins.urlpatterns]
page_urlpatterns: list = []
