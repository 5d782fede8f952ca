"""Urgent prompts, made at a door: they go to everybody who is awake at once, ahead of everything else."""

from datetime import datetime, time
from typing import Final

from content.errors import CampaignInvalid, Severity
from content.models import LEVELS, Ask, AskKind, Campaign, Effort, Level, Prompt, Variant
from schedules.people.days import FIRST_ZONE, LASTS, URGENT_SLOT, DailyPrompt
from schedules.planning.drafts import Draft, Drafter
from schedules.planning.moments import due, once
from schedules.planning.occurrences import Occurrence
from schedules.planning.prompts import PLATFORM
from schedules.walltime import zone

FILE: Final = "the urgent text"


def urgent_draft(
    campaign: Campaign, account: str, language: str, text: str, name: str, now: datetime
) -> Draft:
    """The post of an urgent prompt in one language, for the date that it is now in the campaign's zone.

    It is safe for everybody: an urgent prompt says what has happened and asks for nothing that others come to see.

    Args:
        account: The account of the bot.
        text: In Markdown with the placeholders of a message.
        name: Tells this prompt from every other.

    Raises:
        CampaignInvalid: The text cannot be rendered, or is too long.
    """
    on = now.astimezone(zone(campaign.zone)).date()
    prompt = DailyPrompt(f"{URGENT_SLOT.removesuffix(':')}-{name}", on, Level.NOBODY, LEVELS, urgent=True)
    drafter = Drafter(campaign.model_copy(update={"prompts": (_prompt(prompt.id, language, text),)}))
    drafts = list(drafter.drafts([_occurrence(campaign, account, language, name, prompt, now)]))
    faults = [problem for problem in drafter.problems if problem.severity is Severity.ERROR]
    if faults:
        raise CampaignInvalid(faults)
    return drafts[0]


def _prompt(name: str, language: str, text: str) -> Prompt:
    variant = Variant(language=language, channel=None, audience=None, source=text, file=FILE)
    said = {language: text.splitlines()[0][:500] or text}
    ask = Ask(kind=AskKind.REPORT, text=said, effort=Effort.LOW, next_step=said)
    return Prompt(id=name, day=1, ask=ask, why=said, seen_by=Level.NOBODY, variants=(variant,))


def _occurrence(
    campaign: Campaign, account: str, language: str, name: str, prompt: DailyPrompt, now: datetime
) -> Occurrence:
    return Occurrence(
        campaign_id=campaign.id,
        slot_id=f"{URGENT_SLOT}{name}:{language}",
        message_id=prompt.id,
        account=account,
        channel=PLATFORM,
        language=language,
        city=None,
        audience=None,
        **due(once(datetime.combine(prompt.on, time.min), FIRST_ZONE, now)),
        late_by=LASTS,
        prompt=prompt,
    )
