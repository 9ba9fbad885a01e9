"""Migrations: none pending, each named for what it does, each step back possible, none that needs our code of another day."""

import ast
import inspect
import re
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader

AUTOMATIC = re.compile(r"_auto_\d|_initial$|_and_more$|^\d{4}_(alter|remove|rename)_[a-z_]+_[a-z_]+_[a-z_]+_")


def ours():
    labels = {config.label for config in apps.get_app_configs() if config.name.startswith("xueji.")}
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return [(f"{label}.{name}", one) for (label, name), one in sorted(disk.items()) if label in labels]


@pytest.mark.django_db
def test_no_migration_is_pending():
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(said.getvalue())


def test_a_migration_is_named_for_what_it_does():
    assert [name for name, _ in ours() if AUTOMATIC.search(name.split(".", 1)[1])] == []


def test_a_data_migration_can_go_back_and_imports_nothing_of_ours():
    for name, one in ours():
        moved = [step for step in one.operations if isinstance(step, migrations.RunPython)]
        assert all(step.reverse_code for step in moved), f"{name}: a RunPython without reverse"
        assert all(step.reverse_sql for step in one.operations if isinstance(step, migrations.RunSQL)), f"{name}: SQL without reverse"
        if moved:
            source = ast.parse(inspect.getsource(inspect.getmodule(type(one))))
            imports = [ast.unparse(node) for node in ast.walk(source) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert not [line for line in imports if "xueji" in line], f"{name}: {imports}"


@pytest.mark.django_db
def test_the_tables_stand_on_the_database_in_use():
    tables = set(connection.introspection.table_names())
    assert {model._meta.db_table for model in apps.get_models() if model.__module__.startswith("xueji.")} <= tables
