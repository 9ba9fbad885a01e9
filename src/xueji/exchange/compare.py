"""A comparison as files and as plain values: for the command line, the workbook, and the page (比对结果的导出)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.confirmation.queries.sources import Compared, source_name
from xueji.formats.workbooks import Heading, write
from xueji.rules.comparison import PARTNERS, SCHOOL, Likely
from xueji.rules.identity import mask

HEADINGS = ("学号", "姓名", "学院", "字段", "学校", "其他来源", "以谁为准", "应为", "说明")


def shown(code: str, value: str, *, beside: Iterable[str] = (), masked: bool = True) -> str:
    """A value as people read it: word and code for coded fields, identity numbers masked.

    ``beside`` are the other sources' values: the characters in which a masked number differs from one of them stay open,
    or nobody could see what differs.
    """
    field = FIELDS[code]
    if not value:
        return "（空）"
    if field.kind is Kind.ID_NUMBER or field.sensitive:
        return opened_where_it_differs(value, beside) if masked else value
    if field.kind in (Kind.CODE, Kind.REGION):
        word = code_table(field.codes).word(value).zh
        return word if word == value else f"{word}（{value}）"
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
                {"why": PARTNERS[one.why].zh, "student_number": compared.records[one.row].student_number,
                 "name": compared.records[one.row].person.name}
                for one in likely
            ]  # fmt: skip
            yield {
                "side": source, "source": source, "row": rows[number].number, "student_number": values.get("student_number", ""),
                "name": values.get("name", ""), "likely": partners,
            }  # fmt: skip


def _partner(likely: Likely, values: dict[str, str]) -> dict[str, str]:
    return {"why": PARTNERS[likely.why].zh, "student_number": values.get("student_number", ""), "name": values.get("name", "")}


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
