"""A campaign tells its students, reminds those who have something left to do, and nobody twice a day."""

from datetime import datetime, timedelta

import pytest
from django.core import mail
from tests.world import SHANGHAI

from xueji.accounts.models import Account
from xueji.campaigns.commands import extend_case
from xueji.campaigns.letters import (
    announce,
    announce_by_job,
    letter_of,
    remind,
    remind_cases,
    reminders_for,
    send_due_reminders,
    tell,
    unreached_in,
)
from xueji.campaigns.models import Case
from xueji.journal.command import Stopped
from xueji.notify.models import Delivery, Message
from xueji.notify.terms import Kind

pytestmark = pytest.mark.django_db


def told(message=None):
    rows = Delivery.objects.filter(way="app")
    return set((rows.filter(message=message) if message else rows).values_list("account__name", flat=True))


def at(day, hour=9, minute=5):
    return datetime(2024, 9, day, hour, minute, tzinfo=SHANGHAI)


def test_the_notice_reaches_its_whole_audience_once_per_version(world, settings):
    sent = announce(world.act("刘老师"), world.campaign)
    assert sent.people == 4 and told() == {"李明", "王芳", "赵强", "SCHMIDT ANNA"}
    assert announce(world.act("刘老师"), world.campaign).people == 0 and Message.objects.count() == 1
    english = next(one for one in mail.outbox if one.to == [Account.objects.get(name="SCHMIDT ANNA").email])
    assert "the Chinese text prevails" in english.body and "Donghu University of Technology" in english.subject
    assert all(f"{settings.XUEJI_ADDRESS}/n/" in one.body for one in mail.outbox)


def test_a_secretary_reminds_the_own_college_and_a_counsellor_the_own_class(world):
    campaign = world.campaign
    by_class = remind(world.act("高辅导员"), campaign)
    assert told(by_class.messages[0]) == {"李明", "王芳"}
    by_college = remind(world.act("王秘书"), campaign)
    assert told(by_college.messages[0]) == {"SCHMIDT ANNA"} and [f.id for f in by_college.findings] == ["MSG.003"]
    with pytest.raises(Stopped) as nobody:
        remind(world.act("王秘书"), campaign)
    assert [f.id for f in nobody.value.findings] == ["MSG.001"]


def test_only_those_with_something_left_to_do_are_reminded(world):
    world.case_of("李明")
    Case.objects.filter(record__person__name="李明").update(stage="done")
    Case.objects.filter(record__person__name="王芳").update(stage="review")
    sent = remind(world.act("王秘书"), world.campaign, class_number="S240102")
    assert told(sent.messages[0]) == {"SCHMIDT ANNA"}
    with pytest.raises(Stopped) as nobody:
        remind(world.act("王秘书"), world.campaign, class_number="S240101")
    assert [f.id for f in nobody.value.findings] == ["MSG.002"]


def test_a_word_to_one_student_says_nothing_of_the_reason(world):
    case = world.case_of("李明")
    tell(world.act("王秘书"), case, Kind.RETURN)
    message = Message.objects.get()
    assert told(message) == {"李明"} and "退回" in message.subject.zh
    assert "王秘书 67000001" in message.contact.zh


def test_what_a_letter_says_stands_in_the_notice(world):
    letter = letter_of(world.campaign)
    assert letter.number == world.campaign.number and letter.closes == world.campaign.closes
    assert letter.school.zh == "东湖理工大学" and letter.contact.zh


def test_reminders_go_three_days_and_one_day_before_the_end_in_the_daytime(world):
    campaign = world.campaign
    assert campaign.closes == datetime(2024, 9, 10, 17, tzinfo=SHANGHAI)
    Case.objects.filter(record__person__name="李明").update(stage="done")
    reminded = {}
    for day in range(3, 12):
        for hour, minute in ((1, 0), (8, 50), (9, 5), (9, 15), (16, 0), (23, 50)):
            if people := send_due_reminders(at(day, hour, minute)):
                reminded[day, hour, minute] = people
    assert {day for day, _, _ in reminded} == {7, 9} and {hour for _, hour, _ in reminded} == {9}
    assert all(people == 3 for people in reminded.values()) and "李明" not in told()
    assert all("截止 北京时间 2024年9月10日（周二）17:00" in m.subject.zh for m in Message.objects.filter(kind="reminder"))


