from datetime import timedelta
from pathlib import Path

from bot.rehearsal.plots import DELAY, Plot, plots, starts, team_size
from content.loader import load_campaign
from content.models import Risk

CAMPAIGN = load_campaign(Path("content/examples/white-balloons"))
[DAY] = CAMPAIGN.action_days


def test_each_kind_of_trouble_has_an_open_city_of_its_own_and_the_seed_chooses_it() -> None:
    is_open = {city.id for city in CAMPAIGN.cities if city.risk is Risk.OPEN}
    found = [plots(CAMPAIGN, seed, faults=True) for seed in range(20)]
    for [plot] in found:
        chosen = {plot.danger, plot.late, plot.silent}
        assert len(chosen) == 3
        assert chosen <= is_open
        assert team_size(DAY, plot.silent or "") == 2
    assert len({plot.danger for [plot] in found}) > 1
    assert plots(CAMPAIGN, 3, faults=True) == found[3]


def test_a_smooth_day_has_no_trouble_and_a_day_in_one_city_keeps_it() -> None:
    assert plots(CAMPAIGN, 0, faults=False) == (Plot("release"),)
    alone = DAY.model_copy(update={"cities": (DAY.city("berlin"),)})
    small = CAMPAIGN.model_copy(update={"action_days": (alone,)})
    assert plots(small, 0, faults=True) == (Plot("release"),)


def test_only_the_late_city_begins_later() -> None:
    usual, late = starts(CAMPAIGN, Plot("release")), starts(CAMPAIGN, Plot("release", late="berlin"))
    assert len(usual) == 18
    later = {city: late[city] - usual[city] for city in usual}
    assert later == dict.fromkeys(usual, timedelta()) | {"berlin": DELAY}
