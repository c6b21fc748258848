from django.urls import include, path
from rest_framework.routers import SimpleRouter

from bench.http.usual.views import PaymentViewSet

router = SimpleRouter(trailing_slash=False)
router.register("payments", PaymentViewSet)
urlpatterns = [path("api/v1/", include(router.urls))]
