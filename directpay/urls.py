"""Every address of the house."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.views.generic import RedirectView

import leases.urls
import ledger.urls
import payments.urls
import webhooks.urls
from directpay.api import docs, events, payees, users
from directpay.api.handlers import closed, no_such_address
from directpay.ops import api as sandbox
from directpay.people.sign_in.sessions import sessions

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one door to sign in, with its limits

API: list[URLPattern | URLResolver] = [
    *users.urlpatterns,
    *payees.urlpatterns,
    *events.urlpatterns,
    *sandbox.urlpatterns,
    *ledger.urls.api_urlpatterns,
    *payments.urls.api_urlpatterns,
    *leases.urls.api_urlpatterns,
    *webhooks.urls.api_urlpatterns,
]

urlpatterns: list[URLPattern | URLResolver] = [
    *webhooks.urls.page_urlpatterns,  # first: providers send many at once, and each request looks for its address from the top
    path("api/v1/", include(API)),
    path("api/", include(docs.urlpatterns)),
    re_path(r"^api(?:/|$)", no_such_address),
    path("admin/password_change/", RedirectView.as_view(pattern_name="account_change_password")),  # one way, with its limits
    re_path(r"^admin/events/?$", RedirectView.as_view(pattern_name="admin:webhooks_providerevent_changelist")),
    path("admin/", admin.site.urls),
    re_path(r"^accounts/(?:email|confirm-email)/", closed),  # addresses change through our own actions
    path("accounts/", include("allauth.account.urls")),
    path("", include("directpay.people.oauth.urls")),
    path("accounts/sessions/", sessions, name="sessions"),
    path("accounts/2fa/", include("directpay.people.sign_in.pages")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("", include("directpay.ops.urls")),
    *ledger.urls.page_urlpatterns,
    *payments.urls.page_urlpatterns,
    *leases.urls.page_urlpatterns,
]

handler400 = "directpay.api.handlers.bad_request"
handler403 = "directpay.api.handlers.permission_denied"
handler404 = "directpay.api.handlers.page_not_found"
handler429 = "directpay.api.handlers.too_many_requests"
handler500 = "directpay.api.handlers.server_error"
