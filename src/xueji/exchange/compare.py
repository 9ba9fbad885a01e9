"""A comparison as files and as plain values: for the command line, the workbook, and the page (比对结果的导出)."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.catalogue.text import Text
from xueji.confirmation.queries.sources import Compared, source_name
from xueji.formats.workbooks import Heading, write
from xueji.rules.comparison import PARTNERS, SCHOOL, Likely
from xueji.rules.identity import mask

EMPTY = Text("（空）", "(empty)")
HEADINGS = ("学号", "姓名", "学院", "字段", "学校", "其他来源", "以谁为准", "应为", "说明")


def shown(code: str, value: str, *, beside: Iterable[str] = (), masked: bool = True, lang: str = "zh") -> str:
    """A value as people read it: word and code for coded fields, identity numbers masked.

    ``beside`` are the other sources' values: the characters in which a masked number differs from one of them stay open,
    or nobody could see what differs.
    """
    field = FIELDS[code]
    if not value:
        return EMPTY.in_(lang)
    if field.kind is Kind.ID_NUMBER or field.sensitive:
        return opened_where_it_differs(value, beside) if masked else value
    if field.kind in (Kind.CODE, Kind.REGION):
        word = code_table(field.codes).word(value).in_(lang)
        return word if word == value else Text("{word}（{code}）", "{word} ({code})").format(word=word, code=value).in_(lang)
    return value


def opened_where_it_differs(value: str, beside: Iterable[str]) -> str:
    """A masked number with the characters open in which it differs from a number of the same length; at most four."""
    others = [other for other in beside if len(other) == len(value)]
    apart = [n for n, character in enumerate(value) if any(other[n] != character for other in others)]
    if len(apart) > 4:
        return mask(value)
    return "".join(value[n] if n in apart else character for n, character in enumerate(mask(value)))


def differences(compared: Compared, *, masked: bool = True) -> Iterator[dict[str, Any]]:
    """One mapping per difference, with the originals and who is right."""
    for one in compared.comparison.differences:
        record = compared.record_of(one)
        yield {
            "student_number": record.student_number,
            "name": record.person.name,
            "college": record.college.name,
            "field": one.field,
            "label": FIELDS[one.field].label.zh,
            "values": {source: shown(one.field, value, beside=one.values.values(), masked=masked) for source, value in one.values.items()},
            "right": one.right,
            "value": shown(one.field, one.value, beside=one.values.values(), masked=masked) if one.right else "",
            "known": one.known.zh if one.known else "",
        }


def unmatched(compared: Compared) -> Iterator[dict[str, Any]]:
    """Who stands in one list only, on either side, with the likely partner."""
    for source, matching in compared.comparison.matchings.items():
        rows = compared.rows[source]
        for number, likely in matching.alone.items():
            record = compared.records[number]
            yield {
                "side": SCHOOL, "source": source, "student_number": record.student_number, "name": record.person.name,
                "likely": [_partner(one, rows[one.row].values) for one in likely],
            }  # fmt: skip
        for number, likely in matching.alone_there.items():
            values = rows[number].values
            partners = [
                {"why": PARTNERS[one.why].zh, "why_en": PARTNERS[one.why].en, "student_number": compared.records[one.row].student_number,
                 "name": compared.records[one.row].person.name}
                for one in likely
            ]  # fmt: skip
            yield {
                "side": source, "source": source, "row": rows[number].number, "student_number": values.get("student_number", ""),
                "name": values.get("name", ""), "likely": partners,
            }  # fmt: skip


def _partner(likely: Likely, values: dict[str, str]) -> dict[str, str]:
    why = PARTNERS[likely.why]
    return {"why": why.zh, "why_en": why.en, "student_number": values.get("student_number", ""), "name": values.get("name", "")}


def as_json(compared: Compared) -> dict[str, Any]:
    """The whole comparison as plain values, identity numbers masked."""
    found = list(differences(compared))
    return {
        "sources": {
            code: {"taken_on": one.taken_on.isoformat(), "rows": one.row_count, "matched": compared.comparison.matchings[code].by}
            for code, one in compared.snapshots.items()
        },
        "students": len(compared.records),
        "compared": compared.comparison.compared,
        "differences": [one for one in found if not one["known"]],
        "known_differences": [one for one in found if one["known"]],
        "unmatched": list(unmatched(compared)),
        "doubtful": [
            {"source": code, "student_number": compared.records[n].student_number, "name": compared.records[n].person.name}
            for code, matching in compared.comparison.matchings.items()
            for n in matching.doubtful
        ],
    }


def workbook(compared: Compared) -> bytes:
    """The differences as a workbook, one a row, sorted by student; the known ones say why they are normal."""
    rows = (
        [
            one["student_number"], one["name"], one["college"], one["label"], one["values"][SCHOOL],
            "；".join(f"{source_name(code).zh}：{value}" for code, value in one["values"].items() if code != SCHOOL),
            source_name(one["right"]).zh if one["right"] else "看证件", one["value"], one["known"],
        ]
        for one in differences(compared)
    )  # fmt: skip
    target = BytesIO()
    write(target, [Heading(title) for title in HEADINGS], rows, name="信息比对", title="信息比对：学校与其他来源")
    return target.getvalue()


# --- a comparison kept: lines in blocks, so that a page of a long list opens only what it shows ---------------------------------

BLOCK = 500
"""Lines in one block."""
DIFFERS, KNOWN, ALONE = "differs", "known", "alone"


def facts_of(compared: Compared) -> dict[str, Any]:
    """What is counted: students, sources with how they were joined, differences by kind and field, how many stand alone."""
    by_field: dict[str, Counter[str]] = {DIFFERS: Counter(), KNOWN: Counter()}
    for one in compared.comparison.differences:
        by_field[KNOWN if one.known else DIFFERS][one.field] += 1
    matchings = compared.comparison.matchings
    return {
        "students": len(compared.records), "differs": by_field[DIFFERS].total(), "known": by_field[KNOWN].total(),
        "alone": sum(len(one.alone) + len(one.alone_there) for one in matchings.values()),
        "fields": {kind: dict(counts) for kind, counts in by_field.items()},
        "sources": [
            {"source": code, "taken_on": one.taken_on.isoformat(), "rows": one.row_count, "by": dict(matchings[code].by)}
            for code, one in compared.snapshots.items()
        ],
    }  # fmt: skip


def _lines(compared: Compared) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Kind, field and content of every line; the values as they came, to be masked and worded when they are shown."""
    for one in compared.comparison.differences:
        record = compared.record_of(one)
        line = {
            "number": record.student_number, "name": record.person.name, "college": [record.college.name, record.college.name_en],
            "values": one.values, "right": one.right, "value": one.value if one.right else "",
            "known": [one.known.zh, one.known.en] if one.known else None,
        }  # fmt: skip
        yield (KNOWN if one.known else DIFFERS), one.field, line
    for alone in unmatched(compared):
        yield ALONE, "", alone


