"""Letters about what is owed on a lease, its autopay, its terms and its end."""

from datetime import date

from django.utils.translation import gettext as _

from directpay.kernel import money
from leases.arrears.queries import with_steps
from leases.autopay.models import Autopay, AutopayRun
from leases.contracts.models import Lease, Party, Renter
from leases.contracts.queries import rents_of, with_people
from leases.deposits.queries import with_lease
from leases.late_fees.models import LateFee
from leases.move_out.models import MoveOut
from leases.overpayments.models import OverpaymentRefund
from leases.overpayments.queries import with_parts
from leases.papers.statement import statement_csv, statement_of
from leases.payment_plans.behind import standings
from leases.payment_plans.queries import keep_a_plan
from leases.portal import dates
from leases.portal.queries.by_itself import reason_text
from leases.portal.words import charge_title
from leases.rent.queries import local_today, share_of
from webhooks.mail.actions.ahead import to_pay
from webhooks.mail.letters.letter import Attached, Letter, Moot, Subject, home, link, name


def _lease(subject: Subject) -> Lease:
    facts = subject.facts
    return with_people().get(public_id=facts["lease"] if "lease" in facts else facts["id"])


def _party(lease: Lease, subject: Subject) -> Party:
    """The one that the reader pays for."""
    return next(renter.party for renter in lease.renters.all() if renter.user_id == subject.message.user_id)


def _pay(lease: Lease) -> str:
    return link("renter_pay_lease", lease_id=lease.public_id)


def autopay_notice(subject: Subject) -> Letter:
    run = AutopayRun.objects.select_related("autopay__bank_account").get(public_id=subject.message.about)
    if run.status != AutopayRun.Status.PLANNED or run.autopay.status != Autopay.Status.ACTIVE:
        raise Moot("not_planned")
    lease, source = _lease(subject), run.autopay.bank_account
    amount = run.told_minor if run.told_minor is not None else subject.facts["expected"]
    if not amount:
        raise Moot("nothing")
    values = {"money": subject.money(amount), "day": subject.day(run.run_on), "home": home(lease)}
    rows = [(_("From"), f"{source.bank_name} ••{source.last4}"), (_("When"), values["day"]), (_("Amount"), values["money"])]
    page = link("renter_autopay", lease_id=lease.public_id)
    return Letter(values, rows, True, _("See or skip it"), page)


def autopay_paused(subject: Subject) -> Letter:
    if Autopay.objects.get(public_id=subject.message.about).status != Autopay.Status.PAUSED:
        raise Moot("resumed")
    lease = _lease(subject)
    values = {"home": home(lease), "reason": reason_text(subject.facts.get("reason") or "")}
    return Letter(values, button=_("Open autopay"), address=link("renter_autopay", lease_id=lease.public_id))


def renters_autopay_paused(subject: Subject) -> Letter:
    """To the landlord: that it is no longer on. Why, and whose, is nobody else's business."""
    if Autopay.objects.get(public_id=subject.message.about).status != Autopay.Status.PAUSED:
        raise Moot("resumed")
    lease = _lease(subject)
    return Letter({"home": home(lease)}, button=_("See the lease"), address=link("landlord_lease", lease_id=lease.public_id))


def late_fee(subject: Subject) -> Letter:
    """What of it this reader's party owes: of a fee of all, its share."""
    fee = LateFee.objects.select_related("fee_charge").get(public_id=subject.message.about)
    if fee.fee_charge is None:
        raise Moot("not_charged")
    if fee.waived_minor == fee.amount_minor:
        raise Moot("waived")
    lease = _lease(subject)
    share = share_of(fee.fee_charge, _party(lease, subject), list(lease.parties.all()))
    if not share:
        raise Moot("not_theirs")
    values = {
        "money": subject.money(share),
        "home": home(lease),
        "title": charge_title(fee.fee_charge, subject.today),
    }
    return Letter(values, [(_("For"), values["title"]), (_("Amount"), values["money"])], button=_("See what you owe"), address=_pay(lease))


def rent_reminder(subject: Subject) -> Letter:
    lease = _lease(subject)
    due_on = date.fromisoformat(subject.facts["due_date"])
    parties = list(lease.parties.all())
    party = next(p for p in parties if p.label == subject.facts["party"])
    left = to_pay(lease, party, parties, due_on)
    if not left.falling_minor:
        raise Moot("paid")
    values = {
        "money": subject.money(left.falling_minor),
        "earlier": subject.money(left.earlier_minor) if left.earlier_minor else "",
        "day": subject.day(due_on),
        "when": dates.in_days(due_on, subject.today),
        "home": home(lease),
    }
    return Letter(values, button=_("Pay now"), address=_pay(lease))


