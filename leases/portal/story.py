"""A payment as a line with four stops, as a time line, and what happens next. Every state ends with what comes and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from directpay.events.models import Event
from directpay.people.models import Payee
from leases.portal import dates, words
from payments.payins.models import Payment, Status
from payments.rails.base import Promise
from payments.rails.codes import explain
from payments.rails.registry import BY_WALLET, rail

SENT, BANK, CLEARED, READY = range(4)
FINAL = (Status.SETTLED, Status.RETURNED, Status.FAILED, Status.CANCELED)  # nothing more is expected: the page stops asking
TO_BE_APPROVED = (Status.INITIATED, Status.REQUIRES_ACTION)  # by wallet
NO_MONEY = (Status.FAILED, Status.CANCELED)

# Event → state, icon and title of its step; {name} is the landlord, {bank} the payer's bank.
TOLD = {
    "initiated": ("sent", "sent", ""),  # says who began
    "processing": ("bank", "bank", gettext_noop("At the bank")),
    "approved": ("bank", "bank", ""),  # by wallet alone
    "unknown": ("unknown", "unknown", gettext_noop("No answer yet")),
    "found": ("bank", "bank", gettext_noop("The bank has it after all")),
    "requires_action": ("sent", "info", gettext_noop("Asked whether it is you")),
    "authorized": ("bank", "bank", gettext_noop("Promised")),
    "completed": ("cleared", "cleared", gettext_noop("Cleared")),
    "settled": ("cleared", "cleared", gettext_noop("Ready for {name}")),
    "returned": ("returned", "returned", gettext_noop("Returned")),
    "failed": ("", "warn", gettext_noop("Not taken")),
    "canceled": ("", "stop", gettext_noop("Called off")),
}
REASONS = (  # the sentences of payments.rails.codes, for the catalogue
    gettext_noop("There was not enough in the account when the bank looked."),
    gettext_noop("The account is closed."),
    gettext_noop("The bank found no account with this number and name."),
    gettext_noop("The account number is not one of this bank."),
    gettext_noop("The payer took back the permission to debit."),
    gettext_noop("The payer stopped this payment."),
    gettext_noop("The money in the account was not yet free when the bank looked."),
    gettext_noop("The payer told the bank that this debit was not allowed."),
    gettext_noop("The account is frozen."),
    gettext_noop("The company that owns the account did not allow this debit."),
    gettext_noop("The bank refused it and gave no reason that we know."),
    gettext_noop("The bank that gave out the card declined it, without saying why."),
    gettext_noop("There was not enough on the card."),
    gettext_noop("The bank that gave out the card declined it."),
    gettext_noop("The card has expired."),
    gettext_noop("The security code of the card is not right."),
    gettext_noop("Something went wrong where the card is processed. Try again in a moment."),
    gettext_noop("Nobody proved to the bank to be the owner of the card."),
    gettext_noop("PayPal did not take it from the wallet: pay again, perhaps from another card or account there."),
    gettext_noop("Nobody approved it at PayPal in time: nothing was taken."),
)
WALLET_LEADS = {
    Status.UNKNOWN: gettext_noop("PayPal has not answered. Nobody need pay again: we ask every few seconds and say here what we hear."),
    Status.REQUIRES_ACTION: gettext_noop("It waits for its approval at PayPal. Nothing is taken before that."),
    Status.PROCESSING: gettext_noop("PayPal has it."),
    Status.AUTHORIZED: gettext_noop("PayPal promises it for seven days. Nothing is taken yet."),
    Status.FAILED: gettext_noop("Nothing was taken. {reason}"),
    Status.INITIATED: gettext_noop("We have it. It goes to PayPal in a moment."),
}
# By wallet: {bank} is whoever keeps it.
WALLET_TITLES = {
    "processing": gettext_noop("At {bank}"),
    "found": gettext_noop("{bank} has it after all"),
    "requires_action": gettext_noop("To be approved at {bank}"),
    "approved": gettext_noop("Approved at {bank}"),  # processing, after it was asked for
}
WALLET_SENTENCES = {
    "processing": gettext_noop("{bank} knows of it."),
    "approved": gettext_noop("{bank} took it up."),
    "unknown": gettext_noop("{bank} did not answer. We keep asking, and send nothing twice."),
    "requires_action": gettext_noop("Nothing is taken before that."),
    "authorized": gettext_noop("{bank} promises it for seven days. Nothing is taken yet."),
}
SENTENCES = {
    "processing": gettext_noop("{bank} took it up."),
    "unknown": gettext_noop("The bank did not answer. We keep asking, and send nothing twice."),
    "found": gettext_noop("It answered at last: it is on its way."),
    "requires_action": gettext_noop("The bank that gave out the card wants to know that it is you."),
    "authorized": gettext_noop("The card promises it for seven days. Nothing is taken yet."),
    "settled": gettext_noop("It can be paid out to {name}."),
    "canceled": gettext_noop("In time: nothing was taken."),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """`kind`: done, now, todo, or back (the line bending back to where it came from)."""

    kind: str
    title: str
    note: SafeString | str


@dataclass(frozen=True, slots=True)
class Step:
    """One entry of the time line."""

    state: str
    icon: str
    title: str
    at: datetime
    sentence: SafeString


@dataclass(frozen=True, slots=True)
class Story:
    """A payment, told at `at` to somebody who reads times in `zone`."""

    payment: Payment
    events: Sequence[Event]
    at: datetime
    zone: ZoneInfo
    to_landlord: bool = False

    @property
    def today(self) -> date:
        return self.at.astimezone(self.zone).date()

    @property
    def is_final(self) -> bool:
        return self.payment.status in FINAL

    @property
    def state(self) -> str:
        return words.word_of(self.payment).state

    @property
    def is_deposit(self) -> bool:
        """It goes into trust, and settles for nobody."""
        return self.payment.applies_to.pays_into == "trust"

    @property
    def by_wallet(self) -> bool:
        return self.payment.rail in BY_WALLET

    @property
    def promise(self) -> Promise:
        """What was promised when it was sent."""
        return rail(self.payment.rail).promise(self.payment.created_at)

    # --- the line ---

    @property
    def reached(self) -> int:
        """The last stop that the money reached."""
        status = self.payment.status
        if status == Status.SETTLED or (status == Status.RETURNED and self.payment.settled_at):
            return READY
        if status in (Status.COMPLETED, Status.RETURNED):
            return CLEARED
        return BANK if self._at_of("processing") else SENT

    @property
    def stops(self) -> list[Stop]:
        payment, reached = self.payment, self.reached
        over = payment.status in (*NO_MONEY, Status.RETURNED)
        stops = []
        ready = _("In the trust account") if self.is_deposit else _("Ready for {name}").format(name=short_name(payment.payee))
        titles = [_("Sent"), _("At PayPal") if self.by_wallet else _("At the bank"), _("Cleared"), ready]
        for n, title in enumerate(titles):
            kind = "done" if n < reached or (n == reached and over) else "now" if n == reached else "todo"
            if kind == "now" and payment.status == Status.UNKNOWN:
                title = _("Not known yet")
            stops.append(Stop(kind, title, self._note(n, kind, over)))
        if payment.status == Status.RETURNED:
            back = Stop("back", _("Returned"), self._day(payment.returned_at))
            stops.insert(reached + 1, back)
        return stops

    @property
    def bends_far(self) -> bool:
        """Returned after the landlord had it: the line bends back over all four stops."""
        return self.reached == READY

    def _note(self, n: int, kind: str, over: bool) -> SafeString | str:
        payment = self.payment
        if kind == "todo":
            if over:
                return _("did not happen")
            if n == BANK:
                return self.by(self.promise.leaves_at)
            if payment.status == Status.UNKNOWN:
                return _("when the bank answers") if n == CLEARED else _("after that")
            if self.waits_for:
                return self.waits_for if n == CLEARED else _("after that")
            if n == READY and self.is_deposit:
                return _("after that")
            return self.by(payment.expected_at if n == CLEARED else payment.ready_at or self.promise.ready_at)
        moments = {SENT: payment.created_at, BANK: self._at_of("processing"), CLEARED: payment.completed_at, READY: payment.settled_at}
        said = self._day(moments[n])
        if n == CLEARED and self._arrived_on:
            return format_html("{}, {}", said, words.against_promise(self._arrived_on, payment.expected_on))
        if kind == "now" and n == BANK and payment.status == Status.PROCESSING:
            return format_html(_("since {when}"), when=said)
        return said

    @property
    def waits_for(self) -> str:
        """What somebody has to do first; until then no promise runs."""
        if self.payment.status == Status.AUTHORIZED:
            return _("when it is taken")
        if self.by_wallet:
            return _("when it is approved") if self.payment.status in TO_BE_APPROVED else ""
        return _("when it is answered") if self.payment.status == Status.REQUIRES_ACTION else ""

    @property
    def nobody_approved(self) -> bool:
        return self.payment.failure_code == "approval_expired"

    def _at_of(self, kind: str) -> datetime | None:
        return next((e.at for e in self.events if e.type == f"payment.{kind}"), None)

    def _day(self, at: datetime | None) -> SafeString | str:
        """The day; today the time."""
        if at is None:
            return ""
        local = at.astimezone(self.zone)
        if local.date() == self.today:
            return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), dates.time_text(local))
        return dates.day(local.date(), self.today)

    def by(self, at: datetime) -> SafeString:
        if at <= self.at:
            return conditional_escape(_("any moment"))
        if at - self.at < words.QUICK:
            return conditional_escape(_("within {span}").format(span=dates.span_text(at - self.at)))
        return format_html(_("by {when}"), when=self._day(at))

    # --- one sentence, and what comes ---

    @property
    def lead(self) -> SafeString:
        """The sentence beside the pill."""
        payment, who = self.payment, short_name(self.payment.payee)
        if self.nobody_approved:
            return self.reason
        if self.by_wallet and payment.status in WALLET_LEADS:
            return conditional_escape(_(WALLET_LEADS[Status(payment.status)]).format(reason=self.reason))
        if payment.status == Status.UNKNOWN:
            if self.to_landlord:
                return conditional_escape(_("The bank has not answered. We ask again every few seconds; nobody can pay it twice."))
            return conditional_escape(_("The bank has not answered. Do not pay again: we ask every few seconds and say here what we hear."))
        if payment.status == Status.REQUIRES_ACTION and not self.to_landlord:
            said = _("The bank that gave out the card asks whether it is you. {link}")
            return format_html(said, link=format_html('<a href="{}">{}</a>', payment.action_url, _("Answer it now")))
        if payment.status == Status.REQUIRES_ACTION:
            return conditional_escape(_("The payer's bank asks whether it is them who pay."))
        if payment.status == Status.AUTHORIZED:
            return conditional_escape(_("The card promises it for seven days. Nothing is taken yet."))
        if payment.status == Status.PROCESSING:
            return format_html(_("The bank has it. It clears {when}."), when=self.by(payment.expected_at))
        if payment.status == Status.COMPLETED and self.is_deposit:
            said = _("It arrived on {day} and goes to the trust account. It is never available to {name}.")
            return format_html(said, day=self._on(payment.completed_at), name=who)
        if payment.status == Status.COMPLETED:
            ready = self.by(payment.ready_at or self.promise.ready_at)
            arrived = self._on(payment.completed_at)
            return format_html(_("It arrived on {day}. It is ready for {name} {when}."), day=arrived, name=who, when=ready)
        if payment.status == Status.SETTLED:
            return format_html(_("It arrived on {day} and is ready for {name}."), day=self._on(payment.completed_at), name=who)
        if payment.status == Status.RETURNED:
            return format_html(_("The bank took it back on {day}. {reason}"), day=self._on(payment.returned_at), reason=self.reason)
        if payment.status == Status.FAILED:
            return format_html(_("The bank refused it. Nothing was taken. {reason}"), reason=self.reason)
        if payment.status == Status.CANCELED:
            return format_html(_("Called off on {day}. Nothing was taken."), day=self._on(payment.changed_at))
        if self.promise.leaves_at - self.at < words.QUICK:
            return conditional_escape(_("We have it. It goes to the bank in a moment."))
        return format_html(_("We have it. It goes to the bank {when}."), when=self.leaves)

    @property
    def leaves(self) -> SafeString:
        return dates.by_the_clock(self.promise.leaves_at.astimezone(self.zone), self.today)

    def _on(self, at: datetime | None) -> SafeString:
        return dates.day((at or self.payment.changed_at).astimezone(self.zone).date(), self.today)

    @property
    def reason(self) -> SafeString:
        """Why the bank did not pay, the code last and in brackets."""
        code, said = self.payment.return_code, self.payment.failure_message
        if not code:
            return conditional_escape(_(said) if said else "")
        return conditional_escape(f"{explain_code(code).rstrip('.')} ({code}).")

    @property
    def sent_back_minor(self) -> int:
        """What the payer's bank took back after it had cleared."""
        return self.payment.charged_minor if self.payment.status == Status.RETURNED else 0

    @property
    def taken_minor(self) -> int:
        """What the payer is poorer by, or will be."""
        return 0 if self.payment.status in (*NO_MONEY, Status.RETURNED) else self.payment.charged_minor

    @property
    def closed(self) -> SafeString:
        """Bank holidays on the way, while it is on the way."""
        return words.holidays(self.promise, self.today) if self.payment.status in (Status.INITIATED, Status.PROCESSING) else SafeString("")

    @property
    def kept(self) -> SafeString | None:
        """The promise beside what happened."""
        if self._arrived_on is None:
            return None
        result = words.against_promise(self._arrived_on, self.payment.expected_on)
        return format_html("{}, {}", dates.day(self._arrived_on, self.today), result)

    @property
    def _arrived_on(self) -> date | None:
        """The bank's day, or an earlier one on which it was there already: what is instant does not wait for a bank day."""
        payment = self.payment
        if payment.completed_on is None or payment.completed_at is None:
            return payment.completed_on
        return min(payment.completed_on, payment.completed_at.astimezone(self.zone).date())

    # --- the time line, newest first ---

    @property
    def steps(self) -> list[Step]:
        return [self._step(event) for event in reversed(self.events)]

    def _step(self, event: Event) -> Step:
        kind = event.type.removeprefix("payment.")
        if kind == "processing" and self.by_wallet and "payment.requires_action" in [e.type for e in self.events if e.id < event.id]:
            kind = "approved"
        state, icon, title = TOLD.get(kind, ("", "info", kind.replace("_", " ").capitalize()))
        named = {"name": short_name(self.payment.payee), "payer": self.payment.payer.name, "bank": bank_of(self.payment)}
        title = WALLET_TITLES.get(kind, title) if self.by_wallet else title
        said = self._who_began(event) if kind == "initiated" else _(title)
        return Step(state, icon, said.format(**named), event.at.astimezone(self.zone), self._sentence(kind, named))

    def _who_began(self, event: Event) -> str:
        if event.actor != f"user:{self.payment.payer.public_id}":
            return _("Sent through the API for {payer}")
        return _("{payer} pressed Pay") if self.to_landlord else _("You pressed Pay")

    def _sentence(self, kind: str, named: dict[str, str]) -> SafeString:
        payment = self.payment
        money = words.amount(payment.amount_minor, payment.currency)
        if kind == "initiated":
            named = {"way": words.rail_title(payment.rail), "last4": last4_of(payment)}
            if self.to_landlord or not named["last4"]:  # a renter's account is nobody else's business
                return format_html(_("{way}. Promised to clear by {day}."), way=words.rail_title(payment.rail), day=self._promised())
            if payment.card is not None:
                return format_html(_("{way}. Promised to clear by {day}."), way=str(payment.card), day=self._promised())
            return format_html(_("{way} from ••{last4}. Promised to clear by {day}."), day=self._promised(), **named)
        if kind == "completed":
            result = words.against_promise(self._arrived_on or payment.expected_on, payment.expected_on)
            return format_html(_("{amount} arrived, {result}."), amount=money, result=result)
        if kind == "returned":
            return format_html(_("{reason} {amount} is owed again."), reason=self.reason, amount=money)
        if kind == "failed":
            return format_html(_("{reason} What was owed is still owed, and can be paid another way."), reason=self.reason)
        told = SENTENCES | WALLET_SENTENCES if self.by_wallet else SENTENCES
        return format_html(_(told[kind]), **named) if kind in told else SafeString("")

    def _promised(self) -> SafeString:
        if self.payment.expected_at - self.payment.created_at < timedelta(hours=1):
            return dates.moment(self.payment.expected_at.astimezone(self.zone), self.today)
        return dates.day(self.payment.expected_on, self.today)


def bank_of(payment: Payment) -> str:
    """Who was asked for the money: the payer's bank, or whoever gave out the card or keeps the wallet."""
    if payment.rail in BY_WALLET:
        return words.rail_title(payment.rail)
    return payment.card.brand_name if payment.card else payment.bank_account.bank_name if payment.bank_account else ""


def last4_of(payment: Payment) -> str:
    """Of the account or card; of a wallet nothing is known."""
    known = payment.card or payment.bank_account
    return known.last4 if known else ""


def explain_code(code: str) -> str:
    return _(explain(code).sentence)


def short_name(payee: Payee) -> str:
    """`Alice` where the landlord lets in her own name, else the company's name."""
    return payee.name.split()[0] if payee.name == payee.owner.name else payee.name
