"""Django looks for models here; they live in their rooms."""

from directpay.api.models import IdempotencyKey
from directpay.due.models import Due
from directpay.events.models import Delivery, Event
from directpay.ops.models import Cached, Clock
from directpay.people.models import ApiKey, Payee, User
from directpay.people.oauth.models import Application
from directpay.sagas.models import Saga, Step

__all__ = ["ApiKey", "Application", "Cached", "Clock", "Delivery", "Due", "Event", "IdempotencyKey", "Payee", "Saga", "Step", "User"]
