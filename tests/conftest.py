"""What every test may use: the choice of database, the long tests, Debian's Chromium."""

import os
import shutil

import pytest
from hypothesis import settings

# No test is timed: a busy machine is no fault of the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Playwright's synchronous calls run inside an event loop of their own; Django would take that for a mistake of ours.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

TABLES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also run the tests that take minutes")


def pytest_collection_modifyitems(config, items):
    """Mark what touches tables; leave out the long tests unless they are asked for, and what is about the other database."""
    kept, left = [], []
    for item in items:
        if item.get_closest_marker("django_db") or TABLES & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
        wanted = item.get_closest_marker("only_on")
        if wanted is not None and wanted.args[0] not in {"sqlite", "postgresql"}:  # a slip of the pen would leave it out everywhere
            raise pytest.UsageError(f"{item.nodeid}: only_on wants sqlite or postgresql, not {wanted.args[0]!r}")
        elsewhere = wanted is not None and wanted.args[0] != os.environ.get("XUEJI_TEST_DATABASE", "sqlite")
        (left if elsewhere or item.get_closest_marker("long") and not config.getoption("--long") else kept).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_terminal_summary(terminalreporter):
    """Show the longest files, functions and classes that tests/house/test_tree.py found."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in getattr(report, "user_properties", ()):
            if name == "longest" and report.when == "call":
                terminalreporter.section("the longest, to be looked at")
                terminalreporter.write_line(value)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, without what it would fetch or report by itself."""
    path = os.environ.get("XUEJI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    flags = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    flags += ["--disable-sync", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    return {**browser_type_launch_args, "executable_path": path, "args": flags}


@pytest.fixture
def world(db):
    """The cast in a fresh database, at 2024-09-05 10:00 in Shanghai (tests/world.py)."""
    from tests.world import build

    return build()


@pytest.fixture(scope="session", autouse=True)
def _a_test_may_empty_the_journal():
    """Tests that commit empty every table afterwards; only for that moment the journal's triggers are taken away."""
    import importlib

    from django.db import connection
    from django.test import TransactionTestCase

    triggers = importlib.import_module("xueji.journal.migrations.0002_refuse_changes")
    empty = TransactionTestCase._fixture_teardown

    def emptied(case):
        with connection.schema_editor() as editor:
            triggers.allow(None, editor)
        try:
            empty(case)
        finally:
            with connection.schema_editor() as editor:
                triggers.refuse(None, editor)

    TransactionTestCase._fixture_teardown = emptied
    yield
    TransactionTestCase._fixture_teardown = empty
