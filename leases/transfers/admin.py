"""Transfers and moves: what went from one who owes to another."""

from django.contrib import admin

from directpay.events.look_only import LookOnly, moment, money
from leases.transfers.models import Move, Transfer


@admin.register(Transfer)
class TransferAdmin(LookOnly):
    amount = money("amount_minor", "amount", lambda transfer: transfer.giver.lease.currency)
    created = moment("created_at", "recorded")
    list_display = ("public_id", "giver", "taker", "amount", "move", "transferred_on")
    list_filter = (("move", admin.EmptyFieldListFilter),)
    list_select_related = ("giver__lease", "taker__lease", "move")
    search_fields = ("public_id", "giver__lease__public_id", "taker__lease__public_id")
    ordering = ("-created_at", "-id")
    fields = ("public_id", "giver", "taker", "amount", "move", "charge", "reason", "transferred_on", "created")


@admin.register(Move)
class MoveAdmin(LookOnly):
    created = moment("created_at", "recorded")
    list_display = ("public_id", "old", "new", "from_on")
    list_select_related = ("old", "new")
    search_fields = ("public_id", "old__public_id", "new__public_id")
    ordering = ("-created_at", "-id")
    fields = ("public_id", "old", "new", "from_on", "created")
