"""The student record form (研究生登记表、学籍表): two sides of A4 that are signed, received and kept for ever.

Which field stands where is ``record_form.toml``; labels and who a field concerns come from the catalogue. Every side
carries the notice, the version, the check code and its QR, so that a printed page proves itself and an old one is
recognised. Long names and addresses wrap and the form grows; nothing is cut, and the sides stay even in number for
printing on both sides.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from xueji.catalogue.fields import FIELDS, Field, Population
from xueji.catalogue.text import Text
from xueji.documents.engine import Press, Unprintable
from xueji.documents.form_rows import STYLES, Side
from xueji.documents.form_sides import foot_lines, sides_of
from xueji.documents.pictures import code, photo
from xueji.documents.words import moment_words, printed
from xueji.rules.findings import Finding, finding

LAYOUT = Path(__file__).with_name("record_form.toml")
NUMERALS = "一二三四五六七八九十"
PROMISE = Text(
    "本人承诺以上所填内容真实、准确、完整，并已逐项核对；如有不实，由本人承担相应责任。",
    "I declare that everything above is true, accurate and complete, and that I have reviewed every item.",
)
REVIEW = Text(
    "学院（培养单位）收表核对：□ 无空项　　□ 照片清晰、为本人　　□ 本人已签字　　□ 校验码为最新版本",
    "Received by the college: no item empty; photo clear and of this person; signed; check code is of the latest version.",
)
REMARKS = Text("备注", "Remarks")


@dataclass(frozen=True, slots=True)
class RecordForm:
    """One student's form with everything printed on it.

    ``answers`` hold catalogue codes and stored values (dates ISO, codes as codes, tables as lists of mappings).
    ``address`` is the full address that the QR opens; ``version`` counts the student's prints from 1, 0 is a preview;
    ``submitted_at`` is the moment of the submission that this prints, aware of its zone.
    """

    student_number: str
    name: str
    population: Population
    answers: Mapping[str, Any] = field(repr=False)
    school: Text
    title: Text
    notice: str
    version: int
    check_code: str
    address: str
    submitted_at: datetime
    photo: bytes | None = field(default=None, repr=False)
    class_number: str = ""

    @property
    def bilingual(self) -> bool:
        """Whether English stands under the Chinese: for international students."""
        return self.population is Population.INTERNATIONAL

    @property
    def whose(self) -> str:
        """The student in a finding: number and name."""
        return f"{self.student_number} {self.name}"


def findings_for(press: Press, forms: Iterable[RecordForm], *, by_number: bool = False) -> list[Finding]:
    """What keeps ``forms`` from being printed: DOC.001 for each character without a glyph, DOC.003 for a photo.

    The student stands in it with number and name, ``by_number`` with the number alone, where names must not be kept.
    """
    return [one for form in forms for one in _findings(press, form, _words(form), form.student_number if by_number else form.whose)]


def _findings(press: Press, form: RecordForm, words: dict[str, Any], whose: str) -> list[Finding]:
    found = press.unprintable(words, place=whose)
    if form.photo is not None:
        try:
            photo(form.photo)
        except ValueError:
            found.append(finding("DOC.003", place=whose, who=whose))
    return found


def render(press: Press, form: RecordForm) -> bytes:
    """One student's form as PDF/A-2b. Raises Unprintable with every reason."""
    return render_many(press, [form])


def render_many(press: Press, forms: list[RecordForm]) -> bytes:
    """Several forms in one PDF, each beginning on a front side. Raises Unprintable with every reason of every form."""
    words = [_words(form) for form in forms]
    if found := [one for form, said in zip(forms, words, strict=True) for one in _findings(press, form, said, form.whose)]:
        raise Unprintable(found)
    title = f"{forms[0].title.zh} {forms[0].whose}" if len(forms) == 1 else forms[0].title.zh
    latest = max(form.submitted_at for form in forms)
    return press.print(
        "record_form",
        {"title": title, "styles": STYLES, "forms": [_sheet(press, form, said) for form, said in zip(forms, words, strict=True)]},
        at=latest,
        place=forms[0].whose,
    )


@cache
def layout() -> tuple[dict[str, Any], ...]:
    """The sections of ``record_form.toml``. Raises ValueError for a field the catalogue does not know."""
    sections = tuple(tomllib.loads(LAYOUT.read_text("utf-8"))["section"])
    for section in sections:
        rows = section.get("beside_photo", []) + section.get("rows", [])
        named = [code for row in rows for code in row] + ([section["table"]] if "table" in section else [])
        if unknown := [code for code in named if code not in FIELDS]:
            raise ValueError(f"record_form.toml: unknown fields {', '.join(unknown)}")
    return sections


def fields_printed() -> set[str]:
    """The catalogue codes that the form shows, whoever the student is."""
    return {
        code
        for section in layout()
        for row in section.get("beside_photo", []) + section.get("rows", []) + [[section.get("table", "")]]
        for code in row
        if code
    }


