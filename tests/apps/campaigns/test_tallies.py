"""Counting without joining: a case knows its record's college and class, and the database keeps that true."""

from datetime import timedelta

import pytest
from django.db import connection

from xueji.campaigns.models import Case
from xueji.campaigns.queries import cases_for
from xueji.campaigns.tallies import campaigns_seen, finished_by_day, progress_by_class, progress_by_college, progress_of_colleges
from xueji.records.commands import change_record
from xueji.records.models import StudentRecord

pytestmark = pytest.mark.django_db


def place(case):
    return Case.objects.values_list("college_code", "class_number").get(pk=case.pk)


def test_a_case_knows_the_college_and_class_of_its_student_from_the_start(world):
    assert place(world.case_of("李明")) == ("A", "S240101")
    assert place(world.case_of("赵强")) == ("B", "S240201")


def test_a_case_follows_its_student_into_another_class_and_college(world):
    case = world.case_of("李明")
    change_record(world.act("刘老师"), case.record, values={"class_number": "S240102"}, reason="转班")
    assert place(case) == ("A", "S240102")
    StudentRecord.objects.filter(pk=case.record_id).update(college="B")
    assert place(case) == ("B", "S240102")
    assert [(t.key, t.total) for t in progress_by_class(world.actor("赵秘书"), world.campaign, "B")] == [("S240102", 1), ("S240201", 1)]


def test_an_old_copy_of_a_case_does_not_put_an_old_class_back(world):
    case = world.case_of("李明")
    StudentRecord.objects.filter(pk=case.record_id).update(class_number="S240109")
    case.group = "new_postgraduates"
    case.save()
    assert place(case) == ("A", "S240109")


def test_the_tallies_agree_with_the_cases_counted_one_by_one(world):
    viewer, campaign = world.actor("刘老师"), world.campaign
    counted = {}
    for case in cases_for(viewer, campaign):
        counted[case.record.college_id] = counted.get(case.record.college_id, 0) + 1
    assert {t.key: t.total for t in progress_by_college(viewer, campaign)} == counted
    assert [(t.label, t.label_en) for t in progress_by_college(viewer, campaign)][0] == ("计算机学院", "School of Computer Science")
    (one,) = [tally for seen, tally in campaigns_seen(viewer) if seen == campaign]
    assert one.total == sum(counted.values())


def test_a_secretary_counts_only_the_own_college_and_whoever_left_is_not_counted(world):
    secretary, campaign = world.actor("王秘书"), world.campaign
    before = progress_by_college(secretary, campaign)
    assert [t.key for t in before] == ["A"]
    Case.objects.filter(record__person__name="李明").update(left_at=world.now)
    assert progress_by_college(secretary, campaign)[0].total == before[0].total - 1


def test_a_college_is_counted_without_its_records(world, django_assert_num_queries):
    viewer, campaign = world.actor("刘老师"), world.campaign
    with django_assert_num_queries(1) as seen:
        progress_by_class(viewer, campaign, "A")
    assert "records_studentrecord" not in seen.captured_queries[0]["sql"]
    with django_assert_num_queries(2):
        progress_of_colleges(viewer, [campaign])


def test_whoever_finished_counts_from_that_day_on_in_shanghai(world):
    viewer, campaign = world.actor("刘老师"), world.campaign
    keys = list(Case.objects.filter(campaign=campaign).order_by("pk").values_list("pk", flat=True))
    opens = campaign.opens
    moments = [opens - timedelta(days=3), opens + timedelta(days=1, hours=2), opens + timedelta(days=1, hours=3)]
    for pk, at in zip(keys, moments, strict=False):
        Case.objects.filter(pk=pk).update(finished_at=at)
    days = finished_by_day(viewer, campaign, opens + timedelta(days=3))
    assert [n for _, n in days] == [1, 3, 3, 3]
    assert days[0][0].isoformat() == "2024-09-02"


def test_a_long_window_is_drawn_from_its_last_days(world):
    campaign = world.campaign
    campaign.closes = campaign.opens + timedelta(days=700)
    days = finished_by_day(world.actor("刘老师"), campaign, campaign.opens + timedelta(days=600))
    assert len(days) == 120


@pytest.mark.only_on("sqlite", why="PostgreSQL has its own planner")
def test_sqlite_counts_from_the_index_alone(world):
    campaign = world.campaign
    sql = "SELECT college_code, stage, COUNT(*) FROM campaigns_case WHERE campaign_id = %s AND left_at IS NULL GROUP BY 1, 2"
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", [campaign.pk])
        assert "COVERING INDEX case_tally" in str(cursor.fetchall())
