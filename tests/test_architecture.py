"""The house rules: what is pure, who imports whom, how long things are, and that each is tested."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "fullhouse"

VOCABULARY = {"__init__", "units", "errors", "media", "wire"}
SHELLS = {
    "admin",
    "bus",
    "calls",
    "clock",
    "libopus",
    "mono",
    "capacity.calibrate",
    "capacity.crowd",
    "capacity.keeping",
    "capacity.measured",
    "capacity.outside",
    "capacity.probes",
    "capacity.reading",
    "capacity.running",
    "capacity.tables",
    "client.display",
    "client.hearing",
    "client.listen",
    "client.place",
    "client.speak",
    "client.voice",
    "client.whip",
    "settings",
    "__main__",
    "cli",
    "commands.doctor",
    "commands.asking",
    "commands.frame",
    "commands.hands",
    "commands.log",
    "commands.loop",
    "commands.outward",
    "commands.owner",
    "commands.people",
    "commands.plan",
    "commands.noise",
    "commands.rehearse",
    "commands.roles",
    "commands.rooms",
    "commands.schedule",
    "commands.sound",
    "commands.spans",
    "commands.up",
    "programme.encoder",
    "programme.hold_maker",
    "programme.opus",
    "edge.admin",
    "edge.arrivals",
    "edge.audience",
    "edge.choice",
    "edge.connection",
    "edge.feed",
    "edge.heads",
    "edge.hold_loading",
    "edge.lines",
    "edge.lobby",
    "edge.port",
    "edge.pressure",
    "edge.pulse",
    "edge.pump",
    "edge.ring",
    "edge.sender",
    "edge.server",
    "edge.uring",
    "edge.web",
    "edge.worker",
    "lifeline",
    "logs",
    "house.admin",
    "house.api.bans",
    "house.api.behind",
    "house.api.door",
    "house.api.entering",
    "house.api.events",
    "house.api.hold",
    "house.api.hands",
    "house.api.log",
    "house.api.members",
    "house.api.pace",
    "house.api.pages",
    "house.api.problems",
    "house.api.rooms",
    "house.api.reminders",
    "house.api.schedule",
    "house.smtp",
    "house.reminders",
    "house.post",
    "house.api.whip",
    "house.account_rows",
    "house.api_tokens",
    "house.people",
    "house.passwords",
    "house.passkeys",
    "house.staff",
    "house.api.account",
    "house.api.accounts",
    "house.api.cookies",
    "house.api.desk",
    "house.api.signing_in",
    "house.app",
    "house.ban_rows",
    "house.changes",
    "house.database",
    "house.hand_queue",
    "house.hold_making",
    "house.holds",
    "house.invitations",
    "house.keyfile",
    "house.logbook",
    "house.migrations.bring_up",
    "house.migrations.env",
    "house.migrations.versions.form_two",
    "house.migrations.versions.people",
    "house.migrations.versions.waiting",
    "house.members",
    "house.news",
    "house.protocol",
    "house.raised",
    "house.roll",
    "house.rooms",
    "house.store",
    "house.tables",
    "rehearsal.live",
    "rehearsal.conduct",
    "rehearsal.crowd",
    "rehearsal.door",
    "rehearsal.ears",
    "rehearsal.kill",
    "rehearsal.processes",
    "rehearsal.teller",
    "stage.child",
    "stage.children",
    "stage.ice",
    "stage.link",
    "stage.opus_encoder",
    "stage.returns",
    "stage.sender",
    "stage.lobby",
    "stage.node",
    "stage.opus",
    "stage.peer",
    "stage.receiver",
    "stage.shield",
    "stage.stage",
    "stage.broadcast",
    "stage.decode",
    "stage.decoder",
    "stage.source",
    "up.claim",
    "up.filler_file",
    "up.nats",
    "up.probe",
    "up.token_file",
    "up.processes",
    "up.up",
    "up.welcome",
}
"""Everything else is a core: it takes inputs and the time, and returns what should happen."""

DRIVEN = {"programme.encoder"}
"""Shells of one folder that others drive: without them nothing would flow."""

FORBIDDEN_IN_CORES = {
    "aioice", "aiortc", "asyncio", "av", "click", "fastapi", "httptools", "httpx", "logging",
    "multiprocessing", "nats", "os", "pathlib", "random", "rich", "secrets", "signal", "socket",
    "sqlalchemy", "starlette", "structlog", "subprocess", "tempfile", "threading", "time",
    "uvicorn", "uvloop",
}  # fmt: skip
FOLDERS = {"house", "stage", "programme", "edge", "up", "client", "rehearsal", "capacity"}


def modules() -> list[str]:
    """Return every module as a dotted name below the package."""
    paths = (path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*.py"))
    return sorted(".".join(path.parts) for path in paths)


def is_shell(module: str) -> bool:
    return module in SHELLS


def is_core(module: str) -> bool:
    return not (is_shell(module) or module in VOCABULARY or module.endswith("__init__"))


def path_of(module: str) -> Path:
    return SOURCE.joinpath(*module.split(".")).with_suffix(".py")


def imports(module: str) -> set[str]:
    """Return all that a module imports, as dotted names; ours without the package's name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path_of(module).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def own_imports(module: str) -> set[str]:
    names = {name.removeprefix("fullhouse.") for name in imports(module) if "fullhouse." in name}
    return names & set(modules())


