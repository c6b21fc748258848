"""`/api/v1/reports/…`: what a landlord's books say, as JSON or (`?format=csv`, `Accept: text/csv`) as a file."""

from directpay.api.routes import route
from leases.reports.api.earned import OwnerStatementView, ScheduleEView
from leases.reports.api.standing import AgingView, RentRollView

VIEWS = (RentRollView, AgingView, OwnerStatementView, ScheduleEView)
urlpatterns = [route(f"reports/{view.name}", view) for view in VIEWS]