def rent_late(subject: Subject) -> Letter:
    """What is late when it is read; nothing once the debt of this case is paid, on its way, or in the parts of a plan that is kept."""
    case = with_steps().get(public_id=subject.message.about)
    if keep_a_plan([case.party_id]):
        raise Moot("plan")
    lease = case.lease
    overdue = standings([case.party_id])[case.party_id].overdue(local_today(lease, subject.at))
    if not any(debt.counts_from <= case.counts_from for debt in overdue):
        raise Moot("paid")
    minor, own = sum(debt.minor for debt in overdue), case.policy.ladder[subject.facts["level"] - 1].wording
    values = {"money": money.words(minor, lease.currency), "home": home(lease), "wording": name(own)}
    return Letter(values, button=_("Pay now"), address=_pay(lease))


def statement(subject: Subject) -> Letter:
    lease = _lease(subject)
    party = Renter.objects.select_related("party__account").get(lease=lease, user=subject.message.user).party
    month = date.fromisoformat(subject.facts["month"])
    paper = statement_of(lease, party, month)
    words = [
        money.words(minor, lease.currency) for minor in (paper.opening_minor, paper.added_minor, -paper.paid_minor, paper.closing_minor)
    ]
    titles = [_("Owed at the beginning"), _("Added"), _("Paid and credited"), _("Owed at the end")]
    values = {"month": dates.month_text(month, subject.today), "home": home(lease), "money": words[-1]}
    attached = Attached(f"statement-{month:%Y-%m}.csv", statement_csv(paper), "text/csv")
    return Letter(values, list(zip(titles, words, strict=True)), True, _("See what you owe"), link("renter_home"), [attached])


def move_out(subject: Subject) -> Letter:
    row = MoveOut.objects.get(public_id=subject.message.about)
    closed = subject.facts["event"] == "move_out.closed"
    if row.closed_at and not closed:
        raise Moot("closed")
    lease = _lease(subject)
    values = {"home": home(lease), "day": subject.day(row.moved_out_on), "deadline": subject.day(row.deadline_on), "closed": closed}
    return Letter(values, button=_("See the itemised statement"), address=link("renter_deposit", lease_id=lease.public_id))


def deposit_moved(subject: Subject) -> Letter:
    """Where it lies now, however often it moved meanwhile: many states want a renter to be told."""
    one = with_lease().get(public_id=subject.message.about)
    held = one.held.shown_minor
    if not held:
        raise Moot("given_back")
    lease, bank = one.lease, one.trust_bank
    values = {"home": home(lease), "bank": name(bank.bank_name)}
    rows = [(_("Held in trust"), f"{name(str(bank))}, {bank.state}"), (_("Amount"), money.words(held, lease.currency))]
    return Letter(values, rows, button=_("See your deposit"), address=link("renter_deposit", lease_id=lease.public_id))


def money_back(subject: Subject) -> Letter:
    """What was paid too much is on its way, or could not be delivered and stands ahead again."""
    refund = with_parts().get(public_id=subject.message.about)
    came_back = subject.facts["event"] == "overpayment.came_back"
    if not came_back and refund.status == OverpaymentRefund.Status.FAILED:
        raise Moot("came_back")
    values = {"money": subject.money(subject.facts["amount"]), "home": home(_lease(subject)), "came_back": came_back}
    return Letter(values, [(_("Amount"), values["money"])], True, _("See what you owe"), link("renter_home"))


def lease_changed(subject: Subject) -> Letter:
    """As the lease stands now: the newest terms, whatever came in between."""
    lease = _lease(subject)
    rows = [(_("Last day"), subject.day(lease.end_on) if lease.end_on else _("month to month"))]
    for since, rent in rents_of(lease):
        if since >= subject.today or since == max(day for day, _rent in rents_of(lease) if day <= max(subject.today, lease.start_on)):
            rows.append((_("Rent from {day}").format(day=subject.day(since)), money.words(rent, lease.currency)))
    kind = subject.facts["event"].removeprefix("lease.")
    return Letter({"home": home(lease), "kind": kind}, rows, button=_("See the lease"), address=link("renter_home"))
