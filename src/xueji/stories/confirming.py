"""What the two stories of confirmation share: the school filled from a roster, CHSI's download with planted differences, students who act."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from xueji.accounts.queries import AccountActor, SystemActor, actor_for
from xueji.campaigns.batches.commands import freeze_batch
from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.terms import SheetKind
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.fields import FIELDS
from xueji.confirmation.commands.spellings import choose_spelling
from xueji.confirmation.queries.confirmations import copies_name
from xueji.exchange.commands.rosters import receive_roster
from xueji.exchange.layouts import as_dbf, layout
from xueji.exchange.roster import running
from xueji.journal.command import Act, Refused, Stopped
from xueji.pinyin import suggest
from xueji.records.models import College, StudentRecord
from xueji.records.queries import value_of
from xueji.stories.portrait import portrait
from xueji.stories.roster_file import write_roster
from xueji.stories.university import declare

NOTICES = Path(__file__).resolve().parents[3] / "campaigns"


def at(year: int, month: int, day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """An instant in Shanghai."""
    return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)


class Staff:
    """Who acts for the school (学校的人): the registrar, and each college's secretary, dean and counsellor by college code."""

    def __init__(self, when: datetime) -> None:
        self.accounts = declare(Act(SystemActor("故事"), when, "cli"))
        self.registrar = actor_for(self.accounts["REG01"])

    def of(self, office: str, college: str) -> AccountActor:
        """The holder of an office ("SEC", "DEAN", "COU") in a college."""
        return actor_for(self.accounts[f"{office}{college}"])


def fill_school(folder: Path, registrar: AccountActor, when: datetime, people: Sequence[dict[str, str]]) -> int:
    """Import the people by the same roster import as a real one; returns how many were added."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "roster.xlsx"
    write_roster(people, path)
    act = Act(registrar, when, "registry")
    received = receive_roster(act, path.read_bytes(), title=path.name).result
    plan = running.compare(act, received)
    running.commit(act, received, plan=plan)
    return plan.counts["added"]


def student_act(record: StudentRecord, when: datetime) -> Act:
    """The student acting for himself or herself."""
    return Act(AccountActor(record.account), when, "student")


def spell_name(record: StudentRecord, when: datetime, *, other: bool = False) -> bool:
    """The student accepts the proposal, or (``other``) the second reading where the proposal is unsure. Whether it was another one."""
    act = student_act(record, when)
    if copies_name(record):
        choose_spelling(act, record, copied=record.person.name_pinyin or "NAME AS IN PASSPORT")
        return False
    proposed = suggest(record.person.name)
    syllables = list(proposed.syllables)
    unsure = [doubt for doubt in proposed.doubtful if len(doubt.readings) > 1]
    if other and unsure:
        syllables[unsure[0].position] = unsure[0].readings[1]
    choose_spelling(act, record, syllables=syllables, surname_length=proposed.surname_length)
    return bool(other and unsure)


def download(records: Iterable[StudentRecord], changes: dict[str, dict[str, str]], more: Sequence[dict[str, str]] = ()) -> bytes:
    """CHSI's .dbf of these records with the planted changes (by student number), without those whose change is empty."""
    codes = [column.field for column in layout("chsi_students").columns]
    rows = []
    for record in records:
        planted = changes.get(record.student_number)
        if planted == {}:
            continue
        rows.append({code: str(value_of(record, code)) for code in codes} | (planted or {}))
    return as_dbf("chsi_students", [*rows, *more], on=date(2024, 10, 8))


def other_value(record: StudentRecord, code: str) -> str:
    """Another value of the same kind for a field, so that the difference is real."""
    now = str(value_of(record, code))
    if FIELDS[code].kind == "date":
        return now[:8] + ("01" if now[8:] != "01" else "02")
    if code == "id_number":
        return now[:-1] + ("0" if now[-1] != "0" else "1")
    if code == "sex":
        return "2" if now == "1" else "1"
    if FIELDS[code].codes:
        return "02" if now != "02" else "03"
    return f"{now}甲"


def scanned_paper() -> bytes:
    """A scanned page of a household register, as good as any picture for a story."""
    return portrait(1)


def frozen(act: Act, campaign: Campaign, college: College, kind: SheetKind) -> Batch:
    """The college's sheet as its next version."""
    return freeze_batch(act, campaign, college=college, kind=kind).result


def cases_of(campaign: Campaign) -> list[Case]:
    """Every case with its record, person, college and account, by number."""
    found = Case.objects.filter(campaign=campaign, left_at=None)
    return list(found.select_related("campaign", "record__person", "record__college", "record__account").order_by("record__student_number"))


def stopped(attempt) -> str:
    """The number of the first finding that stops an attempt, "refused" for a missing permission, "" when nothing does."""
    try:
        attempt()
    except Stopped as wrong:
        return wrong.findings[0].id
    except Refused:
        return "refused"
    return ""
