import pytest

from directpay.events.registry import LISTENERS, Listener, listen, names_for


@pytest.mark.parametrize(
    ("types", "event", "wanted"),
    [
        (("thing.made",), "thing.made", True),
        (("thing.made",), "thing.made.twice", False),
        (("thing.made",), "thing", False),
        (("thing.*",), "thing.made", True),
        (("thing.*",), "things.made", False),
        (("*",), "anything.at.all", True),
        (("a.b", "thing.*"), "thing.lost", True),
        ((), "thing.made", False),
    ],
)
def test_a_listener_wants_its_types_and_prefixes(types, event, wanted):
    assert Listener("x", types, print).wants(event) is wanted


def test_names_those_who_want_an_event(ear):
    ear("one", "thing.made")
    ear("two", "thing.*")
    ear("three", "other.*")
    assert names_for("thing.made") == ["one", "two"]
    assert names_for("thing.lost") == ["two"]


def test_refuses_a_name_that_somebody_else_has(ear):
    ear("one")
    with pytest.raises(ValueError, match="registered twice"):
        listen("one", "thing.*", hear=print)


def test_takes_the_same_listener_again(ear):
    ear("one")
    LISTENERS["one"] = Listener("one", ("thing.made",), print)
    listen("one", "thing.*", hear=print)
    assert LISTENERS["one"].types == ("thing.*",)