def _sheet(press: Press, form: RecordForm, words: dict[str, Any]) -> dict[str, Any]:
    """The form's sides as the template draws them."""
    sides, proof = sides_of(words, press.faces), foot_lines(words["proof"], press.faces)
    return {
        "sides": [_drawn(side) | {"foot": _foot(form, number, len(sides)), "proof": proof} for number, side in enumerate(sides, 1)],
        "photo_alt": f"照片：{form.name}",
        "photo_words": ["照片", "Photo", "2寸 35×49 mm"] if form.bilingual else ["照片", "2寸 35×49 mm"],
        "picture": photo(form.photo) if form.photo else None,
        "picture_qr": code(form.address),
    }


def _drawn(side: Side) -> dict[str, Any]:
    texts = [(round(x, 2), round(y, 2), style, words) for x, y, style, words in side.texts if words]
    return {"texts": texts, "photo": side.photo, "picture_rules": side.drawn()}


def _foot(form: RecordForm, side: int, sides: int) -> list[str]:
    """Where each side comes from, and which of how many it is."""
    count = f"第 {side} 页 共 {sides} 页"
    source = f"{form.school.zh}　{form.title.zh}　依据：{form.notice}"
    return [source, f"{count}　Page {side} of {sides}" if form.bilingual else count]


def _words(form: RecordForm) -> dict[str, Any]:
    """Everything printed on the form by its place, before it is laid out."""
    both = form.bilingual
    return {
        "bilingual": both,
        "school": form.school.zh,
        "school_en": form.school.en,
        "title": form.title.zh,
        "title_en": form.title.en,
        "heading_left": f"学号{' Student number' if both else ''}：{form.student_number}",
        "heading_right": f"填表时间{' Submitted' if both else ''}：{moment_words(form.submitted_at)}",
        "foot": _foot(form, 1, 2),
        "proof": _proof(form),
        "remark": "本表双面打印。扫描二维码可核对是否为最新版本；重新提交后旧版作废。"
        + (
            "Print on both sides. Scan the code to see whether this is the latest version. Where the two languages differ, the Chinese text prevails."
            if both
            else ""
        ),
        "sections": list(_sections(form)),
        "sign_boxes": [
            _sign_box(PROMISE, Text("本人签字", "Signature of the student"), "", room=7, both=both),
            _sign_box(REVIEW, Text("研究生秘书签字", "Graduate secretary"), "学院（培养单位）盖章", room=15, both=both),
            _sign_box(REMARKS, None, "", room=22, both=both),
        ],
    }


def _proof(form: RecordForm) -> str:
    both = form.bilingual
    if form.version == 0:
        return f"{form.student_number}　{form.name}　预览稿，学院不收{' Preview, not accepted by the college' if both else ''}"
    version = f"第 {form.version} 版{f' (version {form.version})' if both else ''}"
    return f"{form.student_number}　{form.name}　{version}　校验码{' Check code' if both else ''} {form.check_code}"


def _sign_box(words: Text, signer: Text | None, seal: str, *, room: int, both: bool) -> dict[str, Any]:
    made: dict[str, Any] = {"words": words.zh, "seal": seal, "room": room}
    made |= {"signer": signer.zh} if signer else {}
    made |= {"words_en": words.en} if both else {}
    return made | ({"signer_en": signer.en} if both and signer else {})


def _sections(form: RecordForm) -> Iterator[dict[str, Any]]:
    for number, section in enumerate(layout()):
        made: dict[str, Any] = {"title": f"{NUMERALS[number]}、{section['title']}"}
        if form.bilingual:
            made["title_en"] = section["title_en"]
        if "table" in section:
            made |= _table(form, section)
        else:
            made["beside_photo"] = list(_rows(form, section.get("beside_photo", [])))
            made["rows"] = list(_rows(form, section.get("rows", [])))
        yield made


def _rows(form: RecordForm, rows: list[list[str]]) -> Iterator[list[dict[str, str]]]:
    for row in rows:
        if cells := [_cell(form, FIELDS[code]) for code in row if form.population in FIELDS[code].applies_to]:
            yield cells


def _cell(form: RecordForm, entry: Field) -> dict[str, str]:
    cell = {"label": entry.label.zh, "value": printed(entry, form.answers.get(entry.code), bilingual=form.bilingual)}
    return cell | ({"label_en": entry.label.en} if form.bilingual else {}) | ({"large": True} if entry.code == "name" else {})


def _table(form: RecordForm, section: dict[str, Any]) -> dict[str, Any]:
    entry = FIELDS[section["table"]]
    lines = [
        [printed(column, line.get(column.code), bilingual=form.bilingual) for column in entry.columns]
        for line in form.answers.get(entry.code) or ()
    ]
    columns = [
        {"label": column.label.zh, "weight": section["weights"][column.code]} | ({"label_en": column.label.en} if form.bilingual else {})
        for column in entry.columns
    ]
    return {"columns": columns, "lines": lines, "empty_lines": max(0, section["empty_rows"] - len(lines))}
