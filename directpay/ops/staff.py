"""The frame of the staff pages: what it says where, and the order of its menu."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from directpay.ops.clock import is_moved

MENU = (
    (
        "Money",
        (
            ("Payments", "payments_payment", "payments"),
            ("Refunds", "payments_refund", "undo"),
            ("Settlements", "payments_settlement", "account_balance_wallet"),
            ("Bank lines", "payments_bankline", "receipt_long"),
            ("Paid out by processors", "payments_processorpayout", "move_to_inbox"),
            ("Bank accounts", "payments_bankaccount", "account_balance"),
            ("Fees", "payments_railfee", "sell"),
        ),
    ),
    (
        "Leases",
        (
            ("Leases", "leases_lease", "description"),
            ("Charges", "leases_charge", "event"),
            ("Properties", "leases_property", "home_work"),
            ("Units", "leases_unit", "door_front"),
        ),
    ),
    (
        "Books",
        (
            ("Integrity", "ledger_check", "fact_check"),
            ("Trial balance", "admin:ledger_trial_balances", "balance"),
            ("Closed periods", "ledger_period", "event_available"),
            ("Transactions", "ledger_transaction", "swap_horiz"),
            ("Accounts", "ledger_account", "menu_book"),
            ("Entries", "ledger_entry", "list"),
            ("Allocations", "ledger_allocation", "link"),
            ("Holds", "ledger_hold", "pause"),
            ("Books", "ledger_book", "auto_stories"),
            ("Seals", "ledger_seal", "verified"),
        ),
    ),
    (
        "People",
        (
            ("People", "directpay_user", "group"),
            ("Payees", "directpay_payee", "badge"),
            ("API keys", "directpay_apikey", "key"),
            ("Apps", "directpay_application", "apps"),
            ("Wrong sign-ins", "axes_accessattempt", "lock_clock"),
        ),
    ),
    (
        "Works",
        (
            ("Events", "directpay_event", "history"),
            ("Deliveries", "directpay_delivery", "outbox"),
            ("Due work", "directpay_due", "schedule"),
            ("Mails", "webhooks_message", "mail"),
            ("Provider events", "webhooks_providerevent", "inbox"),
            ("Idempotency keys", "directpay_idempotencykey", "repeat_one"),
            ("Clock", "directpay_clock", "timer"),
        ),
    ),
)


def environment(request: HttpRequest) -> list[str] | None:
    """Live says nothing; the sandbox says so on every page."""
    if not settings.SANDBOX:
        return None
    return ["Sandbox, moved clock" if is_moved() else "Sandbox", "warning"]


def _address(page: str) -> Any:
    """Of a page by its full name, or of a model's list."""
    return reverse_lazy(page if ":" in page else f"admin:{page}_changelist")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "items": [{"title": name, "icon": icon, "link": _address(page)} for name, page, icon in items],
        }
        for title, items in MENU
    ]


def stylesheet(request: HttpRequest) -> str:
    return static("staff.css")


def icon(request: HttpRequest) -> str:
    return static("icon.svg")
