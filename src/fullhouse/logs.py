"""A shell: where log lines go. Stderr alone; for people on a terminal, else one JSON a line.

Set up once per process. Lines of libraries (uvicorn, aiortc, nats, asyncio) take the same way.
"""

import logging
import sys
from typing import Final

import structlog
from structlog.typing import EventDict, Processor

from fullhouse.redaction import HIDDEN, clean, clean_traceback, is_secret_name

CHATTY: Final = (
    "aioice",
    "aiortc",
    "alembic",
    "httpcore",
    "httpx",
    "nats",
    "uvicorn.access",
    "uvicorn.error",
)
"""Libraries whose everyday news is noise: heard from `warning` on, unless all is logged."""


def set_up_logs(form: str, level: str, role: str = "") -> None:
    """Send this process's log lines to stderr from now on.

    Args:
        form: `human`, `json`, or `auto`: for people where stderr is a terminal.
        level: the least that is logged: `debug`, `info`, `warning` or `error`.
        role: stands in every line, where there is one.
    """
    human = form == "human" or (form == "auto" and sys.stderr.isatty())
    chain: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if human else "iso", utc=not human),
        structlog.processors.format_exc_info,
        clean_line,
    ]
    renderer: Processor = _for_people() if human else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel("DEBUG" if level == "debug" else "WARNING")
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *chain,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    if role:
        structlog.contextvars.bind_contextvars(role=role)


def clean_line(_logger: object, _method: str, line: EventDict) -> EventDict:
    """Return the line without secrets and control characters."""
    for name, value in line.items():
        if name == "exception":
            line[name] = clean_traceback(str(value))
        elif not name.startswith("_"):
            line[name] = HIDDEN if is_secret_name(name) else clean(value)
    return line


def _for_people() -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(),
        pad_event_to=36,
        exception_formatter=structlog.dev.plain_traceback,
    )
