"""Addresses of OAuth2; the slash at the end is optional, as under /api/."""

from django.urls import include, path, re_path
from oauth2_provider.views import OAuthServerMetadataView

from directpay.people.oauth.views import Authorize, Introspect, Revoke, Token, apps

names = [
    re_path(r"^oauth/authorize/?$", Authorize.as_view(), name="authorize"),
    re_path(r"^oauth/token/?$", Token.as_view(), name="token"),
    re_path(r"^oauth/revoke/?$", Revoke.as_view(), name="revoke-token"),
    re_path(r"^oauth/introspect/?$", Introspect.as_view(), name="introspect"),
    path(".well-known/oauth-authorization-server", OAuthServerMetadataView.as_view(), name="oauth-server-metadata"),
]
urlpatterns = [
    path("", include((names, "oauth2_provider"))),  # where the toolkit looks for them
    path("accounts/apps/", apps, name="apps"),
]
