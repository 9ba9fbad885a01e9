"""Words that hide what a thing is are not names here; and a view is short."""

import ast
import re

from tests.house.repository import ROOT, SOURCE, place, sources, tree

BANNED = {"util", "utils", "misc", "info", "data", "handle", "handler", "processor", "manager", "audit", "helper", "helpers", "common"}
# `check` is Django's word for a system check (a method of a field), and the words of the command line are the issue's.
NOT_ALONE = {"status", "type", "check", "core", "base"}
FRAMEWORK = {"process_request", "process_view", "process_exception", "process_template_response", "process_response", "get_context_data"}


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_module_class_or_function_has_a_name_that_hides_what_it_is():
    found = []
    for path in sources():
        stem = path.stem if path.stem != "__init__" else path.parent.name
        if words(stem) & BANNED:
            found.append(str(path.relative_to(ROOT)))
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name in FRAMEWORK:
                continue
            of_django = isinstance(node, ast.ClassDef) and any("Manager" in ast.unparse(base) for base in node.bases)
            verb = node.name.startswith("process_")
            alone = node.name.lower() in NOT_ALONE and "cli" not in path.parts and (node in tree(path).body or node.name != "check")
            if (words(node.name) & BANNED and not of_django) or verb or alone:
                found.append(f"{place(path, node)} {node.name}")
    assert not found, "\n".join(found)


def test_a_public_function_or_class_says_what_it_is():
    found = []
    for path in sources():
        if path.relative_to(SOURCE).parts[0] in {"desks", "cli", "site"}:
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node):
                if not (path.stem in {"apps", "checks", "tasks"} or node.name == "Meta"):
                    found.append(f"{place(path, node)} {node.name}")
    assert not found, "without a docstring:\n" + "\n".join(found)


def test_a_view_has_at_most_25_lines():
    long = []
    for path in sources("desks"):
        if path.stem != "views" and "views" not in path.parts:
            continue
        for node in tree(path).body:
            if isinstance(node, ast.FunctionDef) and node.args.args[:1] and node.args.args[0].arg == "request":
                lines = node.end_lineno - node.lineno + 1
                if lines > 25:
                    long.append(f"{place(path, node)} {node.name} has {lines} lines")
    assert not long, "\n".join(long)
