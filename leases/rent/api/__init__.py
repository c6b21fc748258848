"""Leases with what is owed on them, its charges, and paying them."""

from leases.rent.api import charges, leases, payments

urlpatterns = [*leases.urlpatterns, *payments.urlpatterns, *charges.urlpatterns]
