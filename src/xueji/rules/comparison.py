"""Sources side by side (信息比对): who is whom in two lists, which values really differ, and who is right.

Values are compared in their normal form (dot, width, spaces, date forms, code versus word) and shown as they came. Rows
are matched by student number, candidate number and identity number, in this order; what is left over is listed with its
likely partner and never joined by guessing.  教字〔2024〕183号 一.3; 研〔2024〕137号 二（二）4
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from xueji.catalogue.fields import FIELDS, Authority, Field, Kind
from xueji.catalogue.text import Text
from xueji.pinyin.characters import clean_name
from xueji.rules import fields as judging
from xueji.rules import identity

KEYS = ("student_number", "candidate_number", "id_number")
SCHOOL = "school"
CHSI = "chsi"
STUDENT = "student"


@dataclass(frozen=True, slots=True)
class Source:
    """One list, column by column (数据来源): ``columns`` maps a field to one text per row; "" stands for nothing."""

    code: str
    columns: Mapping[str, Sequence[str]] = field(repr=False)

    def __len__(self) -> int:
        return max(map(len, self.columns.values()), default=0)

    @classmethod
    def of_rows(cls, code: str, rows: Sequence[Mapping[str, str]]) -> "Source":
        """A source from one mapping per row; a field that stands in any row is a column."""
        shapes = dict.fromkeys(map(tuple, rows))
        if len(shapes) == 1:
            return cls(code, dict(zip(next(iter(shapes)), map(list, zip(*(row.values() for row in rows), strict=True)), strict=True)))
        codes = dict.fromkeys(key for shape in shapes for key in shape)
        return cls(code, {key: [row.get(key, "") for row in rows] for key in codes})

    def row(self, number: int) -> dict[str, str]:
        """One row as a mapping, empty values left out."""
        return {code: column[number] for code, column in self.columns.items() if column[number]}


def normal_form(entry: Field) -> Callable[[str], str]:
    """How values of a field are made comparable (比对用的规范形式). Idempotent; "" stays ""."""
    if entry.kind is Kind.NAME:
        return lambda value: clean_name(value).casefold()
    if entry.kind is Kind.ID_NUMBER or entry.code in KEYS:
        return normal_number

    def folded(value: str) -> str:
        stored = judging.canonical(entry, value)
        return "".join(unicodedata.normalize("NFKC", stored).split()).casefold()

    return folded


def normal_number(value: str) -> str:
    """A student, candidate or identity number without what typing adds; plain ones, nearly all, pass at once."""
    return value.upper() if value.isascii() and value.isalnum() else identity.normalise(value)


class Partner(StrEnum):
    """Why two rows that no number joins may still be one person's (可能对应的原因)."""

    ONE_CHARACTER_OFF = "one_character_off"
    NAME_VARIANT = "name_variant"
    SAME_NAME_AND_BIRTH = "same_name_and_birth"
    ANOTHER_RECORD = "another_record"


PARTNERS: Mapping[Partner, Text] = {
    Partner.ONE_CHARACTER_OFF: Text("号码只差一位", "one character of a number differs"),
    Partner.NAME_VARIANT: Text("姓名写法不同，其余相同", "the name is written differently, the rest agrees"),
    Partner.SAME_NAME_AND_BIRTH: Text("姓名和出生日期相同", "same name and date of birth"),
    Partner.ANOTHER_RECORD: Text("同一个人的另一条学籍", "another record of the same person"),
}


@dataclass(frozen=True, slots=True)
class Likely:
    """A likely partner: its row in the other list, and why."""

    row: int
    why: Partner


@dataclass(frozen=True, slots=True)
class Matching:
    """Two lists joined (匹配结果). ``pairs`` holds for each row of the first the row of the second, -1 for none.

    ``alone`` and ``alone_there`` are the rows without a partner on either side, each with its likely ones;
    ``doubtful`` are pairs whose number agrees while name and identity number both differ.
    """

    pairs: list[int]
    by: dict[str, int]
    alone: dict[int, tuple[Likely, ...]]
    alone_there: dict[int, tuple[Likely, ...]]
    doubtful: tuple[int, ...]


