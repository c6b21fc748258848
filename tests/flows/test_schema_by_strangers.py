"""schemathesis asks every operation of the schema what it promises: no 5xx, no answer that is not documented, in no other shape.

`FUZZ=2000 pytest tests/flows/test_schema_by_strangers.py` asks more often.
"""

import os
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from schemathesis.checks import CHECKS

from directpay.people.actions import create_api_key
from directpay.people.actor import SYSTEM
from directpay.wsgi import application
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)
EXAMPLES = int(os.environ.get("FUZZ", "12"))
# What depends on the state of the world, and what a schema cannot say: an id that exists, a date in a lease, two parameters that exclude
# each other. Such a request is refused with a documented error, and that it is documented is checked.
STATEFUL = {"positive_data_acceptance"}


def schema() -> Any:
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)


@pytest.fixture(scope="module")
def operations(django_db_setup, django_db_blocker) -> dict[str, Any]:
    with django_db_blocker.unblock():
        return {f"{op.method.upper()} {op.path}": op for op in (found.ok() for found in schema().get_all_operations())}


def test_every_operation_keeps_what_the_schema_promises(operations, subtests):
    w = World()
    lease = w.lease()
    w.pay(lease, "instant", amount=5_000, source=w.account(w.bob))
    secret = create_api_key(actor=SYSTEM, at=w.now, owner=None, mode="test", name="stranger").secret
    headers = {"Authorization": f"Bearer {secret}"}
    left_out = [CHECKS.get_one(name) for name in STATEFUL]
    assert settings.SANDBOX
    for name, operation in operations.items():
        with subtests.test(name):

            @given(case=operation.as_strategy())
            @how(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
            def ask(case: Any) -> None:
                if case.operation.path.endswith("/clock/advance") and isinstance(case.body, dict) and case.body:
                    case.body = {**case.body, "to": "not a time"}  # the world stays where it is
                case.call_and_validate(headers=headers, excluded_checks=left_out)

            ask()
    assert len(operations) > 20
