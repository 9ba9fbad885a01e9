"""The signed list (签字盖章表册): rows that a college prints, signs, seals and sends up.

Contents sheets (清册), verification sheets (信息核对表), correction lists (更正汇总表) and conclusion lists are this one
print with other columns. Each page carries the digest of the rows, as figures and as a QR, so that the signed paper
and the stored rows prove each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from xueji.catalogue.text import Text
from xueji.documents.engine import Press
from xueji.documents.pictures import code
from xueji.documents.words import moment_words

SIGNATURES = (
    Text("经办人（签字）", "Prepared by (signature)"),
    Text("主管院长（签字）", "Dean in charge (signature)"),
)
SEAL = Text("学院（培养单位）公章", "Seal of the college")


@dataclass(frozen=True, slots=True)
class Column:
    """One column (列): its heading, its share of the width, and whether its values stand in the middle."""

    label: str
    weight: float
    centred: bool = False


@dataclass(frozen=True, slots=True)
class SignedList:
    """What one signed list shows (表册).

    ``rows`` hold the printed words in the order of ``columns``; the number of the row is added in front. ``digest`` is
    the SHA-256 of the canonical rows in hexadecimal, "" for a list without one; ``qr_text`` is what the QR holds.
    ``marked`` maps (row, column), both from 0, to nothing more than being looked at; ``marked_means`` says why.
    ``notes`` stand under the table; ``row_mm`` is the least height of a row, for lists in which people sign. ``frozen_at`` is when the rows were fixed, aware of its zone;
    ``unit`` is what the rows count.
    """

    school: str
    title: str
    subtitle: str
    source: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]] = field(repr=False)
    frozen_at: datetime
    version: int = 1
    digest: str = ""
    qr_text: str = ""
    notes: Sequence[str] = ()
    marked: frozenset[tuple[int, int]] = frozenset()
    marked_means: str = ""
    signatures: Sequence[Text] = SIGNATURES
    seal: Text | None = SEAL
    portrait: bool = False
    row_mm: float = 0.0
    unit: str = "人"


def render(press: Press, signed: SignedList) -> bytes:
    """The list as PDF/A-2b, landscape unless ``portrait``; headings repeat, rows never break over a page.

    Raises ValueError when a row has more or fewer values than columns, Unprintable for a character without a glyph.
    """
    for number, row in enumerate(signed.rows, start=1):
        if len(row) != len(signed.columns):
            raise ValueError(f"row {number} has {len(row)} values for {len(signed.columns)} columns")
    return press.print("signed_list", _values(signed), at=signed.frozen_at, place=f"{signed.title} {signed.subtitle}")


def grouped(digest: str) -> str:
    """A digest in groups of eight, to be compared by eye."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def _values(signed: SignedList) -> Mapping[str, Any]:
    return {
        "title": f"{signed.title} {signed.subtitle}",
        "school": signed.school,
        "heading": signed.title,
        "subtitle": signed.subtitle,
        "source": signed.source,
        "portrait": signed.portrait,
        "row_mm": signed.row_mm,
        "columns": [{"label": c.label, "weight": c.weight, "centred": c.centred} for c in signed.columns],
        "rows": [list(row) for row in signed.rows],
        "marked": [[row, column] for row, column in sorted(signed.marked)],
        "marked_means": signed.marked_means,
        "notes": list(signed.notes),
        "count": f"共 {len(signed.rows)} {signed.unit}" if signed.rows else "无",
        "signatures": [s.zh for s in signed.signatures],
        "seal": signed.seal.zh if signed.seal else None,
        "proof": f"第 {signed.version} 版　{moment_words(signed.frozen_at)} 生成",
        "digest": grouped(signed.digest),
        "picture_qr": code(signed.qr_text) if signed.qr_text else None,
    }
