"""The rules of the house (docs/design/house.md), held on every run."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for folder in ("coach", "ui") for path in (ROOT / folder).rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
NO_NOUNS = {"utils", "util", "helpers", "helper", "common", "base", "misc", "core", "manager", "managers"}
WINGS = ("bank", "critique", "customer", "practice")
"""From the ground up: each may import itself and those before it."""
GROUND = {"coach", "coach.errors", "coach.chat", "coach.prompting", "coach.settings", "coach.folding", "coach.language"}
AT_HOME = {
    "litellm": "coach/adapters",
    "tenacity": "coach/adapters",
    "chromadb": "coach/adapters",
    "sqlalchemy": "coach/adapters",
    "alembic": "coach/adapters",
    "psycopg": "coach/adapters",
    "dbos": "coach/adapters",
    "yaml": "coach/adapters",
    "pypdf": "coach/adapters",
    "docx": "coach/adapters",
    "lxml": "coach/adapters",
    "fsrs": "coach/practice/mastery.py",
    "streamlit": "ui",
    "starlette": "ui/server.py",
    "dotenv": "coach/settings.py",
}
"""Where a library may be imported; nowhere else."""


def name_of(path: Path) -> str:
    dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    return dotted.removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a module imports, also inside functions, with `from a import b` as `a` and `a.b`."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def own_imports(path: Path) -> set[str]:
    known = {name_of(module) for module in MODULES}
    return {name for name in imports_of(path) if name in known}


def wing_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "coach" and parts[1] in WINGS else None


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.mark.parametrize("path", MODULES, ids=names(MODULES))
class TestEachModule:
    def test_imports_only_what_stands_below_it(self, path: Path) -> None:
        module = name_of(path)
        for imported in own_imports(path):
            if module.startswith("coach"):
                assert not imported.startswith("ui"), f"{module} imports {imported}"
            if imported.startswith("coach.adapters"):
                assert module == "coach.compose" or module.startswith("coach.adapters"), f"{module} imports {imported}"
            if module in GROUND:
                assert imported in GROUND, f"{module} is ground and imports {imported}"
            wing, other = wing_of(module), wing_of(imported)
            if wing is not None:
                assert imported in GROUND or other is not None, f"{module} imports {imported}"
                assert other is None or WINGS.index(other) <= WINGS.index(wing), f"{module} imports {imported}"

    def test_imports_a_library_only_where_it_is_at_home(self, path: Path) -> None:
        place = path.relative_to(ROOT).as_posix()
        for imported in imports_of(path):
            home = AT_HOME.get(imported.split(".")[0])
            assert home is None or place.startswith(home), f"{place} imports {imported}, which belongs to {home}"

    def test_reads_the_environment_only_in_settings(self, path: Path) -> None:
        place = path.relative_to(ROOT).as_posix()
        reads = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
        }
        # LiteLLM takes two of its switches from the environment and from nowhere else.
        allowed = ("coach/settings.py", "coach/adapters/litellm_import.py")
        assert not reads or place in allowed, f"{place} reads the environment"

    def test_holds_browser_state_only_in_session(self, path: Path) -> None:
        place = path.relative_to(ROOT).as_posix()
        if place == "ui/session.py":
            return
        held = [
            node.attr
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Attribute) and node.attr in ("session_state", "query_params", "cache_resource")
        ]
        assert held == [], f"{place} holds state"

    def test_is_named_by_a_noun_of_its_own(self, path: Path) -> None:
        assert not NO_NOUNS & set(path.relative_to(ROOT).with_suffix("").parts)

    def test_can_be_taken_in(self, path: Path) -> None:
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= LONGEST_MODULE
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= LONGEST_FUNCTION, f"{node.name} has {length} lines"

    def test_does_nothing_on_import(self, path: Path) -> None:
        if path.name == "app.py":  # the entry script of Streamlit is run, not imported
            return
        body = ast.parse(path.read_text("utf-8")).body
        own = {node.name for node in body if isinstance(node, ast.ClassDef)}
        own |= {ast.unparse(target) for node in body if isinstance(node, ast.Assign) for target in node.targets}
        calls = [node.value for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
        foreign = [ast.unparse(call) for call in calls if ast.unparse(call.func).split(".")[0] not in own]
        assert foreign == [], "only what the module itself defines may be completed"


def test_no_module_imports_itself_in_a_circle() -> None:
    arrows = {name_of(path): own_imports(path) - {name_of(path)} for path in MODULES}

    def below(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        for imported in arrows[module]:
            below(imported, (*trail, module))

    # A package's own module holds no code, so an arrow to it is none.
    packages = {name_of(path) for path in MODULES if path.name == "__init__.py"}
    arrows = {module: imported - packages for module, imported in arrows.items()}
    for module in arrows:
        below(module, ())


def loaded_by(*command: str) -> set[str]:
    code = "import sys, runpy; " + command[0] + "; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.splitlines()[-1].split())


HEAVY = {"litellm", "chromadb", "streamlit", "sqlalchemy", "openai", "pandas"}


def test_importing_coach_loads_nothing_heavy() -> None:
    assert not HEAVY & loaded_by("import coach")


def test_help_loads_nothing_heavy() -> None:
    code = "sys.argv = ['coach', '--help']\nfrom coach.cli import app\ntry:\n    app()\nexcept SystemExit:\n    pass\n"
    assert not HEAVY & loaded_by(f"exec({code!r})")


def test_the_app_is_a_table_of_contents() -> None:
    assert len((ROOT / "ui/app.py").read_text("utf-8").splitlines()) <= 40
