"""A shell: what all commands share: options made of settings, log lines, and how they fail.

Nothing slow is imported before a command needs it: `fullhouse --help` is there at once.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NoReturn

import click

from fullhouse.errors import Refused

if TYPE_CHECKING:
    from fullhouse.settings import Settings

ALWAYS: Final = ("data", "log_format", "log_level")


class SettingsCommand(click.Command):
    """A command whose options are settings. It is called with `settings`, read and checked."""

    def __init__(self, *args: Any, knobs: tuple[str, ...] = (), **kwargs: Any) -> None:
        self._wanted = {*knobs, *ALWAYS}
        super().__init__(*args, **kwargs)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own options, then those of the settings, then --help."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_options(self._wanted), help_option]

    def invoke(self, ctx: click.Context) -> Any:
        """Read the settings, set up log lines, and run the command."""
        given = {name: ctx.params.pop(name) for name in self._wanted if name in ctx.params}
        settings = _settings({name: value for name, value in given.items() if value is not None})
        from fullhouse.logs import set_up_logs

        set_up_logs(settings.log_format, settings.log_level)
        ctx.params["settings"] = settings
        return super().invoke(ctx)


def _options(wanted: set[str]) -> Iterator[click.Option]:
    from fullhouse.options import knobs
    from fullhouse.settings import Settings

    for knob in knobs(Settings.model_fields, Settings.model_config["env_prefix"]):
        if knob.name in wanted:
            shown = f"  [{knob.default}]" if knob.default else ""
            yield click.Option(
                [knob.flag], default=None, metavar=knob.form, help=knob.about + shown
            )


def _settings(given: dict[str, str]) -> Settings:
    from pydantic import ValidationError

    from fullhouse.settings import Settings

    try:
        return Settings(**given)  # type: ignore[arg-type]  # texts, which pydantic reads
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        where = "--" + name.replace("_", "-")
        if name not in given:
            where = f"FULLHOUSE_{name.upper()}"
        raise click.UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}.") from None


def run(group: click.Group, words: list[str] | None = None) -> NoReturn:
    """Run what the words ask for; exit with 0, 1 (refused) or 2 (not understood).

    What somebody can cause is told in one line on stderr, never as a traceback.
    """
    try:
        code = group.main(words, prog_name="fullhouse", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # as with `| head`: whoever read us has enough
        sys.exit(0)
    except Exception as error:  # the last one who can tell the person
        _fail(error)
    sys.exit(code if isinstance(code, int) else 0)


def _fail(error: Exception) -> NoReturn:
    """Tell in one line why it did not work."""
    cause = first_cause(error)
    match cause:
        case Refused():
            line = cause.message
        case OSError(strerror=str(why), filename=str(file)):
            line = f"{file}: {why}"
        case OSError(strerror=str(why)):
            line = why
        case _:
            import structlog

            structlog.get_logger().debug("unexpected", exc_info=error)
            line = f"Unexpected {type(cause).__name__}: {cause} (more with --log-level debug)"
    from fullhouse.redaction import printable, redact

    click.echo(f"fullhouse: {printable(redact(line))}", err=True)
    sys.exit(1)


def first_cause(error: BaseException) -> BaseException:
    """Return what a group of errors is about: a refusal if there is one, else the first."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    causes = [first_cause(inner) for inner in error.exceptions]
    return next((cause for cause in causes if isinstance(cause, Refused)), causes[0])
