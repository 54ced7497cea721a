"""Log lines go to stderr, one JSON a line for programs, and tell no secrets."""

import json
import subprocess
import sys

SAYS = """
import logging, structlog
from fullhouse.logs import set_up_logs
set_up_logs({form!r}, {level!r}, role="edge")
log = structlog.get_logger()
{line}
"""


def logged(line: str, form: str = "json", level: str = "info") -> str:
    """Return what a process of its own logs; stdout must stay empty."""
    program = SAYS.format(form=form, level=level, line=line)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip
    assert done.stdout == ""
    return done.stderr


def test_a_line_for_programs_is_one_json_object() -> None:
    line = json.loads(logged("log.info('part late', n=7, slug='demo')"))
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "part late", "level": "info", "n": 7, "slug": "demo", "role": "edge"}


def test_lines_of_libraries_take_the_same_way() -> None:
    line = json.loads(logged("logging.getLogger('some.library').warning('hm %s', 'a\\nb')"))
    assert (line["event"], line["level"], line["role"]) == ("hm a\\nb", "warning", "edge")


def test_everyday_news_of_chatty_libraries_is_left_out() -> None:
    assert logged("logging.getLogger('aiortc.x').info('hm')") == ""
    assert logged("logging.getLogger('aiortc.x').info('hm')", level="debug") != ""


def test_what_is_below_the_level_is_not_logged() -> None:
    assert logged("log.info('hm')", level="warning") == ""


def test_secrets_and_control_characters_reach_no_line() -> None:
    """Neither from us nor from a library, neither for programs nor for people."""
    ours = "log.error('to nats://u:pa55@h', header='Bearer pa55', admin_token='pa55', x='\\x1b[2J')"
    theirs = "logging.error('Bearer %s', 'pa55\\x1b[2J')"
    for line in (ours, theirs):
        for form in ("json", "human"):
            text = logged(line, form)
            assert "***" in text
            assert "pa55" not in text
            assert "\x1b[2J" not in text
            assert len(text.splitlines()) == 1


def test_an_exception_is_told_without_its_secrets() -> None:
    text = logged("try: 1 / {}['nats://u:pa55@h']\nexcept KeyError: log.exception('broken')")
    line = json.loads(text)
    assert line["event"] == "broken"
    assert "Traceback" in line["exception"]
    assert "pa55" not in text
