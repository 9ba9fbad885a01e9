"""A command is the only thing that writes; each says who may and what is recorded, and a test names it."""

import ast
import re

import pytest
from tests.house.repository import SOURCE, dotted, import_commands, place, sources, tree, words_of_tests

from xueji.accounts.permissions import SENTENCES, Permission
from xueji.accounts.roles import EVERYBODY, ROLES, STUDENT, TITLES
from xueji.journal.command import COMMANDS
from xueji.journal.events import EVENTS

import_commands()
OURS = {name: one for name, one in COMMANDS.items() if one.module.startswith("xueji.")}

WRITERS = {"bulk_create", "bulk_update", "update_or_create", "get_or_create"}
ON_A_MANAGER = WRITERS | {"create", "update", "delete"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_command_has_a_permission_an_event_and_a_sentence(name):
    one = OURS[name]
    assert one.needs in set(Permission), f"{name}: {one.needs} is no permission"
    assert EVENTS[one.records].zh and EVENTS[one.records].en, f"{name}: {one.records} has no sentence"
    assert one.says, f"{name} has no docstring"
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in one.says)
    assert chinese, f"{name}: the first line of its docstring names no Chinese term"


def test_a_test_names_every_command():
    words = set(re.findall(r"\w+", words_of_tests()))
    unnamed = sorted(name for name, one in OURS.items() if one.name not in words)
    assert not unnamed, "no test outside tests/house names:\n" + "\n".join(unnamed)


def test_every_event_kind_is_recorded_by_a_command():
    assert sorted(set(EVENTS) - {one.records for one in OURS.values()}) == []


def test_every_permission_has_a_sentence_and_somebody_who_holds_it():
    held = EVERYBODY | STUDENT | frozenset().union(*ROLES.values())
    assert set(SENTENCES) == set(Permission)
    assert set(TITLES) == set(ROLES)
    assert not set(Permission) - held, "nobody holds these"


def test_every_permission_is_asked_for_somewhere():
    text = "\n".join(path.read_text("utf-8") for path in sources() if path.name not in {"permissions.py", "roles.py"})
    unused = [one for one in Permission if f".{one.name}" not in text and f'"{one.value}"' not in text]
    assert not unused


def writes(path):
    """Calls in a file that change tables: on a model's manager, or a writer that only a manager has."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            verb, on = node.func.attr, ast.unparse(node.func.value)
            if verb in WRITERS or (verb in ON_A_MANAGER and ".objects" in on) or (verb == "save" and not node.args and on != "super()"):
                yield f"{place(path, node)} {dotted(node.func) or verb}"


def test_nothing_but_a_command_writes():
    """Desks, queries, forms, tasks and the command line read, and call commands."""
    rooms = [p for p in sources() if p.name in {"queries.py", "forms.py", "tasks.py", "views.py"} or {"queries", "forms", "tasks"} & set(p.parts)]
    rooms += sources("desks") + sources("cli")
    found = sorted({line for path in rooms for line in writes(path)})
    assert not found, "\n".join(found)


def test_every_commands_room_registers_its_functions():
    """A public function in commands.py that takes an act is a command; one that forgot the decorator would write unseen."""
    forgotten = []
    for path in sources():
        if path.stem == "commands" or "commands" in path.relative_to(SOURCE).parts[:-1]:
            for node in tree(path).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_") and node.args.args[:1]:
                    decorated = any("command" in ast.unparse(one) for one in node.decorator_list)
                    if node.args.args[0].arg == "act" and not decorated:
                        forgotten.append(f"{place(path, node)} {node.name}")
    assert not forgotten, "\n".join(forgotten)


def test_a_command_that_goes_on_after_an_exception_undoes_its_events_too():
    """A plain savepoint would take back the rows and leave the events of the commands inside: ``undoable`` takes back both.

    At a desk, a plain transaction around several commands would hold the end of the chain from the first one on.
    """
    plain = [
        place(path, node)
        for path in sources()
        if "commands" in path.relative_to(SOURCE).as_posix() or "desks" in path.relative_to(SOURCE).parts
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef) and function.name != "take_waiting"  # no command runs inside it, and none calls it
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "transaction.atomic"
    ]
    assert not plain, plain


def test_a_command_that_catches_that_another_stopped_has_called_it_undoably():
    """A command called by another has no savepoint of its own: what it wrote before it stopped is taken back by ``undoable`` only."""
    open_ended = [
        place(path, node)
        for path in sources()
        if "commands" in path.relative_to(SOURCE).as_posix()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Try)
        and any(handler.type is not None and "Stopped" in ast.unparse(handler.type) for handler in node.handlers)
        and "undoable()" not in ast.unparse(node.body[0])
    ]
    assert not open_ended, open_ended
