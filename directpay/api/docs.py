"""The schema and its readers, served from this machine. Their scripts write styles, so the page policy is relaxed here only."""

from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

relaxed = csp_update({"style-src": ["'unsafe-inline'"], "img-src": ["blob:"], "worker-src": ["blob:"]})


class RedocView(SpectacularRedocView):
    """Without the fonts that the original fetches from elsewhere."""

    template_name = "api/redoc.html"


urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", relaxed(SpectacularSwaggerSplitView.as_view()), name="docs"),
    path("redoc/", relaxed(RedocView.as_view()), name="redoc"),
]
