from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.rails.codes import CODES
from payments.retries.policy import ACH, CARD, EXHAUSTED, NOT_RETRYABLE, TOO_LATE, Failure, failures_after, judge

FIRST = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 7_000).map(lambda days: FIRST + timedelta(days=days))
HOURS = st.integers(0, 120 * 24).map(lambda hours: timedelta(hours=hours))  # until a bank says that it failed


def failed(family: str, failures: int, code: str = "R01", after: timedelta = timedelta(0), anew: bool = False) -> Failure:
    return Failure(family, failures, code, FIRST + after, FIRST, anew)


@pytest.mark.parametrize(("failures", "days"), [(1, 3), (2, 5), (3, 7)])
def test_a_card_is_tried_three_five_and_seven_days_after_the_attempt_before(failures, days):
    assert judge(failed(CARD, failures, "card_declined")).next_at == FIRST + timedelta(days=days)


def test_a_card_is_not_tried_a_fourth_time():
    assert judge(failed(CARD, 4, "card_declined")).reason == EXHAUSTED


def test_a_success_ends_the_count_of_a_card_and_not_of_an_ach_entry():
    assert failures_after(CARD, 3, succeeded=True) == 1
    assert failures_after(CARD, 2, succeeded=False) == 3
    assert failures_after(ACH, 1, succeeded=True) == 2


@pytest.mark.parametrize("code", ["R01", "R09"])
@pytest.mark.parametrize(("failures", "days"), [(1, 3), (2, 5)])
def test_ach_is_tried_three_and_five_days_later_for_lack_of_money(code, failures, days):
    assert judge(failed(ACH, failures, code)).next_at == FIRST + timedelta(days=days)


def test_a_stopped_payment_is_tried_only_when_it_is_allowed_anew():
    assert judge(failed(ACH, 1, "R08")).reason == NOT_RETRYABLE
    assert judge(failed(ACH, 1, "R08", anew=True)).next_at == FIRST + timedelta(days=3)


@pytest.mark.parametrize("code", sorted({*CODES, "", "R11", "R99"} - {"R01", "R09", "R08"}))
@pytest.mark.parametrize("anew", [True, False])
def test_whatever_else_came_back_is_never_tried_again(code, anew):
    assert judge(failed(ACH, 1, code, anew=anew)).reason == NOT_RETRYABLE


def test_a_rail_without_rules_is_never_tried_again():
    assert judge(failed("wire", 1)).reason == NOT_RETRYABLE


@pytest.mark.parametrize(("late", "reason"), [(timedelta(0), ""), (timedelta(seconds=1), TOO_LATE)])
def test_ach_is_tried_within_180_days_of_the_first(late, reason):
    assert judge(failed(ACH, 1, after=timedelta(days=177) + late)).reason == reason


@given(
    first=MOMENTS,
    waits=st.tuples(*[HOURS] * 5),
    code=st.sampled_from(sorted(CODES)),
)
def test_nacha_holds_whatever_happens(first, waits, code):
    """However long the bank takes: never a third re-initiation, never after 180 days, never for what was not authorised."""
    at, failures, retries = first, 1, []
    for wait in waits:
        verdict = judge(Failure(ACH, failures, code, at + wait, first))
        if verdict.next_at is None:
            assert verdict.reason
            break
        assert verdict.next_at >= at + timedelta(days=3)
        at = verdict.next_at
        retries.append(at)
        failures = failures_after(ACH, failures, succeeded=False)
    assert len(retries) <= 2
    assert all(when <= first + timedelta(days=180) for when in retries)
    assert not retries or code in {"R01", "R09"}


@given(first=MOMENTS, waits=st.tuples(*[HOURS] * 5))
def test_a_card_is_tried_at_most_three_times_each_later_than_the_one_before(first, waits):
    at, failures, retries = first, 1, []
    for wait in waits:
        verdict = judge(Failure(CARD, failures, "declined", at + wait, first))
        if verdict.next_at is None:
            break
        retries.append(verdict.next_at - (at + wait))
        at, failures = verdict.next_at, failures + 1
    assert [gap.days for gap in retries] == [3, 5, 7]
