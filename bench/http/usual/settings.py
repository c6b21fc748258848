"""Our settings with DRF as it comes, and a middleware or two: what a project of this kind begins with."""

from directpay.settings import *
from directpay.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "bench.http.usual"]
LAST = "allauth.account.middleware.AccountMiddleware"  # its application demands it
ROOT_URLCONF = "bench.http.usual.urls"
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware", LAST]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["bench.http.usual.keys.ByKey"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}
CONTENT_SECURITY_POLICY = None