def match(ours: Source, theirs: Source) -> Matching:
    """Join two lists by the three numbers; a number that stands twice on a side joins nothing."""
    keys = {key: (_normal_column(ours, key), _normal_column(theirs, key)) for key in (*KEYS, "name", "born_on")}
    pairs = [-1] * len(ours)
    free = set(range(len(theirs)))
    by = {}
    for key in KEYS:
        mine, other = keys[key]
        index = _only_once(other, free)
        waiting = _only_once(mine, (n for n, row in enumerate(pairs) if row < 0))
        joined = 0
        for value, number in waiting.items():
            row = index.get(value)
            if row is not None:
                pairs[number] = row
                free.discard(row)
                joined += 1
        by[key] = joined
    names, birth = keys["name"], keys["id_number"]
    doubtful = tuple(n for n, row in enumerate(pairs) if row >= 0 and _differ(names, n, row) and _differ(birth, n, row))
    alone = [n for n, row in enumerate(pairs) if row < 0]
    return Matching(
        pairs=pairs,
        by=by,
        alone=_partners(alone, keys, swap=False),
        alone_there=_partners(sorted(free), keys, swap=True),
        doubtful=doubtful,
    )


def _normal_column(source: Source, key: str) -> list[str]:
    column = source.columns.get(key)
    if column is None:
        return [""] * len(source)
    together = "".join(column)
    if key in KEYS and together.isascii() and together.isalnum() and together == together.upper():
        return list(column)
    normal = normal_form(FIELDS[key])
    forms = {value: normal(value) if value else "" for value in set(column)}
    return [forms[value] for value in column]


def _differ(columns: tuple[list[str], list[str]], mine: int, other: int) -> bool:
    one, two = columns[0][mine], columns[1][other]
    return bool(one and two and one != two)


