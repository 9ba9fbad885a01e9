"""Lists on paper and as workbooks: the sign-for sheet, the gap report, the degree office's list; and sample sheets (签收表、空号表、学位编号表、样张)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from itertools import groupby

from xueji.catalogue.codes import code_table
from xueji.catalogue.text import Text
from xueji.certificates.commands.masters import font_folders
from xueji.certificates.composing import page_of, page_words
from xueji.certificates.models import Certificate, Master, Number, PrintRun
from xueji.certificates.queries.masters import longest_facts
from xueji.certificates.queries.runs import page_in
from xueji.certificates.terms import KIND_WORDS
from xueji.documents import signed_list
from xueji.documents.certificate import CertificatePage, render
from xueji.documents.engine import Unprintable, press
from xueji.documents.joining import joined
from xueji.documents.signed_list import Column, SignedList
from xueji.formats.workbooks import Heading, write
from xueji.records.models import College
from xueji.records.queries import school
from xueji.rules.masters import read_master

RARE_NAME = "㛃㬎䶮𬀩𬸚"
"""Characters of real names beyond the first plane and the everyday fonts (统一姓名采集应用规范)."""
SPECIMEN = "样张 SPECIMEN"
SIGNERS = (Text("经办人（签字）", "Prepared by (signature)"), Text("监发人（签字）", "Witnessed by (signature)"))
MOST_SAMPLES = 8


def sign_for_sheet(college: College, class_number: str, certificates: Iterable[Certificate], at: datetime) -> bytes:
    """The sign-for sheet (证书签收表) of a college or a class: number, name, certificate number, places for signature and proxy."""
    rows = [(c.record.student_number, c.record.person.name, KIND_WORDS[c.kind].zh, c.number.text if c.number else "", "", "", "") for c in certificates]
    columns = [Column("学号", 1.5), Column("姓名", 1.5), Column("证书", 1.2), Column("证书编号", 2.0), Column("本人签字", 1.6), Column("代领人签字、证件号末四位", 1.9),
               Column("日期", 1.0)]  # fmt: skip
    sheet = SignedList(
        school=school().name, title="学历证书签收表", subtitle=f"{college.name}　{class_number}".strip(), source="研函〔2020〕61号 四.1", columns=columns,
        rows=rows, frozen_at=at, row_mm=8.0, signatures=SIGNERS,
        notes=["请先核对证书上的姓名、出生日期、专业、编号和照片，再签字。签收后不再补印、补发；代领须交本人签字的委托书。"],
    )  # fmt: skip
    return signed_list.render(press(font_folders()), sheet)


def gap_report(rows: Sequence[tuple[str, str, str, str, str]]) -> bytes:
    """The gap report as a workbook: every serial that no student holds, with its reason."""
    headings = [Heading("编号段", 16), Heading("空号", 42), Heading("原因", 40), Heading("登记人", 14), Heading("登记日期", 14)]
    return _workbook(headings, rows, "空号表")


def degree_list(numbers: Iterable[Number]) -> bytes:
    """The degree office's list (学位证书编号表): number, student, level, major; no identity number leaves with it."""
    headings = [Heading("学位证书编号", 22), Heading("学号", 16), Heading("姓名", 20), Heading("性别", 6), Heading("学院", 24), Heading("培养层次", 12),
                Heading("专业代码", 12), Heading("专业", 24), Heading("学历证书编号", 22)]  # fmt: skip
    rows = [
        (n.text, r.student_number, r.person.name, code_table("sex").word(r.person.sex).zh if r.person.sex else "", r.college.name,
         code_table("level").word(r.level).zh, r.major_code, r.major_name, r.certificate_number)
        for n in numbers if (r := n.record) is not None
    ]  # fmt: skip
    return _workbook(headings, rows, "学位证书编号")


def _workbook(headings: list[Heading], rows: Iterable[Sequence[str]], name: str) -> bytes:
    target = BytesIO()
    write(target, headings, rows, name=name)
    return target.getvalue()


def sample_of_masters(masters: Iterable[Master], issued_on: date, at: datetime) -> bytes:
    """One page of each master for eyes (样张): the longest name and majors there are, then a name of rare characters.

    A page says that it is a specimen and carries no genuine code. Raises Unprintable with every reason.
    """
    pages = []
    for row in masters:
        master, findings = read_master(row.text)
        if master is None:
            raise Unprintable(findings)
        for name in ({}, {"name": RARE_NAME}):
            words, findings = page_words(longest_facts() | name, master, issued_on, f"培养单位：{'学' * 18}")
            if findings:
                raise Unprintable(findings)
            whose = f"{KIND_WORDS[row.kind].zh} {row.version}"
            pages.append(page_of(words, whose=whose, qr_text=SPECIMEN, photo=None, mark=f"{SPECIMEN} · {whose}"))
    return _rendered(pages, at)


def sample_of_run(run: PrintRun, at: datetime) -> bytes:
    """The pages of a run at which something goes wrong first: the first, the last, the longest names and majors, rare characters."""
    rows = list(run.certificates.select_related("record__person", "record__college", "photo").order_by("position"))
    chosen = {row.pk: row for row in (rows[:1] + rows[-1:])}
    by_size = (lambda c: len(c.record.person.name), lambda c: len(c.values["body"]), lambda c: _rarity(c.values["body"]))
    for size in by_size:
        for row in sorted(rows, key=size, reverse=True)[:2]:
            chosen.setdefault(row.pk, row)
    listed = sorted(chosen.values(), key=lambda c: c.position)[:MOST_SAMPLES]
    return _rendered([page_in(row, specimen=SPECIMEN) for row in listed], at)


def _rarity(words: str) -> int:
    """How many characters lie beyond the everyday block."""
    return sum(1 for c in words if ord(c) > 0x9FFF or 0x3400 <= ord(c) < 0x4E00)


def _rendered(pages: list[CertificatePage], at: datetime) -> bytes:
    """The pages as one file; Chinese and English ones are set apart, because the hyphenation and fonts of a part are those of its language."""
    parts = [list(part) for _, part in groupby(pages, key=lambda page: page.english)]
    set_ = [render(press(font_folders()), part, at=at) for part in parts]
    return set_[0] if len(set_) == 1 else joined(set_)
