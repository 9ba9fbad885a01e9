"""What comes back from the bureau and from CHSI about photos (采集结果导入): looked through whole before anything is written."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.catalogue.text import Text, listed
from xueji.formats import archive
from xueji.formats.sheets import read
from xueji.formats.unreadable import Unreadable
from xueji.photos.day.commands.after import Arrival
from xueji.records.models import StudentRecord
from xueji.records.queries import colleges_for
from xueji.rules.capture import FACE_WORDS, Face
from xueji.rules.findings import Finding, finding
from xueji.rules.station import Planned
from xueji.vault.fields import blind_index

SHANGHAI = ZoneInfo("Asia/Shanghai")
KEYS = ("学号", "考生号", "身份证号", "证件号码", "XH", "KSH", "SFZH")
_FACES = {FACE_WORDS[f].zh: f for f in Face if f} | {"": Face.UNKNOWN, "验证通过": Face.PASSED, "核验通过": Face.PASSED}
_YES = {"是", "有", "1", "yes", "Y", "true"}


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery looked through (到件预检): what would be taken over, and everything that was found."""

    arrivals: list[Arrival]
    findings: list[Finding]


def some(names: Iterable[str], most: int = 12) -> Text:
    """The first few names, and how many more there are."""
    kept = list(names)
    first, more = listed(kept[:most]), f" … (+{len(kept) - most})" if len(kept) > most else ""
    return Text(first.zh + more, first.en + more)


class Matching:
    """Whose a number is (对号): student number, candidate number or identity number, in that order."""

    def __init__(self, campaign: Campaign) -> None:
        cases = Case.objects.filter(campaign=campaign, left_at=None).select_related("record__person", "record__college", "campaign")
        self.by_record = {case.record_id: case for case in cases}
        self.numbers: dict[str, Case] = {}
        for case in self.by_record.values():
            self.numbers[case.record.student_number.upper()] = case
            if case.record.candidate_number:
                self.numbers.setdefault(case.record.candidate_number.upper(), case)
            if case.record.person.id_index:
                self.numbers.setdefault(bytes(case.record.person.id_index).hex(), case)

    def case_of(self, number: str) -> Case | None:
        """The case behind a number of any kind."""
        number = number.strip().upper()
        return self.numbers.get(number) or (self.numbers.get(blind_index(number, purpose="id_number").hex()) if len(number) >= 8 else None)

    def outside(self, number: str) -> bool:
        """Whether the number is somebody's who is not in this round."""
        return StudentRecord.objects.filter(student_number=number.strip().upper()).exists()


def look_through_photos(content: bytes, campaign: Campaign, *, taken_on: date) -> Delivery:
    """Look through a ZIP of photos named by number. Every problem at once; nothing is written."""
    found: list[Finding] = []
    arrivals: list[Arrival] = []
    unknown, outside, unusable, seen = [], [], [], Counter()
    matching = Matching(campaign)
    try:
        with archive.opened(io.BytesIO(content)) as package:
            for name in package.names:
                base = Path(name.replace("\\", "/")).name
                if not base or base.startswith(".") or base.lower() in {"thumbs.db", archive.MANIFEST}:
                    continue
                number = re.sub(r"\s*[(（]\d+[)）]$", "", Path(base).stem).split("_")[0].strip()
                case = matching.case_of(number)
                if case is None:
                    (outside if matching.outside(number) else unknown).append(base)
                    continue
                picture = package.read(name)
                if not picture.startswith(b"\xff\xd8\xff"):
                    unusable.append(base)
                    continue
                seen[case.record.student_number] += 1
                arrivals.append(Arrival(case, taken_on, picture))
    except archive.Refused as refused:
        return Delivery([], [finding(r.id, **r.values) for r in refused.reasons])
    except Unreadable as wrong:
        return Delivery([], [finding(wrong.id, **wrong.values)])
    twice = [number for number, n in seen.items() if n > 1]
    for id_, names in (("PHIM.001", unknown), ("PHIM.002", twice), ("PHIM.003", outside), ("PHIM.004", unusable)):
        if names:
            found.append(finding(id_, count=len(names), names=some(names)))
    return Delivery(arrivals, found)


