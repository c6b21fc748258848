"""Staff pages open to those who came in with a second step, where the installation asks for it."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from directpay.people.sign_in.second_factor import needs_second_factor

STAFF_PAGES = ("/admin/", "/metrics", "/oauth/authorize")  # an app that staff let in sees what they see
ALWAYS_OPEN = ("/admin/logout/",)


class StaffDoorMiddleware:
    """Leads staff without a second factor to where one is set up.

    Who has one was asked for it at sign-in, so that having one is all there is to ask here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _is_shut_to(request):
            return self.get_response(request)
        messages.info(request, _("Staff sign in with a second step. Set one up, and the staff pages open."))
        return redirect("mfa_index")


def _is_shut_to(request: HttpRequest) -> bool:
    if not request.path.startswith(STAFF_PAGES) or request.path in ALWAYS_OPEN:
        return False
    return request.user.is_authenticated and needs_second_factor(request.user)
