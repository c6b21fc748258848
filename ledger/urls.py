"""Addresses of the rooms of this app."""

from ledger.journal import api as journal

api_urlpatterns = [*journal.urlpatterns]
page_urlpatterns: list = []
