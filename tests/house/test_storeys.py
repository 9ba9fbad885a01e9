"""The storeys of the house: held by import-linter, which must also be seen to refuse."""

import shutil
import subprocess
import sys
import tomllib

from tests.house.repository import ROOT, SOURCE


def lint(folder):
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()", "--no-cache"],
        cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder / "src"), "PATH": ""},
    )  # fmt: skip


def test_a_room_calls_downstairs_never_upstairs_or_next_door():
    seen = lint(ROOT)
    assert seen.returncode == 0, seen.stdout + seen.stderr


def test_the_contracts_refuse_what_they_forbid(tmp_path):
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    package = tmp_path / "src" / "xueji"
    (package / "records" / "upstairs.py").write_text("import xueji.campaigns\n")
    (package / "rules" / "with_tables.py").write_text("import django.db\n")
    (package / "utils").mkdir()
    (package / "utils" / "__init__.py").touch()
    seen = lint(tmp_path)
    assert seen.returncode != 0
    for forbidden in ("xueji.records.upstairs", "xueji.rules.with_tables", "utils"):
        assert forbidden in seen.stdout, seen.stdout


def test_every_app_with_tables_keeps_the_rooms():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    rooms = next(one for one in contracts if one["name"].startswith("Rooms"))
    services = {"journal", "accounts", "vault", "jobs", "notify"}  # below the register; each has its own shape
    apps = {path.parent.parent.name for path in SOURCE.glob("*/*/__init__.py") if path.parent.name == "migrations"}
    assert {f"xueji.{app}" for app in apps - services} == set(rooms["containers"])


def test_every_desk_is_kept_from_the_others():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    listed = next(one for one in contracts if one["name"] == "Desks do not know each other")["modules"]
    desks = {path.parent.name for path in (SOURCE / "desks").glob("*/__init__.py")} - {"components", "templatetags"}
    assert {f"xueji.desks.{desk}" for desk in desks} == set(listed)
