"""The tree in the README is the tree; and its longest files, functions and classes are shown, to be looked at."""

import ast
import re

from tests.house.repository import ROOT, SOURCE, sources, tracked, tree

TWIGS = re.compile(r"^[│├└─\s]*")


def tree_of_the_readme() -> list[str]:
    """The lines of the README's block that draws src/xueji."""
    blocks = re.findall(r"```\w*\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), flags=re.S)
    drawn = [block for block in blocks if "src/xueji/" in block and "├──" in block]
    assert len(drawn) == 1, "the README draws the tree once, in a code block, with src/xueji/ in it"
    return drawn[0].splitlines()


def named(line: str) -> list[str]:
    """The names a line draws: what stands before the explanation, which is set off by two spaces."""
    words = re.split(r"\s{2,}|\t", TWIGS.sub("", line))[0].split()
    return [word.rstrip("/") for word in words if re.fullmatch(r"[\w.<>*/-]+", word)]


def real() -> set[str]:
    """Every name and every path, of files and folders, that a clone holds."""
    names = set()
    for path in tracked():
        parts = path.relative_to(ROOT).parts
        for end in range(1, len(parts) + 1):
            names |= {parts[end - 1], "/".join(parts[:end])}
    return names


def test_what_the_readme_draws_exists():
    drawn = {name for line in tree_of_the_readme() for name in named(line) if not set("<>*") & set(name)}
    assert not drawn - real() - {"xueji"}, "drawn, but not there"


def test_what_exists_the_readme_draws():
    drawn = {part for line in tree_of_the_readme() for name in named(line) for part in name.split("/")}
    rooms = {path.relative_to(SOURCE).parts[0] for path in tracked() if SOURCE in path.parents and len(path.relative_to(SOURCE).parts) > 1}
    top = {path.relative_to(ROOT).parts[0] for path in tracked() if len(path.relative_to(ROOT).parts) > 1} - {".ci"}
    assert not (rooms | top) - drawn, "there, but not drawn"


def test_the_longest_are_listed(record_property):
    """No cap: a file beyond some 400 lines usually holds two ideas. The list is printed at the end of the run."""
    files = sorted(((len(path.read_text("utf-8").splitlines()), path) for path in sources()), reverse=True)
    things = []
    for path in sources():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                things.append((node.end_lineno - node.lineno + 1, type(node).__name__[:-3].lower(), f"{path.relative_to(SOURCE)}:{node.name}"))
    listed = [f"{lines:4} file     {path.relative_to(SOURCE)}" for lines, path in files[:8]]
    for kind in ("function", "class"):
        listed += [f"{lines:4} {kind:8} {name}" for lines, what, name in sorted(things, reverse=True) if what == kind][:6]
    record_property("longest", "\n".join(listed))
    assert len(listed) == 20