def _table(content: bytes, needed: str) -> tuple[list[tuple[int, dict[str, str]]], str, list[Finding]]:
    try:
        sheet = read(content)
    except Unreadable as wrong:
        return [], "", [finding(wrong.id, **wrong.values)]
    headings = [h.strip() for h in sheet.columns]
    key = next((k for k in KEYS if k in headings), "")
    if not key or (needed and not {needed, needed.upper()} & set(headings)):
        return [], "", [finding("PHIM.006", column=needed or "学号")]
    rows = [(n, {h: _text(c) for h, c in zip(headings, cells, strict=True)}) for n, cells in sheet.rows]
    return rows, key, []


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="minutes") if cell.hour or cell.minute else cell.date().isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def look_through_list(content: bytes, campaign: Campaign, *, taken_on: date) -> Delivery:
    """Look through the bureau's list of who was captured (学号, 采集日期): the photo itself went to the ministry."""
    rows, key, found = _table(content, "")
    matching, arrivals, unknown, outside, seen = Matching(campaign), [], [], [], Counter()
    for number, row in rows:
        case = matching.case_of(row[key])
        if case is None:
            (outside if matching.outside(row[key]) else unknown).append(f"{number}: {row[key][:20] if key not in {'身份证号', '证件号码', 'SFZH'} else '***'}")
            continue
        seen[case.record.student_number] += 1
        try:
            on = date.fromisoformat(row.get("采集日期", "")[:10]) if row.get("采集日期") else taken_on
        except ValueError:
            found.append(finding("SESS.007", place=str(number), column="采集日期", value=row["采集日期"][:20]))
            continue
        arrivals.append(Arrival(case, on))
    twice = [number for number, n in seen.items() if n > 1]
    for id_, names in (("PHIM.001", unknown), ("PHIM.002", twice), ("PHIM.003", outside)):
        if names:
            found.append(finding(id_, count=len(names), names=some(names)))
    return Delivery(arrivals, found)


def look_through_faces(content: bytes) -> tuple[list[tuple[StudentRecord, Face, bool]], list[Finding]]:
    """CHSI's 在校生 download: 学号 (XH), BZ with the face comparison, ZP whether a photo is there."""
    rows, key, found = _table(content, "bz")
    numbers = {r.student_number: r for r in StudentRecord.objects.filter(student_number__in=[row[key].upper() for _, row in rows])}
    answers, unknown = [], []
    for number, row in rows:
        said = next((row[k] for k in ("BZ", "bz") if k in row), "")
        words = sorted((word for word in _FACES if word and word in said), key=len, reverse=True)  # “未通过” holds “通过”
        face = _FACES[words[0]] if words else None if said else Face.UNKNOWN
        record = numbers.get(row[key].upper())
        if record is None:
            unknown.append(f"{number}: {row[key][:20]}")
        elif face is None:
            found.append(finding("PHIM.007", place=str(number), value=said[:40]))
        else:
            present = next((row[k] in _YES for k in ("ZP", "zp") if k in row), face is not Face.UNKNOWN)
            answers.append((record, face, present))
    if unknown:
        found.append(finding("PHIM.001", count=len(unknown), names=some(unknown)))
    return answers, found


TIMETABLE = ("校区", "地点", "日期", "开始", "结束", "容量", "学院", "开放时段")
"""The headings of the timetable's workbook (采集时间安排表)."""
PART_TIME = "仅限在职学生"
"""A heading that may be left out: an open day for part-time students only (N5: 在职学生周末)."""


def read_timetable(content: bytes, viewer: Viewer) -> tuple[list[Planned], list[Finding]]:
    """The sessions of a timetable workbook, colleges by name or code; every cell that is not understood, at once."""
    try:
        sheet = read(content)
    except Unreadable as wrong:
        return [], [finding(wrong.id, **wrong.values)]
    headings = [h.strip() for h in sheet.columns]
    missing = [h for h in TIMETABLE if h not in headings]
    if missing:
        return [], [finding("SESS.006", columns=listed(missing))]
    codes = {name: c.code for c in colleges_for(viewer) for name in (c.code, c.name)}
    rows, found = [], []
    for number, cells in sheet.rows:
        row = {h: _text(c) for h, c in zip(headings, cells, strict=True)}
        wrong: list[tuple[str, str]] = []
        opens, closes = _moment(row, "开始", wrong), _moment(row, "结束", wrong)
        if not row["容量"].isdigit():
            wrong.append(("容量", row["容量"]))
        names = [n for n in re.split(r"[，,、；;\s]+", row["学院"]) if n]
        wrong += [("学院", n) for n in names if n not in codes]
        found += [finding("SESS.007", place=str(number), column=column, value=value[:30] or "—") for column, value in wrong]
        if not wrong and opens and closes:
            part_time = row.get(PART_TIME, "") in _YES
            open_day = part_time or row["开放时段"] in _YES
            rows.append(Planned(number, row["校区"], row["地点"], opens, closes, int(row["容量"]), tuple(codes[n] for n in names), open_day, part_time=part_time))
    return rows, found


def _moment(row: dict[str, str], key: str, wrong: list[tuple[str, str]]) -> datetime | None:
    clock = row[key].split(" ")[-1].replace("：", ":")
    try:
        hour, minute = clock.split(":")[:2]
        return datetime.combine(date.fromisoformat(row["日期"][:10]), datetime.min.time(), SHANGHAI).replace(hour=int(hour), minute=int(minute))
    except ValueError:
        wrong.append((key if row["日期"] else "日期", f"{row['日期']} {row[key]}"))
        return None
