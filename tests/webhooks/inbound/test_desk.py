"""What staff see of the inbox, and what they may do with it."""

import pytest
from django.urls import reverse

from tests.leases.portal.reading import signed_in
from tests.webhooks.inbound.signing import stripe_event
from tests.world import World
from webhooks.inbound.models import ProviderEvent

pytestmark = pytest.mark.django_db
LIST = "admin:webhooks_providerevent_changelist"
RANGE = "admin:provider_events_replay"


@pytest.fixture
def w(sender):
    return World()


@pytest.fixture
def staff(w):
    return signed_in(w.person("dana", "staff"))


@pytest.fixture
def ignored(w, sender):
    for n, kind in enumerate(("charge.failed", "product.created")):
        sender.send(stripe_event(f"evt_{n}", kind=kind))
    w.work()
    return list(ProviderEvent.objects.order_by("id"))


def read(answer) -> str:
    return answer.content.decode()


def test_it_lists_what_came_in_and_what_came_of_it(staff, ignored, django_assert_max_num_queries):
    assert staff.get("/admin/events")["Location"] == reverse(LIST)
    with django_assert_max_num_queries(9):
        page = read(staff.get(reverse(LIST)))
    assert "nothing here depends on product.created" in page
    assert ignored[0].public_id in page


def test_a_page_shows_body_and_signature(staff, sender, ignored):
    sender.send(stripe_event("evt_0", kind="charge.failed", about={"amount": 99}))
    page = read(staff.get(reverse("admin:webhooks_providerevent_change", args=[ignored[0].id])))
    assert "&quot;pi_1&quot;" in page
    assert "stripe-signature" in page
    assert "&quot;amount&quot;: 99" in page  # of the collision


def test_a_body_that_is_no_json_is_shown_as_text(staff, sender, w):
    sender.send(b"<script>alert(1)</script>")
    event = ProviderEvent.objects.get()
    page = read(staff.get(reverse("admin:webhooks_providerevent_change", args=[event.id])))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize("note", ["\\ud800", "x" * 100_000])
def test_a_body_that_is_hard_to_show_is_shown(staff, sender, w, note):
    sender.send(b'{"id":"evt_1","note":"' + note.encode() + b'"}')
    event = ProviderEvent.objects.get()
    assert "evt_1" in read(staff.get(reverse("admin:webhooks_providerevent_change", args=[event.id])))


def test_chosen_ones_are_replayed_after_a_dry_run(staff, ignored, w):
    form = {"action": "again", "_selected_action": [event.id for event in ignored]}
    preview = read(staff.post(reverse(LIST), form))
    assert "Replay 2 events" in preview
    assert "nothing: no payment of ours is meant" in preview
    assert set(ProviderEvent.objects.values_list("state", "replays")) == {("ignored", 0)}
    staff.post(reverse(LIST), {**form, "confirmed": "yes"})
    assert set(ProviderEvent.objects.values_list("state", "replays")) == {("received", 1)}


def test_one_is_replayed_from_its_own_page_once_it_is_done(staff, ignored, sender):
    done = read(staff.get(reverse("admin:webhooks_providerevent_change", args=[ignored[0].id])))
    assert "See what a replay would do" in done
    assert "The other body" not in done, "it came once"
    sender.send(stripe_event("evt_9"))
    waiting = ProviderEvent.objects.get(event_id="evt_9")
    assert "See what a replay would do" not in read(staff.get(reverse("admin:webhooks_providerevent_change", args=[waiting.id])))


def test_more_than_can_be_shown_are_not_replayed_in_silence(staff, sender, w):
    for n in range(201):
        sender.send(stripe_event(f"evt_{n}", kind="product.created"))
    w.work()
    form = {"action": "again", "_selected_action": list(ProviderEvent.objects.values_list("id", flat=True)), "confirmed": "yes"}
    assert "At most 200 are replayed by choosing them" in read(staff.post(reverse(LIST), form, follow=True))
    assert set(ProviderEvent.objects.values_list("state", "replays")) == {("ignored", 0)}


def test_a_range_is_replayed_after_a_dry_run(staff, ignored):
    given = {"provider": "stripe", "state": "ignored", "kind": "charge.*", "since": "2026-11-02 09:00", "until": ""}
    preview = read(staff.post(reverse(RANGE), given))
    assert "1 event would be worked on again" in preview
    assert ProviderEvent.objects.filter(state="received").count() == 0
    done = staff.post(reverse(RANGE), {**given, "confirmed": "yes"})
    assert done["Location"] == reverse(LIST)
    assert list(ProviderEvent.objects.filter(state="received").values_list("kind", flat=True)) == ["charge.failed"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"until": "yesterday"}, "Enter a valid date/time."),
        ({"since": "2026-11-02 09:00", "until": "2026-11-02 08:00"}, "not after the time from which it begins"),
        ({"state": "received"}, "Select a valid choice"),
        ({"provider": "square"}, "Select a valid choice"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_by_its_field(staff, ignored, change, said):
    answer = staff.post(reverse(RANGE), {"provider": "", "state": "ignored", "kind": "", "since": "", "until": "", **change})
    assert said in read(answer)
    assert not ProviderEvent.objects.filter(replays__gt=0).exists()


def test_times_of_a_range_are_those_of_the_banks(staff, ignored):
    """They came in at 10:00 in New York, 15:00 in London."""
    given = {"provider": "", "state": "ignored", "kind": "", "since": "2026-11-02 10:01", "until": ""}
    assert "No event fits." in read(staff.post(reverse(RANGE), given))


def test_failures_are_summed_up_by_provider_kind_and_error(staff, ignored):
    ProviderEvent.objects.update(state="parked", last_error="OSError: no", next_at=ignored[0].received_at, finished_at=None, reason="")
    page = read(staff.get(reverse("admin:provider_events_failures")))
    assert page.count("OSError: no") == 2
    assert "product.created" in page


@pytest.mark.parametrize("address", [LIST, RANGE, "admin:provider_events_failures"])
def test_nobody_else_sees_it(w, address):
    assert signed_in(w.alice).get(reverse(address)).status_code in (302, 403)
