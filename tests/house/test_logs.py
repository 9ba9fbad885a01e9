"""No log line, no printed line and no exception text carries a person's values."""

import ast

from tests.house.repository import ROOT, calls, place, sources

from xueji.catalogue.fields import FIELDS

PERSONAL = {code for code, field in FIELDS.items() if str(field.privacy) != "public"} | {
    "person", "record", "student", "account", "username", "password", "details", "name", "email", "phone", "id_number", "values", "row",
    "request", "payload", "cleaned_data", "POST",
}  # fmt: skip
OF_OTHER_THINGS = {"name", "values", "row", "level", "term", "college", "campus"}
"""As a bare variable these name other things too; as an attribute of something (`record.name`) they do not."""
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
HARMLESS = {"pk", "id", "id_text", "seq", "code", "__class__", "__name__"}


def is_log_call(name: str) -> bool:
    stem, _, verb = name.rpartition(".")
    return verb in LEVELS and stem.rsplit(".", 1)[-1].lower().strip("_") in {"log", "logger", "logging", "lines"}


def personal_words(node: ast.AST) -> set[str]:
    """Names in an argument that stand for a person's value; `record.pk` is only a key and may be logged."""
    if isinstance(node, ast.Attribute) and node.attr in HARMLESS:
        return set()
    if isinstance(node, ast.Name):
        return {node.id} & (PERSONAL - OF_OTHER_THINGS)
    found = {node.attr} & PERSONAL if isinstance(node, ast.Attribute) else set()
    for child in ast.iter_child_nodes(node):
        found |= personal_words(child)
    return found


THINGS_WITH_NAMES = {("src/xueji/jobs/calendar.py", "name")}
"""Where `.name` is the name of a thing: an entry of the calendar."""


def test_no_log_call_is_given_a_persons_values():
    found = []
    for path in sources():
        for name, node in calls(path):
            if is_log_call(name):
                words = set().union(*(personal_words(one) for one in [*node.args, *(k.value for k in node.keywords)]), set())
                words = {word for word in words if (str(path.relative_to(ROOT)), word) not in THINGS_WITH_NAMES}
                if words:
                    found.append(f"{place(path, node)} {name} is given {sorted(words)}")
    assert not found, "\n".join(found)


def test_the_rule_sees_what_it_must_see():
    call = ast.parse("log.warning('could not file %s', record.name)").body[0].value
    assert is_log_call("log.warning") and personal_words(call.args[1]) == {"name", "record"}
    assert personal_words(ast.parse("record.pk").body[0].value) == set()
