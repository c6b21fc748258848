"""A landlord's leases, one lease, and the payments to its payees."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from directpay.people.actor import LANDLORD
from leases.autopay.queries import is_on
from leases.contracts.queries import rent_on, rents_of, visible_leases
from leases.portal.queries.arrears import behind_rows, plans_of
from leases.portal.queries.by_hand import credits_of, receipts_of, transfers_of
from leases.portal.queries.late_fees import fee_rows, policy_of, policy_words, warnings_of
from leases.portal.queries.overpayments import refunds_of
from leases.portal.queries.payments import home_of, page_of, payments_of
from leases.portal.queries.roll import rolls
from leases.portal.visit import Visit, page_for
from leases.rent.queries import ScheduleRow, balances, local_today, schedules, total
from leases.transfers.models import Move


@page_for(LANDLORD)
def home(request: HttpRequest, visit: Visit) -> HttpResponse:
    mine = visible_leases(visit.actor).filter(unit__property__landlord_id=visit.user.id)
    leases = list(mine.order_by("unit__property_id", "unit__name", "id"))
    context: dict[str, Any] = {"rolls": rolls(leases, visit.at), "count": len(leases)}
    if leases:
        today = local_today(leases[0], visit.at)
        context |= {"today": today, "behind": behind_rows(leases, visit.at, today)}
    return render(request, "portal/landlord/home.html", context)


@page_for(LANDLORD)
def lease(request: HttpRequest, visit: Visit, lease_id: str) -> HttpResponse:
    found = visit.let(lease_id)
    today = local_today(found, visit.at)
    of_party, plan = balances(found), schedules([found], visit.at)[found.id]
    policy = policy_of(found, today)
    names = {party.id: [r.user.name for r in found.renters.all() if r.party_id == party.id] for party in found.parties.all()}
    context = {
        "lease": found,
        "home": home_of(found),
        "people": [renter.user for renter in found.renters.all()],
        "parties": [(of_party[party_id], people) for party_id, people in names.items()],
        "balance": total(list(of_party.values())),
        "schedule": [row for row in plan if not _is_later(row)],
        "later": [row for row in plan if _is_later(row)],
        "page": page_of(payments_of(visit.actor).filter(origin=found.public_id), request.GET.get("before")),
        "address": "landlord_payment",
        "receipts": receipts_of(found),
        "credits": credits_of(found),
        "transfers": transfers_of(found),
        "refunds": refunds_of(found),
        "is_ahead": any(one.owed_minor < 0 for one in of_party.values()),
        "moved": Move.objects.select_related("new__unit__property").filter(old=found).first(),
        "today": today,
        "running": found.end_on is None or found.end_on >= today,
        "rent": rent_on(found, today),
        "steps": [(since, rent) for since, rent in rents_of(found) if since > today],
        "fees": fee_rows(found, today),
        "late_fee": policy_words(policy.terms if policy else None, found.currency),
        "warnings": warnings_of(policy, found, today),
        "autopay_is_on": is_on(found),
        "behind": behind_rows([found], visit.at, today),
        "plans": plans_of(found, list(of_party), visit.at),
    }
    return render(request, "portal/landlord/lease.html", context)


@page_for(LANDLORD)
def payments(request: HttpRequest, visit: Visit) -> HttpResponse:
    mine = payments_of(visit.actor).filter(payee__owner_id=visit.user.id)
    page = page_of(mine, request.GET.get("before"))
    return render(request, "portal/payments.html", {"page": page, "address": "landlord_payment", "to_landlord": True})


def _is_later(row: ScheduleRow) -> bool:
    """Nothing has happened with it yet: folded away."""
    return row.status == "scheduled" and not row.in_flight_minor
