"""Addresses of the pages."""

from django.urls import path, re_path, register_converter
from django.views.generic import RedirectView

from leases.portal import language
from leases.portal.pages import bank_accounts, by_hand, front, landlord, pay, payment, renter


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
    path("renter/payments/", renter.payments, name="renter_payments"),
    path("renter/payments/<public_id:payment_id>/", payment.for_renter, name="renter_payment"),
    path("renter/payments/<public_id:payment_id>/cancel/", payment.cancel, name="renter_payment_cancel"),
    path("renter/bank-accounts/", bank_accounts.bank_accounts, name="bank_accounts"),
    path("renter/bank-accounts/<public_id:account_id>/verify/", bank_accounts.verify, name="bank_account_verify"),
    path("landlord/", landlord.home, name="landlord_home"),
    path("landlord/leases/<public_id:lease_id>/", landlord.lease, name="landlord_lease"),
    re_path(r"^landlord/leases/(?P<lease_id>[0-9A-Za-z_]{1,80})/(?P<what>receipt|charge|credit)/$", by_hand.record, name="landlord_record"),
    re_path(r"^landlord/receipts/(?P<receipt_id>[0-9A-Za-z_]{1,80})/(?P<verb>bank|bounce)/$", by_hand.receipt, name="landlord_receipt"),
    path("landlord/payments/", landlord.payments, name="landlord_payments"),
    path("landlord/payments/<public_id:payment_id>/", payment.for_landlord, name="landlord_payment"),
    *(path(name, RedirectView.as_view(url=f"/{name}/")) for name in ("renter", "landlord", "admin")),  # typed without the slash
]
