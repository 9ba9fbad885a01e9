"""What comes back from the bureau and from CHSI about photos (采集结果导入): looked through whole before anything is written."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
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
from xueji.photos.day.models import Session
from xueji.photos.day.worklists import UNCALLED
from xueji.records.models import College, StudentRecord
from xueji.records.queries import colleges_for
from xueji.rules.capture import FACE_WORDS, Face
from xueji.rules.findings import Finding, finding, stops
from xueji.rules.station import Planned
from xueji.rules.uploads import upload
from xueji.vault.fields import blind_index
from xueji.vault.sniffing import seen_in_bytes
from xueji.vault.terms import PURPOSES

SHANGHAI = ZoneInfo("Asia/Shanghai")
KEYS = ("学号", "考生号", "身份证号", "证件号码", "XH", "KSH", "SFZH")
_FACES = {FACE_WORDS[f].zh: f for f in Face if f} | {"": Face.UNKNOWN, "验证通过": Face.PASSED, "核验通过": Face.PASSED}
_YES = {"是", "有", "1", "yes", "Y", "true"}
DELIVERED = archive.ArchiveLimits(total_bytes=256 * 2**20)
"""What one delivery may unpack to: it is held in memory until everything was looked through."""
PORTION = 2000
"""Numbers asked for at once: a database takes a limited number of values in one question."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery looked through (到件预检): what would be taken over, photos or CHSI's ``answers``, and everything that was found."""

    arrivals: list[Arrival]
    findings: list[Finding]
    answers: list[tuple[StudentRecord, Face, bool]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.arrivals) + len(self.answers)


def look_through(kind: str, content: bytes, campaign: Campaign, *, taken_on: date, today: date) -> Delivery:
    """Look through what the bureau ("zip", "list") or CHSI ("faces") sent. Raises KeyError for another kind."""
    if kind == "faces":
        answers, found = look_through_faces(content)
        return Delivery([], found, answers)
    look = {"zip": look_through_photos, "list": look_through_list}[kind]
    return look(content, campaign, taken_on=taken_on, today=today)


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


def _known(numbers: Collection[str]) -> dict[str, StudentRecord]:
    """The records behind the student numbers, in a few questions however many there are."""
    wanted = sorted({number.strip().upper()[:40] for number in numbers})
    parts = (wanted[start : start + PORTION] for start in range(0, len(wanted), PORTION))
    return {r.student_number: r for part in parts for r in StudentRecord.objects.filter(student_number__in=part)}


def _strangers(names: dict[str, str]) -> tuple[list[str], list[str]]:
    """Names in a delivery that fit nobody of the round, by the number they hold: (nobody's at all, somebody's outside the round)."""
    known = _known(names.values())
    outside = [name for name, number in names.items() if number.strip().upper() in known]
    return [name for name in names if name not in set(outside)], outside


def _judged(arrivals: list[Arrival], today: date, named: Iterable[tuple[str, list[str]]]) -> list[Finding]:
    """What is wrong with a delivery as a whole: names by finding, days to come, students who were not to come, nobody at all."""
    found = [finding(id_, count=len(names), names=some(names)) for id_, names in named if names]
    early = [f"{one.case.record.student_number} {one.taken_on}" for one in arrivals if one.taken_on > today]
    if early:
        found.append(finding("PHIM.008", count=len(early), names=some(early), today=today))
    uncalled = [one.case.record.student_number for one in arrivals if one.case.group in UNCALLED]
    if uncalled:
        found.append(finding("PHIM.009", count=len(uncalled), names=some(uncalled)))
    if not arrivals and not stops(found):
        found.append(finding("PHIM.010"))
    return found


