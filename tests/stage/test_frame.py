"""The words for a frame's origin."""

from fullhouse.stage.frame import NOTHING, Reason, VoiceFacts


def test_the_reasons_are_the_words_that_go_out() -> None:
    """In facts on the bus and in metrics: changing one changes what operators see."""
    assert [reason.value for reason in Reason] == [
        "real",
        "late-recovered",
        "fec",
        "concealed",
        "comfort",
        "silent",
    ]


def test_nothing_is_silent_and_facts_begin_empty() -> None:
    assert NOTHING.pcm is None
    assert NOTHING.reason is Reason.SILENT
    assert VoiceFacts().frames == {}
