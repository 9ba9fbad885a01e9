"""Nobody adds a column without deciding whose business it is and how long it is kept (catalogue/columns.toml)."""

import tomllib

import pytest
from django.apps import apps
from tests.house.repository import SOURCE

from xueji.catalogue.fields import FIELDS
from xueji.vault.fields import BlindIndexField, SealedField

DECLARED = tomllib.loads((SOURCE / "catalogue" / "columns.toml").read_text("utf-8"))
TABLES = DECLARED["tables"]
PRIVACY = set(DECLARED["privacy"])
RETENTION = set(DECLARED["retention"])


def columns_of(model):
    return {field.name: field for field in model._meta.concrete_fields}


MODELS = {model._meta.label: model for model in apps.get_models(include_auto_created=True)}


@pytest.mark.parametrize("label", sorted(MODELS))
def test_every_column_is_classified(label):
    assert label in TABLES, f'add to columns.toml: [tables."{label}"]'
    declared, real = TABLES[label]["columns"], columns_of(MODELS[label])
    missing = [f'{name} = "…"' for name in real if name not in declared]
    assert not missing, f"{label} in columns.toml:\n" + "\n".join(missing)
    assert not set(declared) - set(real), "columns that no longer exist"
    assert TABLES[label]["retention"] in RETENTION
    assert set(declared.values()) <= PRIVACY


@pytest.mark.parametrize("label", sorted(label for label in MODELS if label in TABLES))
def test_what_is_sensitive_is_sealed_and_what_is_sealed_is_sensitive(label):
    for name, field in columns_of(MODELS[label]).items():
        privacy = TABLES[label]["columns"].get(name)
        if isinstance(field, BlindIndexField):
            assert privacy == "keyed", f"{label}.{name}: an index over a sealed column is keyed"
        elif isinstance(field, SealedField):
            assert privacy == "sensitive", f"{label}.{name} is sealed, so it is sensitive"
        else:
            assert privacy not in {"sensitive", "keyed"} or name in TABLES[label].get("digests", []), f"{label}.{name} is {privacy} but not sealed"


def test_a_column_is_as_private_as_its_field_in_the_catalogue():
    for label in ("records.Person", "records.StudentRecord"):
        for name, privacy in TABLES[label]["columns"].items():
            if name in FIELDS:
                assert privacy == str(FIELDS[name].privacy), f"{label}.{name}"


def test_no_table_is_declared_that_does_not_exist():
    assert not set(TABLES) - set(MODELS)
    for word in [*DECLARED["privacy"].values(), *DECLARED["retention"].values()]:
        assert word["zh"] and word["en"]
