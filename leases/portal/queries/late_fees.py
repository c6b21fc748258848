"""Late fees in words: what a lease asks for, what was charged, and what is added if the rent is not paid by then."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from leases.contracts.late_fee import OFF, PARTY, PROPOSED, RENT, LateFeeTerms, percent_text
from leases.contracts.models import LateFeePolicy, Lease
from leases.contracts.queries import policies_in_force, rent_on
from leases.late_fees.models import LateFee
from leases.late_fees.presets import GREATER, PRESETS, Preset, beyond_preset
from leases.late_fees.queries import fees_of
from leases.late_fees.reckoning import cap_of, first_fee
from leases.portal import dates, words
from leases.portal.queries.owing import Owing
from leases.rent.models import Charge
from leases.rent.postings import split

SHOWN = 50
KIND, STATUS = LateFee.Kind, LateFee.Status


@dataclass(frozen=True, slots=True)
class FeeRow:
    """One fee on the landlord's page."""

    fee: LateFee
    today: date

    @property
    def title(self) -> str:
        day = dates.day_text(self.fee.reason_on, self.today)
        if self.fee.kind == KIND.RETURNED_PAYMENT:
            return _("Returned payment, {day}").format(day=day)
        if self.fee.kind == KIND.DAILY:
            return _("Late fee for another day, rent was due {day}").format(day=day)
        return _("Late fee, rent was due {day}").format(day=day)

    @property
    def state(self) -> str:
        if self.fee.waived_minor:
            return _("Waived") if self.fee.waived_minor == self.fee.amount_minor else _("Waived in part")
        return {"proposed": _("Proposed"), "assessed": _("Charged"), "dismissed": _("Dismissed")}[self.fee.status]

    @property
    def is_proposed(self) -> bool:
        return self.fee.status == STATUS.PROPOSED

    @property
    def may_waive(self) -> bool:
        return self.fee.status == STATUS.ASSESSED and not self.fee.waived_minor and self.fee.kind != KIND.RETURNED_PAYMENT


def fee_rows(lease: Lease, today: date) -> list[FeeRow]:
    return [FeeRow(fee, today) for fee in fees_of(lease, limit=SHOWN)]


def policy_of(lease: Lease, today: date) -> LateFeePolicy | None:
    """What is agreed for rent that falls due today."""
    return policies_in_force({lease.id: max(today, lease.start_on)}).get(lease.id)


def policy_words(terms: LateFeeTerms | None, currency: str) -> list[SafeString]:
    """`$50.00 once after 5 days of grace.` One sentence for each thing that was agreed."""
    if terms is None or terms.mode == OFF:
        return [format_html("{}", _("No late fees are agreed on."))]
    said = []
    if terms.charges_for_lateness:
        grace = ngettext("after {count} day of grace", "after {count} days of grace", terms.grace_days).format(count=terms.grace_days)
        said.append(format_html(_("{what}, {grace}."), what=_parts(terms, currency), grace=grace))
    if terms.cap_minor is not None:
        said.append(format_html(_("At most {amount} for one rent."), amount=words.amount(terms.cap_minor, currency)))
    if terms.cap_bps is not None:
        said.append(format_html(_("At most {percent}% of the rent."), percent=percent_text(terms.cap_bps)))
    if terms.mode == PROPOSED:
        said.append(format_html("{}", _("You approve each.")))
    if terms.per == PARTY:
        said.append(format_html("{}", _("Each renter is judged by the own share.")))
    if terms.returned_fee_minor is not None:
        amount = words.amount(terms.returned_fee_minor, currency)
        said.append(format_html(_("{amount} for a payment that comes back."), amount=amount))
    return said


