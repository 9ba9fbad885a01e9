"""Sealed columns (加密字段): text and JSON that the database holds only encrypted.

A cell is AES-256-GCM under the current key, authenticated with ``table.column.pk``, so a cell copied into another row
or column does not open. Consequences for who uses them:

* The primary key must exist before saving: ``UUIDField(primary_key=True, default=uuid4)`` (system check E002).
* ``obj.id_number`` is the text; it is opened at the first access, so a list that does not show it pays nothing.
  ``obj.id_number_sealed`` is what the table holds (Django's own machinery reads that one; nobody else needs it).
* ``save``, ``bulk_create``, ``bulk_update`` and ``update_conflicts`` work. With ``update_conflicts`` the object must
  carry the primary key of the row it may meet: a cell sealed for a fresh key cannot be opened in the old row.
* To copy a row, open its cells (``_ = obj.id_number``) before giving the copy another primary key.
* ``values()`` and ``values_list()`` give a ``Sealed``; open it with ``sealed.open(pk)``.
* ``update(id_number=…)`` is refused (one text for many rows cannot be sealed); so are lookups other than ``isnull``.
  Search by a ``BlindIndexField``.
* A table or column that is renamed must be re-sealed in the same migration (``seal`` and ``open_sealed`` take names).
"""

import base64
import json
from typing import Any

from django import forms
from django.core import checks, validators
from django.core.exceptions import FieldError
from django.db import models
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import cached_property

from xueji.vault import keys
from xueji.vault.keys import WrongSeal, blind_index

__all__ = [
    "BlindIndexField", "EncryptedJSONField", "EncryptedTextField", "Sealed", "SealedField", "WrongSeal",
    "blind_index", "open_sealed", "seal",
]  # fmt: skip

_PREFIX = "sealed:"


def seal(table: str, column: str, pk: Any, text: str) -> bytes:
    """Seal a text for one cell, for paths past the ORM (COPY, raw SQL). ``pk`` as Python has it (a UUID, not its hex)."""
    return keys.seal_bytes(text.encode(), f"{table}.{column}.{pk}".encode())


def open_sealed(table: str, column: str, pk: Any, blob: bytes) -> str:
    """Open one cell. Raises WrongSeal (damaged, or from another cell) and keys.KeyMissing."""
    return keys.open_bytes(blob, f"{table}.{column}.{pk}".encode()).decode()


class Sealed:
    """A sealed cell as it lies in the table. Shows nothing when printed; ``open(pk)`` gives the value."""

    __slots__ = ("blob", "field")

    def __init__(self, blob: bytes, field: "SealedField"):
        self.blob = blob
        self.field = field

    def open(self, pk: Any) -> Any:
        """The value, given the primary key of its row. Raises WrongSeal and keys.KeyMissing."""
        field = self.field
        return field.loads(open_sealed(field.model._meta.db_table, field.column, pk, self.blob))

    def __repr__(self) -> str:
        return f"<sealed {self.field.column}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.blob == self.blob

    def __hash__(self) -> int:
        return hash(self.blob)

    def __reduce__(self):
        return _unpickled, (self.blob, self.field)


def _unpickled(blob: bytes, field: "SealedField") -> Sealed:
    return Sealed(blob, field)


class _Plain:
    """``obj.name``: the opened value, kept beside the sealed one once it was asked for or assigned."""

    def __init__(self, field: "SealedField"):
        self.field = field

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        field = self.field
        kept = instance.__dict__.get(field.kept)
        if kept is None:
            sealed = getattr(instance, field.attname)
            if sealed is None:
                return None
            # the key it was opened under, so that a copied row (new pk) is sealed anew
            kept = (sealed.open(instance.pk), instance.pk, not field.mutable)
            instance.__dict__[field.kept] = kept
        return kept[0]

    def __set__(self, instance, value):
        field = self.field
        if isinstance(value, Sealed):
            setattr(instance, field.attname, value)
            return
        if value is not None and not isinstance(value, field.python_types):
            raise TypeError(f"{field}: {type(value).__name__} cannot be sealed here")
        for attname in field.written_together:
            instance.__dict__.setdefault(attname, None)  # no longer deferred: save() writes them
        instance.__dict__[field.kept] = (value, None, False)


class _Cell(DeferredAttribute):
    """``obj.name_sealed``: what is written to the table; seals an assigned value when it is asked for."""

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        field = self.field
        kept = instance.__dict__.get(field.kept)
        if kept is not None:
            value, pk, as_stored = kept
            if not (as_stored and pk == instance.pk):
                instance.__dict__[field.attname] = field.sealed(value, instance)
                instance.__dict__[field.kept] = (value, instance.pk, not field.mutable)
        if field.attname in instance.__dict__:
            return instance.__dict__[field.attname]
        return super().__get__(instance, owner)

    def __set__(self, instance, value):
        field = self.field
        if value is None or isinstance(value, Sealed):
            instance.__dict__[field.attname] = value
            instance.__dict__.pop(field.kept, None)
        else:  # a default, or a value Django cleaned: plain
            setattr(instance, field.name, value)


