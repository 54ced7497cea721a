"""The house rules: what is pure, who imports whom, how long things are, and that each is tested."""

import ast
from functools import cache
from pathlib import Path

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
    "commands.hosting",
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
    "house.passes",
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
    "house.migrations.versions.passes",
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


@cache
def modules() -> tuple[str, ...]:
    """Return every module as a dotted name below the package."""
    paths = (path.relative_to(SOURCE).with_suffix("") for path in SOURCE.rglob("*.py"))
    return tuple(sorted(".".join(path.parts) for path in paths))


def is_shell(module: str) -> bool:
    return module in SHELLS


def is_core(module: str) -> bool:
    return not (is_shell(module) or module in VOCABULARY or module.endswith("__init__"))


@cache
def text_of(module: str) -> str:
    return SOURCE.joinpath(*module.split(".")).with_suffix(".py").read_text()


@cache
def tree_of(module: str) -> ast.Module:
    return ast.parse(text_of(module))


@cache
def imports(module: str) -> frozenset[str]:
    """Return all that a module imports, as dotted names; ours without the package's name."""
    found: set[str] = set()
    for node in ast.walk(tree_of(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def own_imports(module: str) -> set[str]:
    names = {name.removeprefix("fullhouse.") for name in imports(module) if "fullhouse." in name}
    return names & set(modules())


def test_all_modules_are_looked_at() -> None:
    """A rule for all modules says nothing of those that are not found."""
    assert set(modules()) >= SHELLS
    assert len(modules()) == sum(1 for _ in SOURCE.rglob("*.py")) > 300


def test_a_core_knows_no_clock_no_socket_and_no_shell() -> None:
    """Cores are pure: what they need comes in as an argument."""
    known = {}
    for module in filter(is_core, modules()):
        roots = {name.split(".")[0] for name in imports(module)}
        shells = {name for name in own_imports(module) if is_shell(name)}
        known[module] = (roots & FORBIDDEN_IN_CORES) | shells
    assert {module: names for module, names in known.items() if names} == {}


def test_the_vocabulary_imports_only_the_vocabulary() -> None:
    others = {name: own_imports(name) - VOCABULARY for name in VOCABULARY}
    assert {module: names for module, names in others.items() if names} == {}


def test_folders_do_not_import_each_other() -> None:
    """Only the programme's cores may be used by everyone: they are what flows."""
    wrong = []
    for module in modules():
        folder = module.split(".", maxsplit=1)[0]
        for name in own_imports(module) if folder in FOLDERS else ():
            other = name.split(".")[0]
            shared = name in DRIVEN or (other == "programme" and is_core(name))
            if other in FOLDERS - {folder} and not shared:
                wrong.append(f"{module} imports {name}")
    assert wrong == []


def test_only_commands_read_settings() -> None:
    """Everybody else gets plain values."""
    readers = [name for name in modules() if "settings" in own_imports(name)]
    assert [name for name in readers if not name.startswith("commands.")] == []


def test_the_nats_client_is_imported_in_one_file() -> None:
    users = [name for name in modules() if any(i.split(".")[0] == "nats" for i in imports(name))]
    assert users == ["bus"]


def test_files_and_functions_are_short() -> None:
    """A file has at most 500 lines, a function at most 60."""
    long = []
    for module in modules():
        if len(text_of(module).splitlines()) > 500:
            long.append(module)
        for node in ast.walk(tree_of(module)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                if node.end_lineno - node.lineno >= 60:
                    long.append(f"{module}.{node.name}")
    assert long == []


def test_every_module_has_its_test_file() -> None:
    missing = []
    for module in modules():
        *folders, name = module.split(".")
        test = ROOT / "tests" / Path(*folders) / f"test_{name}.py"
        if name != "__init__" and not test.exists():
            missing.append(str(test.relative_to(ROOT)))
    assert missing == []


def test_every_file_says_what_it_is() -> None:
    silent = [name for name in modules() if not ast.get_docstring(tree_of(name))]
    assert [name for name in silent if text_of(name).strip()] == []


def test_nothing_waits_in_a_way_that_may_lose_a_cancellation() -> None:
    """Python 3.11's `wait_for` swallows one that comes together with the result: use `timeout`.

    Source: https://github.com/python/cpython/issues/86296
    """
    assert [name for name in modules() if "wait_for(" in text_of(name)] == []
