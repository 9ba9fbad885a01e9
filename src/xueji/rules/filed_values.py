"""What was filed against what is on the record and what is printed (报库内容与证书核对), field by field.

A filed row maps the authority's column names to text. The names are those of the published registration layouts, the
same in each of them; a layout without a column says nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Privacy
from xueji.rules.findings import Finding, finding


@dataclass(frozen=True, slots=True)
class FiledColumn:
    """One column that a certificate shares with the registration (共同的列): its field, how its text is written."""

    name: str
    field: str
    form: str = "text"


COLUMNS = (
    FiledColumn("XM", "name"),
    FiledColumn("XB", "sex", "word"),
    FiledColumn("CSRQ", "born_on", "day"),
    FiledColumn("ZYMC", "major_name"),
    FiledColumn("XZ", "schooling_years", "number"),
    FiledColumn("CC", "level", "word"),
    FiledColumn("RXRQ", "enrolled_on", "day"),
    FiledColumn("BYRQ", "graduated_on", "day"),
    FiledColumn("ZSBH", "certificate_number"),
)


def written(column: FiledColumn, value: str) -> str:
    """A stored value as it stands in a filed row."""
    if column.form == "word" and value:
        return code_table(FIELDS[column.field].codes).word(value).zh
    return value.replace("-", "") if column.form == "day" else value


def same(column: FiledColumn, ours: str, filed: str) -> bool:
    """Whether two spellings say the same: 3 and 3.0 years, a day and the month it lies in."""
    if column.form == "number":
        return ours.removesuffix(".0") == filed.removesuffix(".0")
    if column.form == "day" and len(filed) == 6:
        return ours[:6] == filed
    return ours == filed


def compared(who: str, facts: Mapping[str, str], filed: Mapping[str, str], printed: Mapping[str, str]) -> list[Finding]:
    """RUN.009 for each field in which the filed row differs from the confirmed record, with what is printed beside it.

    ``facts`` are stored values by field, ``printed`` the words of the page by field ("" where the page does not say it).
    A sensitive value is masked, because findings are kept.
    """
    found = []
    for column in COLUMNS:
        if column.name not in filed or column.field not in facts:
            continue
        ours = written(column, facts[column.field])
        if same(column, ours, filed[column.name]):
            continue
        entry = FIELDS[column.field]
        said = [ours, filed[column.name], printed.get(column.field, "")]
        confirmed, sent, page = ["****" if one and entry.privacy is Privacy.SENSITIVE else one or "—" for one in said]
        found.append(finding("RUN.009", place=who, field=column.field, who=who, label=entry.label.zh, label_en=entry.label.en,
                             confirmed=confirmed, filed=sent, printed=page))  # fmt: skip
    return found
