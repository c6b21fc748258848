"""From a row to a mail: in its reader's language, as text and as plain HTML, without a picture and without anything that reports back."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from directpay.people.models import User
from webhooks.mail.kinds import DIGEST, kind_of
from webhooks.mail.letters import leases, payments, refunds
from webhooks.mail.letters.letter import Letter, Moot, Subject, link, name
from webhooks.mail.models import Message
from webhooks.mail.queries import homes, zones_of
from webhooks.mail.unsubscribing import unsubscribe_address

__all__ = ["Moot", "compose"]

LETTERS: Final[dict[str, Callable[[Subject], Letter]]] = {
    "payment_receipt": payments.receipt,
    "payment_failed": payments.failed,
    "payment_returned": payments.returned,
    "payment_received": payments.received,
    DIGEST: payments.of_the_day,
    "renters_payment_returned": payments.came_back,
    "autopay_notice": leases.autopay_notice,
    "autopay_paused": leases.autopay_paused,
    "renters_autopay_paused": leases.renters_autopay_paused,
    "late_fee": leases.late_fee,
    "rent_reminder": leases.rent_reminder,
    "rent_late": leases.rent_late,
    "statement": leases.statement,
    "move_out": leases.move_out,
    "deposit_moved": leases.deposit_moved,
    "lease_changed": leases.lease_changed,
    "money_back": leases.money_back,
    "refund": refunds.refund,
}
AUTOMATIC: Final = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}  # RFC 3834: nobody answers by machine


def compose(message: Message, at: datetime) -> EmailMultiAlternatives:
    """Raises Moot. Keeps on the row in which language it is."""
    reader = message.user
    message.language = reader.locale if reader.locale in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with translation.override(message.language):
        letter = LETTERS[message.kind](Subject(message, at, _zone(message)))
        return _framed(message, reader, letter)


def _zone(message: Message) -> ZoneInfo:
    lease = message.facts.get("lease") or message.facts.get("origin") or message.about
    found = homes([lease]) if str(lease).startswith("lse_") else {}
    return found[lease].zone if lease in found else zones_of([message.user_id])[message.user_id]


def _framed(message: Message, reader: User, letter: Letter) -> EmailMultiAlternatives:
    said = render_to_string(f"mail/{message.kind}.txt", letter.values)
    subject, *paragraphs = [line.strip() for line in said.splitlines() if line.strip()]
    kind, end = kind_of(message.kind), ""
    headers = {**AUTOMATIC, "Message-ID": message.message_id}
    if kind.may_end:
        end = unsubscribe_address(reader, kind)
        headers |= {"List-Unsubscribe": f"<{end}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    context = {
        "language": message.language,
        "sandbox": settings.SANDBOX,
        "subject": subject,
        "reader": name(reader.name),
        "paragraphs": paragraphs,
        "rows": letter.rows,
        "total": letter.total,
        "button": letter.button,
        "address": letter.address,
        "preferences": link("mail_preferences"),
        "end": end,
    }
    mail = EmailMultiAlternatives(subject, render_to_string("mail/frame.txt", context), to=[reader.email], headers=headers)
    mail.attach_alternative(render_to_string("mail/frame.html", context), "text/html")
    for paper in letter.attached:
        mail.attach(paper.name, paper.content, paper.type)
    return mail
