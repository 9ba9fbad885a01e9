"""What the house tests look at: the tracked files, the modules, and their syntax trees."""

import ast
import importlib
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "xueji"


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that a clone would hold, or will hold once added: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return tuple(path for path in sorted(ROOT / name for name in names) if path.is_file())


def sources(*rooms: str) -> list[Path]:
    """The Python files of the named rooms (folders under src/xueji), or of all of them; migrations left out."""
    folders = [SOURCE / room for room in rooms] or [SOURCE]
    return sorted(path for folder in folders for path in folder.rglob("*.py") if "migrations" not in path.parts)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno}"


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    """Every call in a file with the dotted name that is called (`timezone.now`, `.save` for a method of an expression)."""
    return [(dotted(node.func), node) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


def dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def import_commands() -> None:
    """Import every app's commands, so that each declaration in them has been made."""
    for path in sources():
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        if "commands" in parts:
            importlib.import_module(".".join(part for part in parts if part != "__init__"))


@cache
def words_of_tests() -> str:
    """The text of every test file, to be asked whether it names something."""
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("*.py")) if "house" not in path.parts)