def look_through_photos(content: bytes, campaign: Campaign, *, taken_on: date, today: date) -> Delivery:
    """Look through a ZIP of photos named by number. Every problem at once; nothing is written."""
    arrivals: list[Arrival] = []
    strangers: dict[str, str] = {}
    unusable: list[str] = []
    seen: Counter[str] = Counter()
    matching, unpacked, limits = Matching(campaign), 0, PURPOSES["photo"].limits
    try:
        with archive.opened(io.BytesIO(content), limits=DELIVERED) as package:
            for name in package.names:
                base = Path(name.replace("\\", "/")).name
                if not base or base.startswith(".") or base.lower() in {"thumbs.db", archive.MANIFEST}:
                    continue
                number = re.sub(r"\s*[(（]\d+[)）]$", "", Path(base).stem).split("_")[0].strip()
                case = matching.case_of(number)
                if case is None:
                    strangers[base] = number
                    continue
                picture = package.read(name)
                unpacked += len(picture)  # a directory may lie about sizes
                if unpacked > DELIVERED.total_bytes:
                    raise Unreadable("FORMAT.024", limit=DELIVERED.total_bytes // 2**20)
                if upload(seen_in_bytes(picture), limits):
                    unusable.append(base)
                    continue
                seen[case.record.student_number] += 1
                arrivals.append(Arrival(case, taken_on, picture))
    except archive.Refused as refused:
        return Delivery([], [finding(r.id, **r.values) for r in refused.reasons])
    except Unreadable as wrong:
        return Delivery([], [finding(wrong.id, **wrong.values)])
    twice = [number for number, n in seen.items() if n > 1]
    unknown, outside = _strangers(strangers)
    named = (("PHIM.001", unknown), ("PHIM.002", twice), ("PHIM.003", outside), ("PHIM.004", unusable))
    return Delivery(arrivals, _judged(arrivals, today, named))


def _table(content: bytes, needed: str) -> tuple[list[tuple[int, dict[str, str]]], str, list[Finding]]:
    try:
        sheet = read(content)
    except Unreadable as wrong:
        return [], "", [finding(wrong.id, **wrong.values)]
    headings = [h.strip() for h in sheet.columns]
    key = next((k for k in KEYS if k in headings), "")
    if not key or (needed and not {needed, needed.lower()} & set(headings)):
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


def look_through_list(content: bytes, campaign: Campaign, *, taken_on: date, today: date) -> Delivery:
    """Look through the bureau's list of who was captured (学号, 采集日期): the photo itself went to the ministry."""
    rows, key, found = _table(content, "")
    if found:
        return Delivery([], found)
    matching, arrivals, strangers, seen = Matching(campaign), [], {}, Counter()
    for number, row in rows:
        case = matching.case_of(row[key])
        if case is None:
            strangers[f"{number}: {row[key][:20] if key not in {'身份证号', '证件号码', 'SFZH'} else '***'}"] = row[key]
            continue
        seen[case.record.student_number] += 1
        try:
            on = date.fromisoformat(row.get("采集日期", "")[:10]) if row.get("采集日期") else taken_on
        except ValueError:
            found.append(finding("SESS.007", place=str(number), column="采集日期", value=row["采集日期"][:20]))
            continue
        arrivals.append(Arrival(case, on))
    twice = [number for number, n in seen.items() if n > 1]
    unknown, outside = _strangers(strangers)
    return Delivery(arrivals, found + _judged(arrivals, today, (("PHIM.001", unknown), ("PHIM.002", twice), ("PHIM.003", outside))))


def look_through_faces(content: bytes) -> tuple[list[tuple[StudentRecord, Face, bool]], list[Finding]]:
    """CHSI's 在校生 download: 学号 (XH), BZ with the face comparison, ZP whether a photo is there."""
    rows, key, found = _table(content, "BZ")
    numbers = _known([row[key] for _, row in rows])
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
    if not answers and not found:
        found.append(finding("PHIM.010"))
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
    campuses = set(College.objects.values_list("campus", flat=True)) | set(StudentRecord.objects.order_by().values_list("campus", flat=True).distinct())
    longest = {name: Session._meta.get_field(field).max_length for name, field in (("校区", "campus"), ("地点", "room"))}
    rows, found = [], []
    for number, cells in sheet.rows:
        row = {h: _text(c) for h, c in zip(headings, cells, strict=True)}
        wrong: list[tuple[str, str]] = []
        opens, closes = _moment(row, "开始", wrong), _moment(row, "结束", wrong)
        if not (row["容量"].isdecimal() and len(row["容量"]) < 6 and int(row["容量"])):
            wrong.append(("容量", row["容量"]))
        wrong += [(name, row[name]) for name, most in longest.items() if not 0 < len(row[name]) <= most]
        names = [n for n in re.split(r"[，,、；;\s]+", row["学院"]) if n]
        wrong += [("学院", n) for n in names if n not in codes]
        found += [finding("SESS.007", place=str(number), column=column, value=value[:30] or "—") for column, value in wrong]
        if row["校区"] and row["校区"] not in campuses:
            found.append(finding("SESS.009", place=str(number), campus=row["校区"][:40]))
        if not wrong and opens and closes:
            part_time = row.get(PART_TIME, "") in _YES
            open_day = part_time or row["开放时段"] in _YES
            rows.append(Planned(number, row["校区"], row["地点"], opens, closes, int(row["容量"]), tuple(codes[n] for n in names), open_day, part_time=part_time))
    return rows, found


def _moment(row: dict[str, str], key: str, wrong: list[tuple[str, str]]) -> datetime | None:
    clock = row[key].split(" ")[-1].replace("：", ":")
    try:
        hour, minute = clock.split(":")[:2]
        day = date(*(int(part) for part in re.split(r"[-/.年月]", row["日期"].split(" ")[0].rstrip("日"))[:3]))  # as offices write it
        return datetime.combine(day, datetime.min.time(), SHANGHAI).replace(hour=int(hour), minute=int(minute))
    except (ValueError, TypeError, OverflowError):
        wrong.append((key if row["日期"] else "日期", f"{row['日期']} {row[key]}"))
        return None
