"""A core: command-line options and the manual's table, both derived from the settings' fields.

So that each knob is said once, in `settings.py`: its name, bounds, default and sentence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo


@dataclass(frozen=True, slots=True)
class Knob:
    """One thing that an operator may set.

    Attributes:
        name: as the field is called, `edge_port`.
        flag: as the command line says it, `--edge-port`; empty for a secret, which everyone on
            the machine could read there.
        variable: as the environment says it, `FULLHOUSE_EDGE_PORT`.
        form: what may be given: `PATH`, `TEXT`, `0..65535` or `a|b|c`.
        default: as the manual shows it; empty where nothing is the default.
        about: one sentence or two.
    """

    name: str
    flag: str
    variable: str
    form: str
    default: str
    about: str


def knobs(fields: Mapping[str, FieldInfo], prefix: str) -> tuple[Knob, ...]:
    """Return the settings' knobs in the order in which they are written there."""
    return tuple(
        Knob(
            name=name,
            flag="" if _is_secret(field) else "--" + name.replace("_", "-"),
            variable=(prefix + name).upper(),
            form=_form(field),
            default=_default(field),
            about=field.description or "",
        )
        for name, field in fields.items()
    )


def _is_secret(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("secret"))


def _form(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return "|".join(map(str, get_args(field.annotation)))
    if field.annotation in (int, int | None):
        least = next((rule.ge for rule in field.metadata if isinstance(rule, Ge)), "")
        most = next((rule.le for rule in field.metadata if isinstance(rule, Le)), "")
        return f"{least}..{most}"
    return "TEXT" if field.annotation is str else "PATH"


def _default(field: FieldInfo) -> str:
    if field.default_factory is None:
        return "" if field.default is None else str(field.default)
    return "~/.local/share/fullhouse"


PAGE_HEAD = """\
# Settings

Every setting can be said on the command line, where the command has use for it, or in the
environment, where it holds for all commands. The command line wins.
This page is made from the program by `make docs`.

| option | variable | may be | default | what |
|---|---|---|---|---|
"""


def settings_page(all_knobs: tuple[Knob, ...]) -> str:
    """Return docs/settings.md."""
    return PAGE_HEAD + "".join(
        f"| {_code(knob.flag)} | `{knob.variable}` | `{knob.form.replace('|', ', ')}` "
        f"| {_code(knob.default)} | {knob.about} |\n"
        for knob in all_knobs
    )


def _code(text: str) -> str:
    return f"`{text}`" if text else ""
