"""The demo university while names are spelled and records confirmed: CHSI's download, the English names, students who have begun."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from xueji.accounts.queries import AccountActor
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import notice_of
from xueji.confirmation.commands.confirmations import confirm_record
from xueji.confirmation.commands.majors import publish_majors
from xueji.confirmation.queries.confirmations import PINYIN
from xueji.confirmation.queries.sources import round_of
from xueji.exchange.chsi import import_source
from xueji.journal.command import Act, Stopped
from xueji.records.models import StudentRecord
from xueji.stories.confirming import download, other_value, spell_name, student_act

DIFFERING = ("ethnic_group", "born_on", "enrolled_on", "department", "name")
BEGUN = 60
"""How many students of a round have confirmed already."""


def bring_in_chsi(registrar: AccountActor, now: datetime) -> None:
    """Yesterday's download from CHSI, with some differences, and the school's English names as version one."""
    act = Act(registrar, now - timedelta(hours=20), "registry")
    majors = StudentRecord.objects.exclude(major_code="").order_by("major_code", "student_number").values_list("major_code", "major_name", "major_name_en")
    table = {code: (code, name, english) for code, name, english in majors}
    publish_majors(act, rows=sorted(table.values()), effective="2025届")
    records = list(StudentRecord.objects.select_related("person", "college").exclude(candidate_number="").order_by("student_number"))
    draw = Random("chsi")
    planted = {}
    for record in draw.sample(records, min(40, len(records))):
        code = draw.choice(DIFFERING)
        planted[record.student_number] = {code: other_value(record, code)}
    content = download(records, planted)
    import_source(act, source="chsi", taken_on=(now - timedelta(days=1)).date(), content=content, title="zxs.dbf")


def confirm_some(cases: list[Case], campaign: Campaign, now: datetime) -> int:
    """Some students have spelled their names and confirmed; how many."""
    notice = notice_of(campaign)
    step = next(one for one in notice.steps if one.kind == "confirm")
    asks_pinyin = any(field.code == PINYIN for field in round_of(notice).fields)
    done = 0
    for number, case in enumerate(Random("confirm").sample(cases, min(BEGUN, len(cases)))):
        when = max(step.window.opens + timedelta(minutes=number), now - timedelta(hours=48) + timedelta(minutes=11 * number))
        try:
            if asks_pinyin:
                spell_name(case.record, when)
            confirm_record(student_act(case.record, when), case, step=step.code)
            done += 1
        except Stopped:
            continue  # a name that no document spells yet: that student is still to come
    return done
