"""There may be no container engine where tests run: what can be checked without one."""

import re

import pytest
import yaml
from django.core.management import get_commands

from tests.architecture.tidiness import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()


def test_has_every_part_and_waits_for_what_it_needs() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}
    for name in ("web", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert "DATABASE_OWNER_URL" not in services[name]["environment"]


def test_calls_only_commands_that_exist() -> None:
    text = COMPOSE + (ROOT / "Dockerfile").read_text()
    named = set(re.findall(r"manage\.py[\", ]+([a-z_]+)", text))
    assert named == {"bootstrap", "migrate", "healthcheck", "collectstatic"}
    assert named <= set(get_commands())


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\$\{([A-Z_]+)", COMPOSE))))
def test_its_variables_are_in_the_example(name: str) -> None:
    assert re.search(rf"^#?{name}=", (ROOT / ".env.example").read_text(), re.MULTILINE)
