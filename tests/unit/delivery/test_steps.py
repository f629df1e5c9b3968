from mealroute.core.i18n import speaking
from mealroute.delivery.rulebook import load_follow_ups, step_text


def test_the_rules_first_steps_are_read_in_both_languages_and_a_persons_words_stay() -> None:
    steps = {plan.first_step for plan in load_follow_ups().doors.values()}
    assert {step_text(step) for step in steps} == steps
    with speaking("en"):
        assert all(step_text(step).isascii() for step in steps)
        assert step_text("已去敲门") == "已去敲门"
