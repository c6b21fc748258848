"""Deposits: where they lie, what is held of each, and what happened to them there."""

from django.contrib import admin
from django.utils.safestring import SafeString
from unfold.decorators import display

from directpay.events.look_only import LookOnly, LookOnlyInline, amount, moment, money
from leases.deposits.models import Deposit, Movement, TrustBank


@admin.register(TrustBank)
class TrustBankAdmin(LookOnly):
    named = moment("created_at", "named")
    list_display = ("public_id", "payee", "state", "bank_name", "last4", "named")
    list_select_related = ("payee",)
    search_fields = ("public_id", "payee__name", "state")
    ordering = ("-id",)
    fields = ("public_id", "payee", "bank_account", "state", "currency", "bank_name", "last4", "named")


class MovementInline(LookOnlyInline):
    model = Movement
    moved = money("amount_minor", "amount", lambda movement: movement.deposit.account.currency)
    fields = ("kind", "moved", "charge", "reason", "moved_on")


@admin.register(Deposit)
class DepositAdmin(LookOnly):
    asked = money("amount_minor", "asked", lambda deposit: deposit.account.currency)
    made = moment("created_at", "asked at")
    list_display = ("public_id", "lease", "party", "trust_bank", "asked", "owed", "in_trust", "interest_earned", "due_on")
    list_select_related = ("lease", "party", "trust_bank", "account", "held", "interest")
    search_fields = ("public_id", "lease__public_id", "trust_bank__public_id")
    ordering = ("-id",)
    fields = ("public_id", "lease", "party", "trust_bank", "asked", "owed", "in_trust", "interest_earned", "due_on", "made")
    inlines = (MovementInline,)

    @display(description="open")
    def owed(self, deposit: Deposit) -> SafeString:
        return amount(deposit.account.shown_minor, deposit.account.currency)

    @display(description="held")
    def in_trust(self, deposit: Deposit) -> SafeString:
        return amount(deposit.held.shown_minor, deposit.held.currency)

    @display(description="renter's interest")
    def interest_earned(self, deposit: Deposit) -> SafeString:
        return amount(deposit.interest.shown_minor, deposit.interest.currency)


@admin.register(Movement)
class MovementAdmin(LookOnly):
    moved = money("amount_minor", "amount", lambda movement: movement.deposit.account.currency)
    made = moment("created_at", "recorded")
    list_display = ("public_id", "deposit", "kind", "moved", "reason", "moved_on")
    list_filter = ("kind",)
    list_select_related = ("deposit__account",)
    search_fields = ("public_id", "deposit__public_id", "charge__public_id")
    ordering = ("-id",)
    fields = ("public_id", "deposit", "kind", "moved", "charge", "reason", "moved_on", "made")
