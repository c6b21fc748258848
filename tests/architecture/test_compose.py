"""There may be no container engine where tests run: what can be checked without one."""

import re

import pytest
import yaml
from django.core.management import get_commands

from tests.architecture.tidiness import ROOT

COMPOSE = (ROOT / "docker-compose.yml").read_text()


def test_has_every_part_and_waits_for_what_it_needs() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    assert set(services) == {"postgres", "valkey", "migrate", "web", "worker", "beat", "prometheus", "grafana"}
    monitoring = {name for name, service in services.items() if "profiles" in service}
    assert monitoring == {"prometheus", "grafana"}, "nobody gets them who does not ask for them"
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


def test_monitoring_is_given_files_that_exist_at_the_ports_that_are_told() -> None:
    composed = yaml.safe_load(COMPOSE)
    for name, port in (("prometheus", 9090), ("grafana", 3000)):
        service = composed["services"][name]
        assert service["ports"] == [f"127.0.0.1:{port}:{port}"]
        mounted = [volume.split(":")[0] for volume in service["volumes"] if volume.startswith("./")]
        assert mounted
        assert all((ROOT / path).is_file() for path in mounted), mounted
    assert re.search(r"^#DIRECTPAY_METRICS_KEY=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert composed["secrets"] == {"metrics_key": {"environment": "DIRECTPAY_METRICS_KEY"}}


def test_web_and_workers_count_together() -> None:
    composed = yaml.safe_load(COMPOSE)
    directory = composed["x-application"]["environment"]["PROMETHEUS_MULTIPROC_DIR"]
    for name in ("web", "worker", "beat"):
        assert composed["services"][name]["volumes"] == [f"metrics:{directory}"]
        assert composed["services"][name]["environment"]["PROMETHEUS_MULTIPROC_DIR"] == directory
    assert composed["volumes"]["metrics"]["driver_opts"]["type"] == "tmpfs"