def _parts(terms: LateFeeTerms, currency: str) -> SafeString:
    parts: list[SafeString] = []
    if terms.flat_minor is not None:
        parts.append(format_html(_("{amount} once"), amount=words.amount(terms.flat_minor, currency)))
    if terms.percent_bps is not None:
        of = _("{percent}% of the rent") if terms.basis == RENT else _("{percent}% of what is overdue")
        parts.append(format_html(of, percent=percent_text(terms.percent_bps)))
    if terms.daily_minor is not None:
        parts.append(format_html(_("{amount} a day"), amount=words.amount(terms.daily_minor, currency)))
    return words.listing(parts)


def preset_words(preset: Preset) -> SafeString:
    """What a state lets a lease ask for, with the day on which it was read."""
    share = percent_text(preset.percent_bps)
    if preset.amount_minor is None:
        limit = format_html(_("{percent}% of the rent"), percent=share)
    else:
        both = _("{percent}% or {amount}, whichever is more") if preset.which == GREATER else _("{percent}% or {amount}, whichever is less")
        limit = format_html(both, percent=share, amount=words.amount(preset.amount_minor, "usd"))
    grace = ngettext("after {count} day of grace", "after {count} days of grace", preset.grace_days).format(count=preset.grace_days)
    if not preset.grace_days:
        return format_html(_("{state}: at most {limit}."), state=preset.name, limit=limit)
    return format_html(_("{state}: at most {limit}, {grace}."), state=preset.name, limit=limit, grace=grace)


def preset_for(lease: Lease) -> Preset | None:
    return PRESETS.get(lease.unit.property.state.upper())


def warnings_of(policy: LateFeePolicy | None, lease: Lease, today: date) -> list[str]:
    """In what it goes beyond the preset of the home's state."""
    if policy is None:
        return []
    beyond = beyond_preset(policy.terms, state=lease.unit.property.state, rent_minor=rent_on(lease, today))
    said = {
        "grace_too_short": _("The days of grace are fewer than that."),
        "fee_above_limit": _("The fees can come to more than that."),
    }
    return [said[one.code] for one in beyond]


@dataclass(frozen=True, slots=True)
class ComingFee:
    """What is added the day after `last_on`, if nothing more is paid by then. `certain`: without anybody's decision."""

    amount_minor: int
    last_on: date
    certain: bool


def coming_fee(found: Owing) -> ComingFee | None:
    """Of the rent that is open first and not yet late. Somebody's share, where each owes one."""
    rows = [row for row in found.rows if row.charge.category == "rent" and row.free_minor > 0 and row.charge.posted_at]
    if not rows:
        return None
    versions = sorted(LateFeePolicy.objects.filter(lease_id=found.lease.id), key=lambda policy: (policy.from_on, policy.id))
    for row in rows:
        policy = next((one for one in reversed(versions) if one.from_on <= row.charge.due_on), None)
        if policy is None or not policy.terms.charges_for_lateness:
            continue
        terms, last_on = policy.terms, row.charge.due_on + timedelta(days=policy.grace_days)
        if last_on < found.today:
            continue
        whole, overdue = (
            (row.amount_minor, row.free_minor) if terms.per == PARTY else _of_all(found, row.charge.amount_minor, row.free_minor)
        )
        cap = cap_of(terms, whole)
        fee = first_fee(terms, overdue_minor=overdue, whole_minor=whole)
        fee = fee if cap is None else min(fee, cap)
        mine = fee if terms.per == PARTY else dict(_shares(found, fee, row.charge)).get(found.party.id, 0)
        if mine:
            return ComingFee(mine, last_on, terms.mode != PROPOSED)
    return None


def _of_all(found: Owing, whole_minor: int, free_minor: int) -> tuple[int, int]:
    """For the lease as one: all of a joint debt is this person's; of shares nobody sees the others', so the whole counts."""
    return whole_minor, whole_minor if found.shared else free_minor


def _shares(found: Owing, fee_minor: int, rent: Charge) -> list[tuple[int, int]]:
    return [(party.id, minor) for party, minor in split(fee_minor, rent.party_id, found.parties, on=rent.due_on)]
