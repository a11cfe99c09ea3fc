"""The Kaplan-Meier median against worked examples."""

from hypothesis import given
from hypothesis import strategies as st

from collectors._survival import median_wait

waits = st.lists(st.tuples(st.floats(0, 1000, allow_subnormal=False), st.booleans()), max_size=30)


def test_without_censoring_it_is_the_lower_median():
    assert median_wait([(3, True), (1, True), (2, True)]) == 2
    assert median_wait([(4, True), (1, True), (2, True), (3, True)]) == 2


def test_a_wait_that_goes_on_counts_as_at_risk_until_now():
    # 6-MP arm of Freireich et al. 1963 as printed in many textbooks: median remission 23 weeks
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    going_on = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    assert median_wait([(w, True) for w in ended] + [(w, False) for w in going_on]) == 23


def test_with_too_few_ends_there_is_no_median():
    assert median_wait([]) is None
    assert median_wait([(5, False), (9, False)]) is None
    assert median_wait([(1, True), (5, False), (9, False)]) is None


@given(waits)
def test_it_is_one_of_the_ends_or_nothing(pairs):
    assert median_wait(pairs) in {None, *(wait for wait, ended in pairs if ended)}


@given(waits, st.floats(1, 1000))
def test_one_that_goes_on_for_longer_never_shortens_it(pairs, more):
    longest = max((wait for wait, _ in pairs), default=0.0)
    before, after = median_wait(pairs), median_wait([*pairs, (longest + more, False)])
    assert after is None or (before is not None and after >= before)