def _only_once(column: list[str], rows: Iterable[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    twice = set()
    for row in rows:
        value = column[row]
        if not value:
            continue
        if value in found:
            twice.add(value)
        found[value] = row
    for value in twice:
        del found[value]
    return found


def _name_variants(name: str) -> list[str]:
    """The name, and the name with each character after the first left out: names that differ in one place share one."""
    return [name, *(f"{name[:n]}\0{name[n + 1 :]}" for n in range(1, len(name)))] if name else []


def _one_off(one: str, two: str) -> bool:
    """Whether two numbers differ in exactly one character. Asked of alike names only: classmates have neighbouring numbers."""
    return len(one) == len(two) and sum(a != b for a, b in zip(one, two, strict=True)) == 1


def _partners(alone: list[int], keys: Mapping[str, tuple[list[str], list[str]]], *, swap: bool) -> dict[int, tuple[Likely, ...]]:
    """Likely partners among all rows of the other list, strongest reason first, at most three a row."""
    mine = {key: columns[1 if swap else 0] for key, columns in keys.items()}
    other = {key: columns[0 if swap else 1] for key, columns in keys.items()}
    found: dict[int, dict[int, Partner]] = {n: {} for n in alone}
    if not alone:
        return {}
    by_person: dict[str, list[int]] = {}
    by_name: dict[tuple[str, str], list[int]] = {}
    for row, (number, name, born) in enumerate(zip(other["id_number"], other["name"], other["born_on"], strict=True)):
        if number:
            by_person.setdefault(number, []).append(row)
        if name and born:
            by_name.setdefault((name, born), []).append(row)
    for n in alone:
        for row in by_person.get(mine["id_number"][n], ()):
            same_name = mine["name"][n] == other["name"][row]
            found[n].setdefault(row, Partner.ANOTHER_RECORD if same_name else Partner.NAME_VARIANT)
    wanted: dict[str, list[int]] = {}
    for n in alone:
        for variant in _name_variants(mine["name"][n]):
            wanted.setdefault(variant, []).append(n)
    for row, name in enumerate(other["name"]):
        for variant in _name_variants(name):
            for n in wanted.get(variant, ()):
                if any(_one_off(mine[key][n], other[key][row]) for key in ("student_number", "id_number")):
                    found[n].setdefault(row, Partner.ONE_CHARACTER_OFF)
    for n in alone:
        for row in by_name.get((mine["name"][n], mine["born_on"][n]), ()):
            found[n].setdefault(row, Partner.SAME_NAME_AND_BIRTH)
    order = list(Partner)
    return {n: tuple(Likely(r, w) for r, w in sorted(rows.items(), key=lambda p: order.index(p[1]))[:3]) for n, rows in found.items()}


@dataclass(frozen=True, slots=True)
class Rules:
    """What a round compares by (比对规则).

    ``prevails`` names the source that is right whatever the catalogue says ("" leaves it to the catalogue); ``known``
    are fields whose difference is normal, with the reason; ``left_out`` are fields not corrected in this round.
    """

    prevails: str = ""
    known: Mapping[str, Text] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one student that is not the same everywhere (差异).

    ``values`` are the originals by source. ``right`` is the source that prevails, "" when only evidence can tell.
    ``known`` is the reason why this difference is normal, None when it is not.
    """

    row: int
    field: str
    values: dict[str, str]
    right: str
    known: Text | None = None

    @property
    def value(self) -> str:
        """The value that prevails, as it came; "" when nobody's does."""
        return self.values.get(self.right, "")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing found (比对结果)."""

    differences: list[Difference]
    compared: int
    matchings: dict[str, Matching]

    def real(self) -> list[Difference]:
        """The differences that somebody has to look at."""
        return [one for one in self.differences if one.known is None]


def compare(fields: Sequence[Field], ours: Source, others: Sequence[Source], *, rules: Rules | None = None) -> Comparison:
    """Compare the school's list with every other list, field by field.

    A field is compared among the sources that have its column; a student whom another source does not have is not a
    difference but stands in that source's matching.
    """
    rules = rules or Rules()
    matchings = {other.code: match(ours, other) for other in others}
    found: list[Difference] = []
    compared = 0
    for entry in fields:
        if entry.code in rules.left_out or entry.code not in ours.columns:
            continue
        present = [other for other in others if entry.code in other.columns]
        if not present:
            continue
        columns = [(other.code, other.columns[entry.code], matchings[other.code].pairs) for other in present]
        known = rules.known.get(entry.code)
        compared += _compare_field(entry, ours.columns[entry.code], columns, rules, known, found)
    found.sort(key=lambda one: one.row)
    return Comparison(found, compared, matchings)


def _compare_field(
    entry: Field,
    mine: Sequence[str],
    columns: list[tuple[str, Sequence[str], list[int]]],
    rules: Rules,
    known: Text | None,
    found: list[Difference],
) -> int:
    """Append what differs in one field; returns how many cells of other sources were compared.

    Equal originals have equal normal forms, so only unequal ones are made normal, and each distinct pair once.
    """
    normal = normal_form(entry)
    compared = 0
    differing: set[int] = set()
    for _, column, pairs in columns:
        theirs = [column[row] if row >= 0 else None for row in pairs]
        compared += len(theirs) - theirs.count(None)
        side_by_side = list(zip(mine, theirs, strict=True))
        unequal = {pair for pair in set(side_by_side) if pair[1] is not None and pair[0] != pair[1] and normal(pair[0]) != normal(pair[1])}
        if unequal:
            differing.update(number for number, pair in enumerate(side_by_side) if pair in unequal)
    for number in sorted(differing):
        values = {SCHOOL: mine[number]}
        for code, column, pairs in columns:
            if pairs[number] >= 0:
                values[code] = column[pairs[number]]
        found.append(Difference(number, entry.code, values, right_source(entry, values, rules), known))
    return compared


def right_source(entry: Field, values: Mapping[str, str], rules: Rules) -> str:
    """Whose value is right by the catalogue's authority, or by the round's own rule; "" when only evidence can tell.

    An empty value is never right against a filled one: 学信网为准 does not mean that what CHSI left empty is erased.
    """
    if rules.prevails and values.get(rules.prevails):
        return rules.prevails
    by_authority = {Authority.CHSI: CHSI, Authority.SCHOOL: SCHOOL, Authority.STUDENT: STUDENT}.get(entry.authority, "")
    return by_authority if values.get(by_authority) else ""