def packed(compared: Compared, heard: Callable[[int], None] = lambda lines: None) -> bytes:
    """Every line of a comparison as one archive: ``index.json`` says kind and field of each, ``N.json`` holds a block of them."""
    target, index, block = BytesIO(), [], []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:

        def close() -> None:
            archive.writestr(f"{(len(index) - 1) // BLOCK}.json", json.dumps(block, ensure_ascii=False))
            block.clear()
            heard(len(index))

        for kind, field, line in _lines(compared):
            index.append((kind, field))
            block.append({"field": field, **line})
            if len(block) == BLOCK:
                close()
        if block:
            close()
        archive.writestr("index.json", json.dumps(index))
    return target.getvalue()


class KeptLines:
    """The lines of one kind, and of one field where one is named, as a sequence that opens only the blocks it is asked for."""

    def __init__(self, content: bytes, kind: str, field: str = "") -> None:
        self._archive = zipfile.ZipFile(BytesIO(content))
        index = json.loads(self._archive.read("index.json"))
        self._numbers = [n for n, (its, code) in enumerate(index) if its == kind and field in ("", code)]

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, asked: slice) -> list[dict[str, Any]]:
        blocks: dict[int, list[dict[str, Any]]] = {}
        found = []
        for number in self._numbers[asked]:
            block = number // BLOCK
            if block not in blocks:
                blocks[block] = json.loads(self._archive.read(f"{block}.json"))
            found.append(blocks[block][number % BLOCK])
        return found
