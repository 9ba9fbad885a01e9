"""The field catalogue (字段目录): every field of a student record, declared once in ``fields/*.toml``.

From one entry follow the form field and its judgement, the column of the official file and its width, the row of the
printed form, what a correction must bring, who approves a change, and masking. Values are kept as text: dates as
``YYYY-MM-DD``, months as ``YYYY-MM``, coded fields as the **code** of their table in ``codes/*.toml`` (never the word),
yes/no as ``"yes"``/``"no"``; a table is a list of mappings.
"""

import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from xueji.catalogue.text import Text


class CatalogueError(ValueError):
    """An entry of the catalogue is wrong; the message names the file, the field and the key."""


class Population(StrEnum):
    """Whom a field concerns (学生来源)."""

    DOMESTIC = "domestic"
    HMT = "hmt"
    INTERNATIONAL = "international"


class Kind(StrEnum):
    """What sort of value a field holds; the form control and the judgement follow from it."""

    NAME = "name"
    NAME_LATIN = "name_latin"
    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER_TEXT = "number_text"
    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    TERM = "term"
    CODE = "code"
    REGION = "region"
    YES_NO = "yes_no"
    MOBILE = "mobile"
    PHONE = "phone"
    EMAIL = "email"
    POSTCODE = "postcode"
    ID_NUMBER = "id_number"
    PHOTO = "photo"
    TABLE = "table"


class Authority(StrEnum):
    """Who is right when sources differ (以谁为准)."""

    STUDENT = "student"
    ID_DOCUMENT = "id_document"
    CHSI = "chsi"
    SCHOOL = "school"


class Policy(StrEnum):
    """How a value may change (修改方式)."""

    FIXED = "fixed"
    FREE = "free"
    APPROVAL = "approval"
    CORRECTION = "correction"


