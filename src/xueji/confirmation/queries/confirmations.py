"""Reading what a student is to confirm, and what was confirmed (核对与确认)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet

from xueji.campaigns.models import Campaign, Case
from xueji.catalogue.fields import Field
from xueji.catalogue.text import Text
from xueji.confirmation.models import Confirmation, Spelling
from xueji.confirmation.queries.sources import Round
from xueji.confirmation.terms import ACCORD_DRAWN, ACCORD_WORDS, Accord, How
from xueji.pinyin import spell, suggest
from xueji.pinyin.characters import clean_name
from xueji.records.models import StudentRecord
from xueji.records.queries import school, value_of
from xueji.records.terms import Population
from xueji.rules.comparison import CHSI, SCHOOL, normal_form, right_source

PINYIN = "name_pinyin"


def copies_name(record: StudentRecord) -> bool:
    """Whether the Latin name is copied from a document (留学生、港澳台) instead of spelled from the Chinese name."""
    return record.person.population != Population.DOMESTIC or suggest(record.person.name).copied


def spelling_of(record: StudentRecord) -> Spelling | None:
    """The spelling chosen for the name the record has now; None when there is none or the name is another one."""
    found = Spelling.objects.filter(record=record).first()
    return found if found is not None and found.name == record.person.name else None


def written(spelling: Spelling | None, style: str = "") -> str:
    """A spelling in the school's style, or in the style asked for; "" for none."""
    if spelling is None:
        return ""
    if spelling.copied:
        return spelling.copied
    return spell(clean_name(spelling.name), spelling.syllables, spelling.surname_length, style or school().pinyin_style)


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of one student as the pages show it (核对行): originals, who is right, and how it stands."""

    field: Field
    school: str
    elsewhere: Mapping[str, str]
    accord: Accord
    right: str
    known: Text | None

    @property
    def word(self) -> Text:
        return ACCORD_WORDS[self.accord]

    @property
    def drawn(self) -> str:
        return ACCORD_DRAWN[self.accord]

    @property
    def chsi(self) -> str:
        return self.elsewhere.get(CHSI, "")

    @property
    def right_value(self) -> str:
        """The value that prevails, "" where only evidence can tell."""
        return {SCHOOL: self.school, **self.elsewhere}.get(self.right, "")


def value_to_confirm(record: StudentRecord, code: str, spelling: Spelling | None) -> str:
    """The value a student confirms: the record's, and for the pinyin what was chosen for the next certificate."""
    if code == PINYIN:
        return written(spelling) or str(value_of(record, code))
    value = value_of(record, code)
    return value if isinstance(value, str) else ""


def field_lines(
    record: StudentRecord, round: Round, elsewhere: Mapping[str, Mapping[str, str]], *, disputed: Collection[str] = ()
) -> list[FieldLine]:
    """Every field of the round with its values and its state. ``elsewhere`` is what the sources say of this student."""
    spelling = spelling_of(record)
    lines = []
    for field in round.fields:
        mine = value_to_confirm(record, field.code, spelling)
        others = {source: values[field.code] for source, values in elsewhere.items() if field.code in values}
        normal = normal_form(field)
        differing = any(normal(value) != normal(mine) for value in others.values())
        known = round.rules.known.get(field.code)
        right = right_source(field, {SCHOOL: mine, **others}, round.rules) if differing else ""
        lines.append(
            FieldLine(field, mine, others, _accord(field, others, differing, known, disputed), right, known if differing else None)
        )
    return lines


def _accord(field: Field, others: Mapping[str, str], differing: bool, known: Text | None, disputed: Collection[str]) -> Accord:
    if field.code in disputed:
        return Accord.DISPUTED
    if not others:
        return Accord.SCHOOL_ONLY
    if not differing:
        return Accord.SAME
    return Accord.KNOWN if known else Accord.DIFFERS


def newest_confirmation(case: Case, step: str) -> Confirmation | None:
    """The last confirmation of a step, whether it still holds or not."""
    return Confirmation.objects.filter(case=case, step=step).order_by("-at").first()


def changed_since(confirmation: Confirmation, record: StudentRecord) -> list[str]:
    """The fields whose values are no longer those that were confirmed; any of them voids the confirmation."""
    spelling = spelling_of(record)
    return sorted(code for code, value in confirmation.values.items() if value_to_confirm(record, code, spelling) != value)


@dataclass(frozen=True, slots=True)
class ConfirmationStanding:
    """Whether a case is confirmed (确认情况). ``changed`` names the fields that void it."""

    confirmation: Confirmation | None
    changed: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return self.confirmation is not None and not self.changed

    @property
    def by_silence(self) -> bool:
        return self.confirmation is not None and self.confirmation.how == How.SILENCE


def confirmation_standing(case: Case, step: str) -> ConfirmationStanding:
    """Whether the case's step is confirmed at this moment."""
    newest = newest_confirmation(case, step)
    return ConfirmationStanding(newest, tuple(changed_since(newest, case.record)) if newest else ())


def standings_of(cases: Iterable[Case], step: str) -> dict[object, ConfirmationStanding]:
    """`confirmation_standing` for many cases of one campaign, by case; two queries."""
    page = list(cases)
    newest: dict[object, Confirmation] = {}
    for one in Confirmation.objects.filter(case__in=page, step=step).order_by("at"):
        newest[one.case_id] = one
    spellings = {one.record_id: one for one in Spelling.objects.filter(record__in=[case.record_id for case in page])}
    found = {}
    for case in page:
        one = newest.get(case.pk)
        spelling = spellings.get(case.record_id)
        if spelling is not None and spelling.name != case.record.person.name:
            spelling = None
        changed = [code for code, value in one.values.items() if value_to_confirm(case.record, code, spelling) != value] if one else []
        found[case.pk] = ConfirmationStanding(one, tuple(sorted(changed)))
    return found


def confirmations_of(case: Case) -> QuerySet[Confirmation]:
    """Everything that was confirmed in a case, newest first."""
    return Confirmation.objects.filter(case=case)


def spellings_in(campaign: Campaign, college: str) -> dict[object, Spelling]:
    """The spellings of a college's students in a campaign, by record; one query."""
    of_cases = Spelling.objects.filter(record__cases__campaign=campaign, record__cases__left_at=None, record__college_id=college)
    return {one.record_id: one for one in of_cases}