class SealedField(models.Field):
    """What sealed text and sealed JSON share; use one of those."""

    descriptor_class = _Cell
    python_types: tuple[type, ...]
    mutable: bool
    empty_strings_allowed = False

    def dumps(self, value: Any) -> str:
        raise NotImplementedError

    def loads(self, text: str) -> Any:
        raise NotImplementedError

    @property
    def kept(self) -> str:
        return f"_{self.name}_opened"

    @cached_property
    def written_together(self) -> list[str]:
        """The attributes a new value concerns: the cell and its blind indexes."""
        indexes = [f for f in self.model._meta.concrete_fields if isinstance(f, BlindIndexField) and f.of == self.name]
        return [self.attname, *(index.attname for index in indexes)]

    def get_internal_type(self) -> str:
        return "BinaryField"

    def get_attname(self) -> str:
        return f"{self.name}_sealed"

    def get_attname_column(self) -> tuple[str, str]:
        return self.get_attname(), self.db_column or self.name

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.name, _Plain(self))

    def check(self, **kwargs):
        problems = super().check(**kwargs)
        if self.unique or self.db_index:
            problems.append(checks.Error("A sealed column cannot be indexed; use BlindIndexField.", obj=self, id="xueji.vault.E003"))
        return problems

    def sealed(self, value: Any, instance: models.Model) -> Sealed | None:
        if value is None:
            return None
        if instance.pk is None:
            raise ValueError(f"{self}: the row needs its primary key before its cells can be sealed")
        return Sealed(seal(self.model._meta.db_table, self.column, instance.pk, self.dumps(value)), self)

    def from_db_value(self, value, expression, connection):
        return None if value is None else Sealed(bytes(value), self)

    def get_db_prep_value(self, value, connection, prepared=False):
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise FieldError(f"{self}: only a saved object can be sealed (save, bulk_create, bulk_update); not update()")
        return connection.Database.Binary(value.blob)

    def get_lookup(self, lookup_name):
        if lookup_name != "isnull":
            raise FieldError(f"{self}: a sealed column cannot be searched by {lookup_name}; use its BlindIndexField")
        return super().get_lookup(lookup_name)

    def clean(self, value, model_instance):
        """Validates the opened value; what goes back to the object stays as it was."""
        plain = value.open(model_instance.pk) if isinstance(value, Sealed) else value
        self.validate(plain, model_instance)
        self.run_validators(plain)
        return value

    def value_from_object(self, obj):
        return getattr(obj, self.name)

    def value_to_string(self, obj):
        """For dumpdata: a dump holds the cell sealed, never its text."""
        cell = getattr(obj, self.attname)
        return None if cell is None else _PREFIX + base64.b64encode(cell.blob).decode()

    def to_python(self, value):
        if isinstance(value, str) and value.startswith(_PREFIX):
            return Sealed(base64.b64decode(value.removeprefix(_PREFIX)), self)
        return value


class EncryptedTextField(SealedField):
    """Sealed text (加密文本). ``max_length`` counts characters of the text. 28 bytes longer than its UTF-8, plus 1."""

    description = "AES-256-GCM sealed text"
    python_types = (str,)
    mutable = False
    empty_strings_allowed = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.max_length is not None:
            self.validators.append(validators.MaxLengthValidator(self.max_length))

    def dumps(self, value: str) -> str:
        return value

    def loads(self, text: str) -> str:
        return text

    def formfield(self, **kwargs):
        defaults = {"max_length": self.max_length}
        if self.max_length is None:
            defaults["widget"] = forms.Textarea
        return super().formfield(**(defaults | kwargs))


class EncryptedJSONField(SealedField):
    """Sealed JSON (加密文档): dict or list. Changes made in place are saved too."""

    description = "AES-256-GCM sealed JSON"
    python_types = (dict, list)
    mutable = True
    empty_values = [None]

    def __init__(self, *args, encoder: type[json.JSONEncoder] | None = None, **kwargs):
        self.encoder = encoder
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        if self.encoder is not None:
            kwargs["encoder"] = self.encoder
        return name, path, args, kwargs

    def dumps(self, value: dict | list) -> str:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, cls=self.encoder)

    def loads(self, text: str) -> dict | list:
        return json.loads(text)

    def formfield(self, **kwargs):
        return super().formfield(**({"form_class": forms.JSONField} | kwargs))


class _Index:
    """Keeps an index in step with its source: a changed text gives a new index, without anyone remembering to."""

    def __init__(self, field: "BlindIndexField"):
        self.field = field
        self.deferred = DeferredAttribute(field)

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        field = self.field
        source = instance._meta.get_field(field.of) if field.of else None
        if source is not None and source.kept in instance.__dict__:
            value = instance.__dict__[source.kept][0]
            instance.__dict__[field.attname] = blind_index(value, purpose=field.purpose) if value else None
        if field.attname in instance.__dict__:
            return instance.__dict__[field.attname]
        return self.deferred.__get__(instance, owner)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = None if value is None else bytes(value)


class BlindIndexField(models.BinaryField):
    """A keyed index of a sealed text for exact search (盲索引), 32 bytes, NULL for no text.

    ``of`` names an EncryptedTextField of the same model; the index then follows that text by itself (list both fields
    in ``bulk_update`` and ``update_fields``). Without ``of`` assign ``blind_index(value, purpose=…)``.
    Search: ``filter(id_number_index=blind_index("1101…", purpose="id_number"))``. The text is indexed as it is:
    normalise before assigning and before searching.
    """

    description = "HMAC-SHA256 blind index"

    def __init__(self, *args, purpose: str, of: str = "", **kwargs):
        self.purpose = purpose
        self.of = of
        kwargs.setdefault("null", True)
        kwargs.setdefault("db_index", not kwargs.get("unique", False))
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs["purpose"] = self.purpose
        kwargs["null"] = self.null
        kwargs["db_index"] = self.db_index
        if self.of:
            kwargs["of"] = self.of
        return name, path, args, kwargs

    def contribute_to_class(self, cls, name, private_only=False):
        super().contribute_to_class(cls, name, private_only)
        setattr(cls, self.attname, _Index(self))

    def from_db_value(self, value, expression, connection):
        return None if value is None else bytes(value)

    def get_prep_value(self, value):
        if value is not None and not (isinstance(value, bytes | memoryview) and len(value) == 32):
            raise FieldError(f"{self}: search with blind_index(value, purpose={self.purpose!r}), not with the value")
        return super().get_prep_value(value)
