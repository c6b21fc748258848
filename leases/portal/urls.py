"""Addresses of the pages."""

from django.urls import path
from django.views.generic import RedirectView

from leases.portal.pages import bank_accounts, front, landlord, pay, payment, renter

urlpatterns = [
    path("", front.front, name="front"),
    path("account/", front.account, name="account"),
    path("renter/", renter.home, name="renter_home"),
    path("renter/pay/", renter.pay_which, name="renter_pay"),
    path("renter/pay/<str:lease_id>/", pay.pay, name="renter_pay_lease"),
    path("renter/payments/", renter.payments, name="renter_payments"),
    path("renter/payments/<str:payment_id>/", payment.for_renter, name="renter_payment"),
    path("renter/payments/<str:payment_id>/cancel/", payment.cancel, name="renter_payment_cancel"),
    path("renter/bank-accounts/", bank_accounts.bank_accounts, name="bank_accounts"),
    path("renter/bank-accounts/<str:account_id>/verify/", bank_accounts.verify, name="bank_account_verify"),
    path("landlord/", landlord.home, name="landlord_home"),
    path("landlord/leases/<str:lease_id>/", landlord.lease, name="landlord_lease"),
    path("landlord/payments/", landlord.payments, name="landlord_payments"),
    path("landlord/payments/<str:payment_id>/", payment.for_landlord, name="landlord_payment"),
    *(path(name, RedirectView.as_view(url=f"/{name}/")) for name in ("renter", "landlord", "admin")),  # typed without the slash
]
