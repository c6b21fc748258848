"""What happens next with a payment, and by when: the aside of its page."""

from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leases.portal import words
from leases.portal.story import Story, short_name
from payments.payins.models import Status
from payments.rails.paypal.reading import APPROVES_WITHIN
from payments.rails.registry import rail
from payments.returns.postings import RETURN_FEE_MINOR


@dataclass(frozen=True, slots=True)
class Next:
    when: SafeString | str
    what: SafeString | str


def upcoming(story: Story) -> list[Next]:
    """Nearest first."""
    status = story.payment.status
    if status == Status.UNKNOWN:
        said = (
            _("We ask PayPal. Nothing is sent a second time.") if story.by_wallet else _("We ask the bank. Nothing is sent a second time.")
        )
        asked = Next(_("Every few seconds"), said)
        return [asked, Next(_("Then"), _("Both of you hear it here, whatever it is."))]
    if status == Status.PROCESSING:
        return [_clears(story), _ready(story)]
    if status == Status.COMPLETED:
        return [_ready(story), *_may_come_back(story)]
    if status == Status.SETTLED:
        return [Next(_("Nothing more to do"), _("This payment has arrived.")), *_may_come_back(story)]
    if status in (Status.RETURNED, Status.FAILED):
        return _again(story)
    if status == Status.CANCELED:
        return [Next(_("Nothing more happens"), _("What was owed is still owed, and can be paid at any time."))]
    if status == Status.AUTHORIZED and story.payment.capture_before is not None:
        taken = _("{name} takes it by then, or nothing is taken.").format(name=short_name(story.payment.payee))
        what = _("You take it by then, through the API, or nothing is taken.") if story.to_landlord else taken
        return [Next(words.upper_first(story.by(story.payment.capture_before)), what)]
    if status == Status.REQUIRES_ACTION and story.by_wallet:
        ends = (story.payment.placed_at or story.payment.created_at) + APPROVES_WITHIN
        return [Next(words.upper_first(story.by(ends)), _("It is approved at PayPal, or nothing is taken."))]
    if status == Status.REQUIRES_ACTION:
        return [Next(_("Within the hour"), _("The bank hears that it is you, or nothing is taken."))]
    return [_leaves(story)] if story.by_wallet else [_leaves(story), _clears(story), _ready(story)]


def _leaves(story: Story) -> Next:
    if story.by_wallet:
        what = _("It goes to PayPal.") if story.to_landlord else _("It goes to PayPal, where you approve it.")
    else:
        what = _("It goes to the bank.") if story.to_landlord else _("It goes to the bank. Until then it can be called off.")
    return Next(words.upper_first(story.by(story.promise.leaves_at)), what)


def _clears(story: Story) -> Next:
    return Next(words.upper_first(story.by(story.payment.expected_at)), _("It clears, or we say here why not."))


def _ready(story: Story) -> Next:
    what = _("It is ready for {name}.").format(name=short_name(story.payment.payee))
    return Next(words.upper_first(story.by(story.payment.ready_at or story.promise.ready_at)), what)


def _may_come_back(story: Story) -> list[Next]:
    if story.payment.card_id is not None:
        return [Next(_("For some months"), _("Whoever gave out the card may still take it back, where its owner disputes it."))]
    if story.by_wallet:
        return [Next(_("For 180 days"), _("PayPal may still take it back, where its payer disputes it."))]
    if not rail(story.payment.rail).can_be_returned:
        return [Next(_("Final"), _("This way to pay cannot be taken back."))]
    return [Next(_("For 60 days"), _("A bank may still take a transfer back. If it does, you read it here."))]


def _again(story: Story) -> list[Next]:
    if story.to_landlord:
        fee = words.amount(RETURN_FEE_MINOR, story.payment.currency)
        cost = format_html(_("The bank's return costs {fee}, taken from what is available to you."), fee=fee)
        said = _("It is owed again. {payer} sees why, and can pay another way.").format(payer=story.payment.payer.name)
        told = Next(_("Now"), said)
        return [told, Next(_("Fee"), cost)] if story.payment.status == Status.RETURNED else [told]
    return [
        Next(_("Now"), _("Pay again, by any way. Instant clears within a minute.")),
        Next(_("Fees"), _("We add none for this.") if story.by_wallet else _("We add none for this. Your bank may have one of its own.")),
    ]