class Privacy(StrEnum):
    """How far a value may travel (敏感程度); sensitive values are encrypted in tables and masked on screens."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


POLICY_NAMES: Mapping[Policy, Text] = MappingProxyType(
    {
        Policy.FIXED: Text("不可修改", "Fixed"),
        Policy.FREE: Text("可直接改", "You may change it"),
        Policy.APPROVAL: Text("改后待审", "Needs approval"),
        Policy.CORRECTION: Text("凭材料更正", "Correction with evidence"),
    }
)
POLICY_MEANINGS: Mapping[Policy, Text] = MappingProxyType(
    {
        Policy.FIXED: Text(
            "来自录取数据或学信网，任何人都不能在这里改。",
            "From the admission data or CHSI; nobody can change it here.",
        ),
        Policy.FREE: Text("提交后立即生效。", "In force as soon as you submit."),
        Policy.APPROVAL: Text("学院审核后生效，审核前沿用原值。", "In force when your college approves; until then the old value stands."),
        Policy.CORRECTION: Text(
            "要写明理由并上传证明材料，学院和学校两级审核。",
            "Give the reason and upload evidence; your college and the registry both decide.",
        ),
    }
)
RETENTIONS: Mapping[str, Text] = MappingProxyType(
    {
        "permanent": Text("随学籍档案永久保存", "Kept for ever with the student file"),
        "studies+5": Text("离校后保存 5 年", "Kept for five years after leaving"),
        "studies+1": Text("离校后保存 1 年", "Kept for one year after leaving"),
    }
)
APPROVERS: Mapping[str, Text] = MappingProxyType({"college": Text("学院", "College"), "registry": Text("学校学籍管理部门", "Registry")})


@dataclass(frozen=True, slots=True)
class Field:
    """One official field (字段).

    ``bytes`` counts GB18030 bytes, because DBF does; 0 means no limit. ``length`` is an exact number of characters or 0.
    ``store`` is ``"column"`` where the record's tables have a column of this code, otherwise ``"details"``.
    ``required_when`` maps another field to the values that make this one required.
    """

    code: str
    label: Text
    kind: Kind
    group: str
    bytes: int = 0
    length: int = 0
    pattern: str = ""
    codes: str = ""
    column: str = ""
    degree_column: str = ""
    leaving_column: str = ""
    column_seen: str = ""
    synonyms: tuple[str, ...] = ()
    applies_to: frozenset[Population] = frozenset(Population)
    required_of: frozenset[Population] = frozenset()
    required_when: Mapping[str, tuple[str, ...]] = default(default_factory=lambda: MappingProxyType({}))
    authority: Authority = Authority.STUDENT
    policy: Policy = Policy.FREE
    evidence: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    privacy: Privacy = Privacy.PERSONAL
    retention: str = "studies+5"
    store: str = "details"
    autocomplete: str = ""
    inputmode: str = ""
    example: str = ""
    hint: Text = Text("", "")
    source: str = ""
    columns: tuple["Field", ...] = ()
    min_rows: int = 0
    max_rows: int = 0

    @property
    def sensitive(self) -> bool:
        """Whether the value is encrypted in tables and masked on screens."""
        return self.privacy is Privacy.SENSITIVE

    def column_named(self, code: str) -> "Field":
        """The column of a repeating table by its code; raises KeyError."""
        for column in self.columns:
            if column.code == code:
                return column
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Group:
    """A section of forms and sheets (分组)."""

    code: str
    label: Text


_POPULATIONS = {
    "all": frozenset(Population),
    "none": frozenset(),
    "domestic": frozenset({Population.DOMESTIC}),
    "hmt": frozenset({Population.HMT}),
    "international": frozenset({Population.INTERNATIONAL}),
}
_PLAIN = {
    "bytes", "length", "pattern", "codes", "column", "degree_column", "leaving_column", "column_seen", "retention", "store",
    "autocomplete", "inputmode", "example", "source", "min_rows", "max_rows",
}  # fmt: skip
_KNOWN = _PLAIN | {
    "label", "label_en", "type", "synonyms", "for", "required", "required_when", "authority", "policy", "evidence",
    "approvers", "privacy", "hint", "hint_en", "columns",
}  # fmt: skip


def _populations(value: Any) -> frozenset[Population]:
    words = [value] if isinstance(value, str) else value
    return frozenset().union(*(_POPULATIONS[word] for word in words))


def field_from(code: str, group: str, entry: Mapping[str, Any], *, inherited: Mapping[str, Any] | None = None) -> Field:
    """One entry of the catalogue as a Field; raises CatalogueError naming the key that is wrong."""
    entry = {**(inherited or {}), **entry}
    where = f"{group}.toml [{code}]"
    if unknown := set(entry) - _KNOWN:
        raise CatalogueError(f"{where}: unknown keys {', '.join(sorted(unknown))}")
    try:
        kind, policy = Kind(entry["type"]), Policy(entry["policy"])
        passed_down = {key: entry[key] for key in ("authority", "policy", "privacy", "retention", "source") if key in entry}
        fallback = {Policy.APPROVAL: ["college"], Policy.CORRECTION: ["college", "registry"]}.get(policy, [])
        field = Field(
            code=code,
            group=group,
            label=Text(entry["label"], entry["label_en"]),
            kind=kind,
            synonyms=tuple(entry.get("synonyms", ())),
            applies_to=_populations(entry.get("for", "all")),
            required_of=_populations(entry.get("required", "none")),
            required_when=MappingProxyType({key: tuple(values) for key, values in entry.get("required_when", {}).items()}),
            authority=Authority(entry["authority"]),
            policy=policy,
            evidence=tuple(entry.get("evidence", ())),
            approvers=tuple(entry.get("approvers", fallback)),
            privacy=Privacy(entry["privacy"]),
            hint=Text(entry.get("hint", ""), entry.get("hint_en", "")),
            columns=tuple(field_from(name, group, column, inherited=passed_down) for name, column in entry.get("columns", {}).items()),
            **{key: entry[key] for key in _PLAIN if key in entry},
        )
    except (KeyError, ValueError) as wrong:
        raise CatalogueError(f"{where}: {wrong}") from wrong
    if bool(field.columns) != (kind is Kind.TABLE):
        raise CatalogueError(f"{where}: a table has columns, and only a table")
    if not field.source:
        raise CatalogueError(f"{where}: no source")
    return field


def _toml(path: Traversable) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def load_groups(folder: Traversable) -> dict[str, Group]:
    """The sections in order, from ``groups.toml``."""
    return {code: Group(code, Text(row["label"], row["label_en"])) for code, row in _toml(folder / "groups.toml").items()}


def load_fields(folder: Traversable, groups: Mapping[str, Group]) -> dict[str, Field]:
    """Every field by code, in the order of the sections; raises CatalogueError for a wrong entry or a code used twice."""
    fields: dict[str, Field] = {}
    for group in groups:
        for code, entry in _toml(folder / "fields" / f"{group}.toml").items():
            if code in fields:
                raise CatalogueError(f"{group}.toml [{code}]: the code is used twice")
            fields[code] = field_from(code, group, entry)
    return fields


_HERE = files("xueji.catalogue")
GROUPS: Mapping[str, Group] = MappingProxyType(load_groups(_HERE))
FIELDS: Mapping[str, Field] = MappingProxyType(load_fields(_HERE, GROUPS))
EVIDENCE: Mapping[str, Text] = MappingProxyType(
    {code: Text(row["label"], row["label_en"]) for code, row in _toml(_HERE / "evidence.toml").items()}
)
OFFICIAL_COLUMNS: Mapping[str, Field] = MappingProxyType({field.column: field for field in FIELDS.values() if field.column})


def _folded(heading: str) -> str:
    return "".join(unicodedata.normalize("NFKC", heading).split()).casefold().rstrip("*:：")


_BY_HEADING: dict[str, Field] = {}
for _field in FIELDS.values():
    for _heading in (_field.column, _field.label.zh, _field.label.en, _field.code, *_field.synonyms):
        if _heading:
            _BY_HEADING.setdefault(_folded(_heading), _field)


def field_for_heading(heading: str) -> Field | None:
    """The field a column heading of a roster means: official code, Chinese or English label, or a synonym; None if unknown.

    Width, case, spaces and a trailing ``*`` or colon do not matter.
    """
    return _BY_HEADING.get(_folded(heading))


def fields_for(population: Population, *, group: str | None = None) -> list[Field]:
    """The fields that concern one population, in catalogue order, of one section if given."""
    return [field for field in FIELDS.values() if population in field.applies_to and group in (None, field.group)]
