"""The verification sheet (信息核对表): what stands on it, when it may be frozen, what its acceptance puts in force."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from xueji.campaigns.batches.commands import some
from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.terms import Rows, SheetColumn, SheetKind
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import notice_of
from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import FIELDS, Kind
from xueji.catalogue.text import Text
from xueji.confirmation.commands.spellings import complete_spelling
from xueji.confirmation.queries.confirmations import PINYIN, copies_name, spellings_in, standings_of, written
from xueji.confirmation.queries.majors import english_majors, newest_version
from xueji.confirmation.queries.sources import round_of
from xueji.confirmation.terms import How
from xueji.journal.command import Act, Stopped
from xueji.pinyin.reading_back import read_back
from xueji.records.commands import change_record
from xueji.records.models import College, Person, StudentRecord
from xueji.records.queries import value_of
from xueji.rules.findings import Finding, finding
from xueji.rules.identity import mask

SHANGHAI = ZoneInfo("Asia/Shanghai")
MAJOR_EN = "major_name_en"
CONFIRMED = "confirmed"
_WEIGHTS = {
    "name": 1.6,
    PINYIN: 2.0,
    "id_number": 1.8,
    "major_name": 1.8,
    MAJOR_EN: 2.4,
    "sex": 0.5,
    "ethnic_group": 0.7,
    "schooling_years": 0.5,
}
_CODES = (
    "name", PINYIN, "sex", "born_on", "ethnic_group", "id_number", "major_code", "major_name", MAJOR_EN, "level", "schooling_years",
    "study_mode", "enrolled_on", "expected_on",
)  # fmt: skip
COLUMNS = (
    *(SheetColumn(code, FIELDS[code].label, _WEIGHTS.get(code, 1.0), editable=code == PINYIN) for code in _CODES),
    SheetColumn(CONFIRMED, Text("学生确认", "Confirmed"), 1.4),
)


def confirming_step(campaign: Campaign) -> str:
    """The step in which students confirm: the last one of that kind in the notice; "" when it has none."""
    steps = [step.code for step in notice_of(campaign).steps if step.kind == "confirm"]
    return steps[-1] if steps else ""


def _cases(campaign: Campaign, college: College) -> list[Case]:
    return list(
        Case.objects.filter(campaign=campaign, left_at=None, record__college=college)
        .select_related("campaign", "record__person", "record__college")
        .order_by("record__student_number")
    )


def rows(campaign: Campaign, college: College) -> Rows:
    """The rows of a college's sheet as of now, by student number: generated from the register, the spellings and the table."""
    cases = _cases(campaign, college)
    spellings = spellings_in(campaign, college.code)
    english = dict(english_majors(newest_version()).values_list("code", "name_en"))
    standings = standings_of(cases, confirming_step(campaign))
    found = {}
    for case in cases:
        record = case.record
        spelling = spellings.get(record.pk)
        if spelling is not None and spelling.name != record.person.name:
            spelling = None
        row = {code: printed(record, code) for code in _CODES}
        row[PINYIN] = written(spelling)
        row[MAJOR_EN] = english.get(record.major_code, "")
        standing = standings[case.pk]
        confirmed = standing.confirmation if standing.holds else None
        row[CONFIRMED] = f"{How(confirmed.how).label} {confirmed.at.astimezone(SHANGHAI):%Y-%m-%d}" if confirmed else ""
        found[record.student_number] = row
    return found


def printed(record: StudentRecord, code: str) -> str:
    """A value as paper shows it: words for codes, the identity number masked."""
    value = value_of(record, code)
    if not isinstance(value, str) or not value:
        return ""
    field = FIELDS[code]
    if field.kind is Kind.ID_NUMBER:
        return mask(value)
    return code_table(field.codes).word(value).zh if field.kind in (Kind.CODE, Kind.REGION) else value


def hindrances(campaign: Campaign, college: College, rows: Rows) -> list[Finding]:
    """Why the sheet may not be frozen: empty pinyin, unconfirmed students, majors without an English name."""
    found = []
    asked = {field.code for field in round_of(notice_of(campaign)).fields}
    if PINYIN in asked and (empty := [key for key, row in rows.items() if not row[PINYIN]]):
        found.append(finding("SHEET.012", count=len(empty), rows=some(empty)))
    if waiting := [key for key, row in rows.items() if not row[CONFIRMED]]:
        found.append(finding("SHEET.013", count=len(waiting), rows=some(waiting)))
    if unnamed := sorted({row["major_name"] for row in rows.values() if not row[MAJOR_EN]}):
        found.append(finding("CONF.010", count=len(unnamed), rows=some(unnamed)))
    return found


def accept(act: Act, batch: Batch) -> None:
    """Put an accepted sheet in force: the pinyin and the English major name go to the records (接收后生效)."""
    spellings = spellings_in(batch.campaign, batch.college_id)
    records = {
        r.student_number: r for r in StudentRecord.objects.filter(student_number__in=list(batch.rows)).select_related("person", "college")
    }
    for key in sorted(batch.rows):
        record, row = records[key], batch.rows[key]
        values = {MAJOR_EN: row[MAJOR_EN]} | ({PINYIN: row[PINYIN]} if row[PINYIN] else {})
        change_record(act, record, values=values, reason=f"接收{batch.college.name}信息核对表第 {batch.version} 版")
        spelling = spellings.get(record.pk)
        if spelling is not None and row[PINYIN]:
            Person.objects.filter(pk=record.person_id).update(name_syllables=spelling.syllables, surname_length=spelling.surname_length)


def edit(act: Act, campaign: Campaign, key: str, column: str, value: str) -> None:
    """Take over one cell of an edited copy: only the pinyin, read back into syllables, to be confirmed by the student."""
    record = StudentRecord.objects.select_related("person", "college").get(student_number=key, cases__campaign=campaign)
    if column != PINYIN:
        return
    if copies_name(record):
        complete_spelling(act, record, copied=value)
        return
    read = read_back(record.person.name, value)
    if read is None:
        raise Stopped([finding("CONF.011", field=PINYIN, place=key, written=value, name=record.person.name)])
    complete_spelling(act, record, syllables=read[0], surname_length=read[1])


def states(campaign: Campaign) -> dict[str, str]:
    """What is printed under the sheet: which version of the English names it used."""
    version = newest_version()
    effective = english_majors(version).values_list("effective", flat=True).first() if version else ""
    return {"英文学科（专业）名称对照表": f"第 {version} 版（{effective}）" if version else "未发布"}


VERIFICATION_SHEET = SheetKind(
    "verification_sheet", Text("预毕业生信息核对表", "Verification sheet"), COLUMNS, rows, hindrances, accept, edit, states
)
