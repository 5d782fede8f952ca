from content.errors import CampaignInvalid, Problem, Severity, TemplateBroken, VariantMissing

PROBLEM = Problem(
    "tag-missing",
    "messages/launch/tr.md",
    "the tag #WhiteBalloons is missing",
    "Add it once, on the last line.",
    line=3,
)


def test_a_problem_says_what_where_and_what_to_do() -> None:
    assert str(PROBLEM) == (
        "messages/launch/tr.md:3: the tag #WhiteBalloons is missing. Add it once, on the last line."
    )
    assert PROBLEM.severity is Severity.ERROR


def test_an_invalid_campaign_lists_every_problem() -> None:
    other = Problem("x", "slots.toml", "it is empty", "Write one.")
    error = CampaignInvalid(iter([PROBLEM, other]))
    assert error.problems == (PROBLEM, other)
    assert str(error).count("\n") == 1


def test_a_missing_variant_names_the_file_to_write() -> None:
    assert "Write messages/launch/tr.md" in str(VariantMissing("launch", "tr", "x"))


def test_a_broken_template_reads_as_its_problem() -> None:
    assert str(TemplateBroken(PROBLEM)) == str(PROBLEM)
