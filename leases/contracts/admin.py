"""Leases: who rents what from when to when, and the accounts on which each party owes."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, amount, money
from leases.contracts.models import Lease, Party, Renter, RentStep


class PartyInline(LookOnlyInline):
    model = Party
    fields = ("label", "weight", "changes", "account", "owed")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Party]:
        return super().get_queryset(request).select_related("account")

    @display(description="owed")
    def owed(self, party: Party) -> SafeString:
        return amount(party.account.balance_minor, party.account.currency)


class RentStepInline(LookOnlyInline):
    model = RentStep
    fields = ("from_on", "rent", "created_at")
    ordering = ("from_on",)
    rent = money("rent_minor", "rent", lambda step: step.lease.currency)


class RenterInline(LookOnlyInline):
    model = Renter
    fields = ("user", "party", "share")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Renter]:
        return super().get_queryset(request).select_related("user", "party")


@admin.register(Lease)
class LeaseAdmin(LookOnly):
    rent = money("rent_minor", "rent")
    deposit = money("deposit_minor", "deposit")
    list_display = ("public_id", "people", "unit", "property", "rent", "owed", "start_on", "end_on", "due_day")
    list_select_related = ("unit__property",)
    search_fields = ("public_id", "unit__name", "unit__property__name", "renters__user__name", "renters__user__email")
    ordering = ("-id",)
    fields = (
        "public_id",
        "unit",
        "property",
        "rent",
        "deposit",
        "currency",
        "start_on",
        "end_on",
        "due_day",
        "owed",
        "created_at",
        "metadata",
    )
    inlines = (PartyInline, RenterInline, RentStepInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Lease]:
        parties = Prefetch("parties", Party.objects.select_related("account"))
        renters = Prefetch("renters", Renter.objects.select_related("user").order_by("id"))
        return super().get_queryset(request).select_related("unit__property").prefetch_related(parties, renters)

    @display(description="renters")
    def people(self, lease: Lease) -> str:
        return ", ".join(renter.user.name for renter in lease.renters.all())

    @display(description="property")
    def property(self, lease: Lease) -> str:
        return lease.unit.property.name

    @display(description="owed")
    def owed(self, lease: Lease) -> SafeString:
        return amount(sum(party.account.balance_minor for party in lease.parties.all()), lease.currency)


@admin.register(Party)
class PartyAdmin(LookOnly):
    list_display = ("label", "lease", "weight", "account")
    list_select_related = ("lease", "account")
    search_fields = ("label", "lease__public_id")
    ordering = ("-id",)


@admin.register(Renter)
class RenterAdmin(LookOnly):
    list_display = ("user", "lease", "party", "share")
    list_select_related = ("user", "lease", "party")
    search_fields = ("user__name", "user__email", "lease__public_id")
    ordering = ("-id",)
