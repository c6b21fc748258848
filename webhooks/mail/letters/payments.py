"""Letters about payments, as the page of a payment tells them."""

from datetime import datetime

from django.db.models import Sum
from django.utils.translation import gettext as _

from directpay.kernel import money
from directpay.people.models import User
from leases.papers.pdf import receipt_pdf
from leases.papers.receipt import receipt_of
from leases.portal.queries.payments import Told, events_of, told
from leases.portal.story import Story
from leases.portal.words import rail_title, title_of
from payments.payins.models import CLEARED, Payment, Status
from payments.payins.queries import with_related
from webhooks.mail.letters.letter import Attached, Letter, Moot, Subject, link, name

SHOWN = 50  # payments in the mail of a day


def _payment(subject: Subject) -> tuple[Payment, Told, Story]:
    payment = with_related().select_related("payee__owner").prefetch_related("claims").get(public_id=subject.message.about)
    row = told([payment])[0]
    return payment, row, Story(payment, events_of([payment])[payment.public_id], subject.at, row.zone)


def _values(payment: Payment, row: Told, subject: Subject) -> dict[str, str]:
    return {
        "money": money.words(payment.amount_minor, payment.currency),
        "title": name(title_of(row.charges, subject.today)),
        "payee": name(payment.payee.name),
        "payer": name(payment.payer.name),
        "home": name(row.home),
    }


def _rows(payment: Payment, row: Told, subject: Subject) -> list[tuple[str, str]]:
    return [
        (_("For"), name(title_of(row.charges, subject.today))),
        (_("How"), rail_title(payment.rail)),
        (_("Reference"), payment.reference),
    ]


def receipt(subject: Subject) -> Letter:
    payment, row, _story = _payment(subject)
    if payment.status not in CLEARED:
        raise Moot("returned")
    paper = receipt_of(payment)
    attached = Attached(f"{payment.reference}.pdf", receipt_pdf(paper), "application/pdf")
    total = (_("Taken from you"), money.words(paper.charged_minor, paper.currency))
    values = _values(payment, row, subject) | {"day": subject.day(paper.received_on)}
    page = link("renter_payment", payment_id=payment.public_id)
    return Letter(values, [*_rows(payment, row, subject), total], True, _("See the payment"), page, [attached])


def failed(subject: Subject) -> Letter:
    payment, row, story = _payment(subject)
    if row.lease is None:
        page, button = link("renter_payment", payment_id=payment.public_id), _("See the payment")
    else:
        page, button = link("renter_pay_lease", lease_id=row.lease.public_id), _("Pay another way")
    values = _values(payment, row, subject) | {"reason": str(story.reason)}
    return Letter(values, _rows(payment, row, subject), button=button, address=page)


def returned(subject: Subject) -> Letter:
    payment, row, story = _payment(subject)
    button, page = _("See the payment"), link("renter_payment", payment_id=payment.public_id)
    values = _values(payment, row, subject) | {"reason": str(story.reason), "day": subject.day_of(payment.returned_at or subject.at)}
    return Letter(values, _rows(payment, row, subject), button=button, address=page)


def received(subject: Subject) -> Letter:
    """To the landlord: what comes to them, less a fee that is theirs to pay."""
    payment, row, _story = _payment(subject)
    if payment.status != Status.SETTLED:
        raise Moot("returned")
    rows = [*_rows(payment, row, subject), (_("Amount"), money.words(payment.amount_minor, payment.currency))]
    if payment.fee_payer == "payee" and payment.fee_minor + payment.tax_minor:
        rows.append((_("Fee"), money.words(-payment.fee_minor - payment.tax_minor, payment.currency)))
    rows.append((_("You get"), money.words(payment.net_minor, payment.currency)))
    page = link("landlord_payment", payment_id=payment.public_id)
    return Letter(_values(payment, row, subject), rows, True, _("See the payment"), page)


def came_back(subject: Subject) -> Letter:
    """To the landlord: why, in the words of the bank; what to do is between the two."""
    payment, row, story = _payment(subject)
    page = link("landlord_payment", payment_id=payment.public_id)
    values = _values(payment, row, subject) | {"reason": str(story.reason), "day": subject.day_of(payment.returned_at or subject.at)}
    return Letter(values, _rows(payment, row, subject), button=_("See the payment"), address=page)


def of_the_day(subject: Subject) -> Letter:
    """To the landlord: all that settled on a day, and has stayed."""
    since, until = (datetime.fromisoformat(subject.facts[bound]) for bound in ("since", "until"))
    owner: User = subject.message.user
    found = Payment.objects.filter(payee__owner=owner, settled_at__gte=since, settled_at__lt=until, status=Status.SETTLED)
    payments = list(found.select_related("payer").order_by("settled_at", "id")[:SHOWN])
    if not payments:
        raise Moot("returned")
    rows = [(name(p.payer.name), money.words(p.net_minor, p.currency)) for p in payments]
    sums = found.values("currency").annotate(total=Sum("net_minor")).order_by("currency")
    totals = [money.words(one["total"], one["currency"]) for one in sums]
    values = {"count": str(found.count()), "money": " + ".join(totals), "day": subject.day(since.date())}
    return Letter(values, [*rows, (_("You get"), values["money"])], True, _("See the payments"), link("landlord_payments"))
