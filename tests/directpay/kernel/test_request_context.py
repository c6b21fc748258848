"""Which request the background works for."""

from directpay.kernel.request_context import cause_of, caused_by, request_id


def test_a_set_has_a_request_for_each_of_its_objects():
    with caused_by({"pay_1": "req_1", "pay_2": "req_2", "pay_3": ""}):
        assert [cause_of(key) for key in ("pay_1", "pay_2", "pay_3", "pay_4")] == ["req_1", "req_2", "", ""]
        assert request_id.get() == "", "no request is that of the whole set"
    assert cause_of("pay_1") == ""


def test_one_alone_names_everything_that_runs_after_its_request():
    with caused_by({"pay_1": "req_1"}):
        assert (request_id.get(), cause_of("bl_9")) == ("req_1", "req_1")
    assert request_id.get() == ""


def test_what_nobody_asked_for_belongs_to_the_request_that_runs_it():
    """The sandbox's clock is moved by a request, which does what falls due on the way."""
    token = request_id.set("req_clock")
    try:
        with caused_by({"pay_1": ""}):
            assert (request_id.get(), cause_of("pay_1")) == ("req_clock", "req_clock")
        with caused_by({"pay_1": "req_1", "pay_2": ""}):
            assert (cause_of("pay_1"), cause_of("pay_2")) == ("req_1", "req_clock")
    finally:
        request_id.reset(token)
