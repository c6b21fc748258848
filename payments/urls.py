"""Addresses of the rooms of this app."""

from payments.intents import api as intents
from payments.methods import api as methods
from payments.payins import api as payins

api_urlpatterns = [*methods.urlpatterns, *payins.urlpatterns, *intents.urlpatterns]
page_urlpatterns: list = []
