"""The house rules as small AST checks: each takes a folder and returns what breaks the rule, as `file:line words`."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

MAX_LINES, MAX_FUNCTION = 300, 40
PURE = {"rules", "lifecycle", "definition", "eligibility", "behaviours", "planning"}
IMPURE = {"sqlalchemy", "fastapi", "starlette", "redis", "celery", "httpx2", "psycopg"}
CLOCK_CALLS = {("datetime", "now"), ("datetime", "utcnow"), ("time", "time"), ("date", "today")}
Check = Callable[[Path], list[str]]


def sources(root: Path, *folders: str) -> Iterator[tuple[Path, ast.Module]]:
    """Python files below some folders with their trees; migrations are generated and left out."""
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf-8"))


def at(root: Path, path: Path, line: int, words: str) -> str:
    """One finding."""
    return f"{path.relative_to(root)}:{line} {words}"


def files_are_short(root: Path) -> list[str]:
    """No file over 300 lines."""
    return [
        at(root, path, 1, f"{count} lines")
        for path, _tree in sources(root, "shared", "services", "tools")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    ]


def functions_are_short(root: Path) -> list[str]:
    """No function over 40 lines."""
    return [
        at(root, path, node.lineno, f"{node.name} has {node.end_lineno - node.lineno + 1} lines")
        for path, tree in sources(root, "shared", "services", "tools")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION
    ]


def modules_say_what_they_are(root: Path) -> list[str]:
    """Each module has a docstring."""
    return [
        at(root, path, 1, "no module docstring")
        for path, tree in sources(root, "shared", "services", "tools")
        if tree.body and ast.get_docstring(tree) is None
    ]


def nobody_commits(root: Path) -> list[str]:
    """No .commit() or .rollback() in services."""
    return [
        at(root, path, node.lineno, f".{node.func.attr}()")
        for path, tree in sources(root, "services")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"commit", "rollback"}
    ]


def time_comes_from_the_edge(root: Path) -> list[str]:
    """No clock is read outside shared/kernel/clock.py."""
    return [
        at(root, path, node.lineno, f"{node.func.value.id}.{node.func.attr}()")
        for path, tree in sources(root, "shared", "services")
        if path.name != "clock.py" or "kernel" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in CLOCK_CALLS
    ]


def commands_take_keywords(root: Path) -> list[str]:
    """Public commands take `session` first and everything else by keyword."""
    found = []
    for path, tree in sources(root, "services/registry"):
        if path.name != "commands.py":
            continue
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            positional = [arg.arg for arg in node.args.posonlyargs + node.args.args]
            if positional[:1] == ["session"] and len(positional) > 1:
                found.append(at(root, path, node.lineno, f"{node.name}({', '.join(positional)})"))
    return found


def decisions_are_pure(root: Path) -> list[str]:
    """Rules, lifecycles, definitions, eligibility, behaviours and planning import no database, web, queue."""
    return [
        at(root, path, getattr(node, "lineno", 1), f"imports {name}")
        for path, tree in sources(root, "services")
        if path.stem in PURE
        for node in ast.walk(tree)
        for name in imported(node)
        if name.split(".")[0] in IMPURE
        or name.startswith(("shared.kernel.db", "shared.kernel.http", "shared.kernel.clock"))
    ]


def imported(node: ast.AST) -> list[str]:
    """The modules an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module]
    return []


def neighbours_models_are_private(root: Path) -> list[str]:
    """A slice's models are imported by its own folder only (tables.py of the service and tests aside)."""
    found = []
    for path, tree in sources(root, "services"):
        own = ".".join(path.relative_to(root).parts[:-1])
        for node in ast.walk(tree):
            for name in imported(node):
                foreign = name.startswith("services.") and not own.startswith(name.removesuffix(".models"))
                typed = isinstance(node, ast.ImportFrom) and typed_only(tree, node)
                if foreign and name.endswith(".models") and not typed:
                    found.append(at(root, path, getattr(node, "lineno", 1), f"imports {name}"))
    return found


def typed_only(tree: ast.Module, node: ast.ImportFrom) -> bool:
    """Whether an import stands under `if TYPE_CHECKING:`."""
    return any(
        isinstance(block, ast.If)
        and isinstance(block.test, ast.Name)
        and block.test.id == "TYPE_CHECKING"
        and node in block.body
        for block in tree.body
    )


def celery_stays_in_workers(root: Path) -> list[str]:
    """Celery is imported by worker.py only, and its tasks carry no countdown, eta or retry."""
    found = []
    for path, tree in sources(root, "shared", "services"):
        for node in ast.walk(tree):
            if any(name.split(".")[0] in {"celery", "kombu"} for name in imported(node)) and path.name != "worker.py":
                found.append(at(root, path, getattr(node, "lineno", 1), "imports celery"))
            if isinstance(node, ast.keyword) and node.arg in {"countdown", "eta"}:
                found.append(at(root, path, node.value.lineno, f"{node.arg}="))
    return found


def nothing_in_the_background_of_a_request(root: Path) -> list[str]:
    """FastAPI's BackgroundTasks lose work at a restart and fail silently."""
    return [
        at(root, path, node.lineno, "BackgroundTasks")
        for path, tree in sources(root, "shared", "services")
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "BackgroundTasks"
    ]


def settings_of_the_transaction_only(root: Path) -> list[str]:
    """set_config is transaction-local; a session-level SET would follow the pooled connection to another province."""
    return [
        at(root, path, number, line.strip())
        for path, _tree in sources(root, "shared", "services")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ("set_config(" in line and ", false)" in line) or "SET peyvand." in line
    ]


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        files_are_short,
        functions_are_short,
        modules_say_what_they_are,
        nobody_commits,
        time_comes_from_the_edge,
        commands_take_keywords,
        decisions_are_pure,
        neighbours_models_are_private,
        celery_stays_in_workers,
        nothing_in_the_background_of_a_request,
        settings_of_the_transaction_only,
    )
}