def test_an_extended_student_is_reminded_of_the_new_date(world):
    case = world.case_of("王芳")
    extend_case(world.act("王秘书"), case, until=datetime(2024, 9, 20, 17, tzinfo=SHANGHAI), reason="住院")
    assert send_due_reminders(at(9)) == 3 and "王芳" not in told()
    assert send_due_reminders(at(17)) == 1
    newest = Message.objects.order_by("-created_at").first()
    assert told(newest) == {"王芳"} and "2024年9月20日（周五）17:00" in newest.subject.zh


def test_a_closed_campaign_reminds_nobody(world):
    campaign = world.campaign
    type(campaign).objects.update(closed_at=at(5))
    assert send_due_reminders(at(9)) == 0


def test_who_was_reminded_by_the_college_today_is_left_alone(world):
    remind(world.act("王秘书", at=at(9, 8)), world.campaign)
    assert send_due_reminders(at(9)) == 1 and Delivery.objects.filter(account__name="赵强", way="app").count() == 1
    assert send_due_reminders(at(9) + timedelta(minutes=20)) == 0


def test_the_college_sees_on_its_list_who_was_reminded_and_whom_nothing_reached(world, django_assert_num_queries):
    campaign, cases = world.campaign, [world.case_of(name) for name in ("李明", "王芳", "SCHMIDT ANNA")]
    li, wang, anna = cases
    Account.objects.filter(name="王芳").update(email="")
    remind_cases(world.act("王秘书"), campaign, [li, wang])
    remind_cases(world.act("王秘书", at=at(6)), campaign, [li])
    with django_assert_num_queries(2):
        reminded, lost = reminders_for(cases), unreached_in(cases)
    assert (reminded[li.pk].times, reminded[li.pk].last) == (2, at(6)) and reminded[wang.pk].times == 1 and anna.pk not in reminded
    assert lost == {wang.pk}
    assert reminders_for([]) == {} and unreached_in([]) == frozenset()


def test_a_case_of_another_college_that_was_slipped_into_the_choice_is_left_out(world):
    sent = remind_cases(world.act("王秘书"), world.campaign, [world.case_of("李明"), world.case_of("赵强")])
    assert told(sent.messages[0]) == {"李明"}


def test_a_tick_on_a_quiet_day_or_after_the_reminder_looks_at_no_case(world, django_assert_max_num_queries):
    campaign = world.campaign
    with django_assert_max_num_queries(4):
        assert send_due_reminders(at(4)) == 0
    assert send_due_reminders(at(7)) == 4
    with django_assert_max_num_queries(4):
        assert send_due_reminders(at(7, 9, 25)) == 0
    assert campaign.version == 1


def test_somebody_who_joins_later_gets_the_notice_too_and_nobody_else_again(world):
    from xueji.campaigns.commands import follow_audience

    announce(world.act("刘老师"), world.campaign)
    world.enrol("孙悦", "S202401009", "A", class_number="S240101", id_number="320600200205060052")
    follow_audience(world.system(), world.campaign)
    assert announce(world.act("刘老师"), world.campaign).people == 1 and Message.objects.count() == 1
    assert Delivery.objects.filter(way="app").count() == 5 and "孙悦" in told()


def test_a_large_audience_is_told_by_the_worker_and_the_registrar_sees_how_far(world):
    job = announce_by_job(world.act("刘老师"), world.campaign).result
    job.refresh_from_db()
    assert job.progress == "done" and job.why() is None and told() == {"李明", "王芳", "赵强", "SCHMIDT ANNA"}


def test_who_has_begun_knows_of_the_notice_but_who_got_it_back_must_hear_that(world):
    Account.objects.update(email="")
    announce(world.act("刘老师"), world.campaign)
    cases = [world.case_of(name) for name in ("李明", "王芳")]
    assert unreached_in(cases) == {case.pk for case in cases}
    cases[0].touched_at, cases[0].stage = at(5), "going"
    assert unreached_in(cases) == {cases[1].pk}
    cases[0].stage = "back"
    assert unreached_in(cases) == {case.pk for case in cases}
