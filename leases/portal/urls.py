"""Addresses of the pages."""

from django.urls import path, register_converter
from django.views.generic import RedirectView

from leases.portal import language
from leases.portal.pages import deposit, front, payment, planning, returning
from leases.portal.pages.landlord import arrears, by_hand, changes, late_fees
from leases.portal.pages.landlord import home as landlord
from leases.portal.pages.landlord.reports import earned, standing
from leases.portal.pages.renter import autopay, bank_accounts, cards, pay, plans
from leases.portal.pages.renter import home as renter


class PublicId:
    """A public id; anything else is no address of ours, and never reaches the database."""

    regex = "[0-9A-Za-z_]{1,80}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(PublicId, "public_id")

urlpatterns = [
    path("", front.front, name="front"),
    path("language/", language.choose, name="language"),
    path("account/", front.account, name="account"),
    path("renter/", renter.home, name="renter_home"),
    path("renter/pay/", renter.pay_which, name="renter_pay"),
    path("renter/pay/<public_id:lease_id>/", pay.pay, name="renter_pay_lease"),
    path("renter/autopay/<public_id:lease_id>/", autopay.autopay, name="renter_autopay"),
    *(
        path(f"renter/autopay/<public_id:lease_id>/{verb}/", autopay.act, {"verb": verb}, name=f"renter_autopay_{verb}")
        for verb in ("skip", "pause", "resume", "turn_off")
    ),
    path("renter/payments/", renter.payments, name="renter_payments"),
    path("renter/payments/<public_id:payment_id>/", payment.for_renter, name="renter_payment"),
    path("renter/payments/<public_id:payment_id>/cancel/", payment.cancel, name="renter_payment_cancel"),
    path("paypal/approved/<str:secret>/", returning.back, {"approved": True}, name="paypal_approved"),
    path("paypal/left/<str:secret>/", returning.back, {"approved": False}, name="paypal_left"),
    path("renter/bank-accounts/", bank_accounts.bank_accounts, name="bank_accounts"),
    path("renter/bank-accounts/<public_id:account_id>/verify/", bank_accounts.verify, name="bank_account_verify"),
    path("renter/cards/", cards.cards, name="renter_cards"),
    path("renter/cards/<public_id:card_id>/remove/", cards.remove, name="renter_card_remove"),
    path("landlord/", landlord.home, name="landlord_home"),
    path("landlord/leases/<public_id:lease_id>/", landlord.lease, name="landlord_lease"),
    *(
        path(f"landlord/leases/<public_id:lease_id>/{what}/", by_hand.record, {"what": what}, name="landlord_record")
        for what in by_hand.PAGES
    ),
    *(
        path(f"landlord/leases/<public_id:lease_id>/{what}/", changes.change, {"what": what}, name="landlord_change")
        for what in changes.PAGES
    ),
    *(
        path(f"landlord/receipts/<public_id:receipt_id>/{verb}/", by_hand.receipt, {"verb": verb}, name="landlord_receipt")
        for verb in ("bank", "bounce")
    ),
    path("landlord/leases/<public_id:lease_id>/late-fee/", late_fees.agree, name="landlord_late_fee_policy"),
    path("landlord/late-fees/<public_id:fee_id>/waive/", late_fees.waive, name="landlord_waive"),
    *(
        path(f"landlord/late-fees/<public_id:fee_id>/{verb}/", late_fees.decide, {"verb": verb}, name="landlord_late_fee")
        for verb in ("approve", "dismiss")
    ),
    path("landlord/leases/<public_id:lease_id>/deposit/", deposit.for_landlord, name="landlord_deposit"),
    *(
        path(f"landlord/leases/<public_id:lease_id>/deposit/{what}/", deposit.landlords, {"what": what}, name="landlord_deposit_form")
        for what in deposit.LANDLORDS
    ),
    path("renter/leases/<public_id:lease_id>/deposit/", deposit.for_renter, name="renter_deposit"),
    *(
        path(f"renter/leases/<public_id:lease_id>/deposit/{what}/", deposit.renters, {"what": what}, name="renter_deposit_form")
        for what in deposit.RENTERS
    ),
    path("landlord/ladder/", arrears.ladder, name="landlord_ladder"),
    path("landlord/leases/<public_id:lease_id>/arrears/", arrears.arrears, name="landlord_arrears"),
    path("landlord/leases/<public_id:lease_id>/payment-plan/", arrears.propose, name="landlord_plan"),
    *(
        path(f"landlord/leases/<public_id:lease_id>/{verb}/", arrears.block, {"verb": verb}, name="landlord_block")
        for verb in ("block", "unblock")
    ),
    path("renter/leases/<public_id:lease_id>/payment-plan/", plans.plan, name="renter_plan"),
    *(
        path(f"payment-plans/<public_id:plan_id>/{verb}/", planning.answer, {"verb": verb}, name="plan_answer")
        for verb in ("accept", "cancel")
    ),
    path("landlord/reports/", standing.index, name="landlord_reports"),
    path("landlord/reports/rent-roll/", standing.roll, name="landlord_rent_roll"),
    path("landlord/reports/aging/", standing.ages, name="landlord_aging"),
    path("landlord/reports/owner-statement/", earned.statement, name="landlord_statement"),
    path("landlord/reports/owner-statement/entries/", earned.entries, name="landlord_statement_entries"),
    path("landlord/reports/schedule-e/", earned.schedule, name="landlord_schedule_e"),
    path("landlord/payments/", landlord.payments, name="landlord_payments"),
    path("landlord/payments/<public_id:payment_id>/", payment.for_landlord, name="landlord_payment"),
    *(path(name, RedirectView.as_view(url=f"/{name}/")) for name in ("renter", "landlord", "admin")),  # typed without the slash
]
