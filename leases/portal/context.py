"""What the frame of every page shows: the sandbox strip, the person, the entries that exist for this role."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directpay.kernel import clock
from directpay.ops.clock import is_moved
from directpay.people.actor import LANDLORD, RENTER, STAFF
from leases.portal import dates


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the navigation."""

    address: str
    text: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class DemoPerson:
    title: str
    email: str
    password: str


class Shell:
    """Asked only by templates of ours: each answer is computed when it is printed."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def at(self) -> datetime:
        return clock.now().astimezone(ZoneInfo(settings.TIME_ZONE))

    @property
    def sandbox(self) -> bool:
        return settings.SANDBOX

    @cached_property
    def moved_clock(self) -> SafeString | None:
        """`Tue 24 Nov 2026, 10:12 am (ET)` while the sandbox's clock is not the machine's."""
        if not (settings.SANDBOX and is_moved()):
            return None
        day = dates.day_text(self.at.date(), self.at.date())
        return SafeString(f"{day} {self.at.year}, {dates.time_text(self.at)} ({dates.zone_text(self.at)})")

    @cached_property
    def demo(self) -> list[DemoPerson]:
        """The log-ins that `make up` printed: the sandbox keeps them no secret."""
        written = Path(settings.DIRECTPAY_HOME) / "demo.json"
        if not (settings.SANDBOX and written.is_file()):
            return []
        known = json.loads(written.read_text())
        titles = [
            ("renter", _("A renter")),
            ("roommate", _("A roommate")),
            ("behind", _("A renter who is behind")),
            ("landlord", _("A landlord")),
            ("staff", _("Staff")),
        ]
        return [DemoPerson(title, known[key]["email"], known[key]["password"]) for key, title in titles if key in known]

    @property
    def signed_in(self) -> bool:
        return self._user is not None and self._user.is_authenticated

    @property
    def initials(self) -> str:
        return "".join(part[0] for part in self._user.name.split()[:2]).upper()

    @property
    def name(self) -> str:
        return self._user.name

    @property
    def _user(self) -> Any:
        return getattr(self._request, "user", None)

    @property
    def _place(self) -> str:
        """Where the visitor is; cards are kept beside the accounts that one pays from."""
        path: str = self._request.path
        return reverse("bank_accounts") if path.startswith(reverse("renter_cards")) else path

    @cached_property
    def nav(self) -> list[Entry]:
        if not self.signed_in:
            return []
        wanted = {
            RENTER: [
                ("renter_home", _("Home"), "home"),
                ("renter_pay", _("Pay"), "pay"),
                ("renter_payments", _("Payments"), "list"),
                ("bank_accounts", _("Accounts"), "bank"),
            ],
            LANDLORD: [
                ("landlord_home", _("Home"), "home"),
                ("landlord_payments", _("Payments"), "list"),
                ("landlord_reports", _("Reports"), "building"),
            ],
            STAFF: [("admin:index", _("Staff"), "home")],
        }[self._user.role]
        entries = [(reverse(name), text, icon) for name, text, icon in wanted]
        here = max((a for a, _text, _icon in entries if self._place.startswith(a)), key=len, default="")
        return [Entry(address, text, icon, address == here) for address, text, icon in entries]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: nothing is computed for templates that do not ask (the admin's)."""
    return {"shell": Shell(request)}
