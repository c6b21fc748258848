"""A payment of a roommate's, as the others who owe with it see it: who paid, how much, how far it is; never how it was paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from leases.portal import words
from leases.portal.story import BANK, CLEARED, Stop, Story
from leases.portal.words import Word
from payments.payins.models import Status

TAKEN_UP = (Status.PROCESSING, Status.AUTHORIZED)


@dataclass(frozen=True, slots=True)
class Theirs:
    """While it is on its way: told as a story is, with no way and no link in it."""

    story: Story
    closed = SafeString("")  # which days banks are closed is of no concern to every way

    @property
    def word(self) -> Word:
        status = self.story.payment.status
        if status == Status.UNKNOWN:
            return Word("unknown", _("Not known yet"))
        return Word("bank", _("Under way")) if status in TAKEN_UP else Word("sent", _("Sent"))

    @property
    def state(self) -> str:
        return self.word.state

    @property
    def stops(self) -> Sequence[Stop]:
        found = self.story.stops
        if self.story.payment.status != Status.UNKNOWN or found[BANK].kind != "now":
            found[BANK] = replace(found[BANK], title=_("Under way"))
        if self.story.payment.status == Status.UNKNOWN:
            found[CLEARED] = replace(found[CLEARED], note=_("when that is known"))
        elif self.story.waits_for:
            found[CLEARED] = replace(found[CLEARED], note=_("when it is confirmed"))
        return found

    @property
    def lead(self) -> SafeString:
        payment, story = self.story.payment, self.story
        if payment.status == Status.UNKNOWN:
            return conditional_escape(_("There is no answer yet. Do not pay again: we ask every few seconds and say here what we hear."))
        if payment.status == Status.REQUIRES_ACTION:
            return format_html(_("{name} has to confirm it first. Nothing is taken before that."), name=payment.payer.name)
        if payment.status == Status.AUTHORIZED:
            return conditional_escape(_("It is promised. Nothing is taken yet."))
        if payment.status == Status.PROCESSING:
            return format_html(_("It is under way. It clears {when}."), when=story.by(payment.expected_at))
        if story.promise.leaves_at - story.at < words.QUICK:
            return conditional_escape(_("We have it. It goes on in a moment."))
        return format_html(_("We have it. It goes on {when}."), when=story.leaves)
