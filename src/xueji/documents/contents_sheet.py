"""The contents sheet of a college's forms (登记表清册): what lies in the folder, signed by who filed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xueji.documents.signed_list import Column, SignedList
from xueji.documents.words import date_words, reading_order

COLUMNS = (
    Column("班号", 17, centred=True),
    Column("学号", 18, centred=True),
    Column("姓名", 28),
    Column("版本", 8, centred=True),
    Column("校验码", 26, centred=True),
    Column("收表日期", 20, centred=True),
    Column("备注", 16),
)


@dataclass(frozen=True, slots=True)
class FiledForm:
    """One student's place in the folder (一份登记表).

    ``version`` is 0 and ``check_code`` "" for who has printed none yet; ``received_on`` is None as long as the college
    has not received the signed form.
    """

    class_number: str
    student_number: str
    name: str
    version: int
    check_code: str
    received_on: date | None
    remark: str = ""


def contents_sheet(
    forms: Sequence[FiledForm], *, school: str, college: str, title: str, notice: str, made_at: datetime, digest: str = ""
) -> SignedList:
    """The 清册 of ``forms`` in the order of class and student number, ready for ``signed_list.render``."""
    ordered = sorted(forms, key=lambda form: (reading_order(form.class_number), form.student_number))
    missing = sum(form.received_on is None for form in ordered)
    return SignedList(
        school=school,
        title=f"{title}清册",
        subtitle=f"学院（培养单位）：{college}",
        source=notice,
        columns=COLUMNS,
        rows=[
            (
                form.class_number,
                form.student_number,
                form.name,
                str(form.version or ""),
                form.check_code,
                date_words(form.received_on.isoformat()) if form.received_on else "",
                form.remark or ("" if form.received_on else "未收" if form.version else "未打印"),
            )
            for form in ordered
        ],
        frozen_at=made_at,
        digest=digest,
        notes=(
            "按班号、学号排列，与所附登记表顺序一致。",
            f"已收 {len(ordered) - missing} 份，未收 {missing} 份。",
        ),
        portrait=True,
    )
