"""The schema and its readers, served from this machine; `policy` lets their scripts write styles."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView


class RedocView(SpectacularRedocView):
    """Without the fonts that the original fetches from elsewhere."""

    template_name = "api/redoc.html"


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("redoc/", RedocView.as_view(), name="redoc"),
]
