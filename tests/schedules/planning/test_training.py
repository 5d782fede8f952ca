from content.errors import Problem
from content.loader import load_campaign
from content.richtext import plain
from schedules.planning.prompts import daily_prompts
from schedules.planning.training import training_text, training_texts
from tests.support.bot_stage import EXAMPLE


def test_training_prompts_come_in_order_and_are_no_prompts_of_a_day() -> None:
    campaign = load_campaign(EXAMPLE)
    assert [each.id for each in campaign.training] == ["training-1", "training-2"]
    assert not {each.id for each in daily_prompts(campaign)} & {each.id for each in campaign.training}
    assert "burn or tear up" in plain(training_text(campaign, campaign.training[1], "en").text)


def test_every_training_text_is_drawn_and_what_is_wrong_is_told() -> None:
    campaign, found = load_campaign(EXAMPLE), list[Problem]()
    assert len(list(training_texts(campaign, found))) == 2 * len(campaign.languages)
    assert found == []
    first = campaign.training[0]
    broken = first.variants[0].model_copy(update={"source": "{{ claims.nowhere }}"})
    changed = first.model_copy(update={"variants": (broken, *first.variants[2:])})
    whole = campaign.model_copy(update={"prompts": (changed,)})
    assert len(list(training_texts(whole, found))) == len(campaign.languages) - 2
    assert [problem.code for problem in found] == ["template-broken", "variant-missing"]
