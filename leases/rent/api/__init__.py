"""Leases with what is owed on them, its charges, and paying them."""

from leases.rent.api import charges, leases, owed, payments

urlpatterns = [*leases.urlpatterns, *owed.urlpatterns, *payments.urlpatterns, *charges.urlpatterns]