@pytest.mark.parametrize("module", [name for name in modules() if is_core(name)])
def test_a_core_knows_no_clock_no_socket_and_no_shell(module: str) -> None:
    """Cores are pure: what they need comes in as an argument."""
    roots = {name.split(".")[0] for name in imports(module)}
    assert not roots & FORBIDDEN_IN_CORES
    assert not {name for name in own_imports(module) if is_shell(name)}


@pytest.mark.parametrize("module", sorted(VOCABULARY - {"__init__"}))
def test_the_vocabulary_imports_only_the_vocabulary(module: str) -> None:
    assert own_imports(module) <= VOCABULARY


@pytest.mark.parametrize("module", modules())
def test_folders_do_not_import_each_other(module: str) -> None:
    """Only the programme's cores may be used by everyone: they are what flows."""
    folder = module.split(".", maxsplit=1)[0]
    if folder not in FOLDERS:
        return
    for name in own_imports(module):
        other = name.split(".")[0]
        shared = name in DRIVEN or (other == "programme" and is_core(name))
        assert other not in FOLDERS - {folder} or shared, f"{module} imports {name}"


@pytest.mark.parametrize("module", [name for name in modules() if name != "settings"])
def test_only_commands_read_settings(module: str) -> None:
    """Everybody else gets plain values."""
    assert module.startswith("commands.") or "settings" not in own_imports(module)


def test_the_nats_client_is_imported_in_one_file() -> None:
    users = [name for name in modules() if any(i.split(".")[0] == "nats" for i in imports(name))]
    assert users == ["bus"]


@pytest.mark.parametrize("module", modules())
def test_files_and_functions_are_short(module: str) -> None:
    """A file has at most 500 lines, a function at most 60."""
    text = path_of(module).read_text()
    assert len(text.splitlines()) <= 500
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 60, node.name


@pytest.mark.parametrize("module", [n for n in modules() if n.split(".")[-1] != "__init__"])
def test_every_module_has_its_test_file(module: str) -> None:
    *folders, name = module.split(".")
    assert (ROOT / "tests" / Path(*folders) / f"test_{name}.py").exists()


@pytest.mark.parametrize("module", modules())
def test_every_file_says_what_it_is(module: str) -> None:
    text = path_of(module).read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("module", modules())
def test_nothing_waits_in_a_way_that_may_lose_a_cancellation(module: str) -> None:
    """Python 3.11's `wait_for` swallows one that comes together with the result: use `timeout`.

    Source: https://github.com/python/cpython/issues/86296
    """
    assert "wait_for(" not in path_of(module).read_text()
