"""Who has done what, by class; filters, counts and queries of the college's list."""

import pytest

from xueji.campaigns.commands import mark_own_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)
    return world


def test_the_secretary_sees_her_own_college_by_class(today):
    code = today.campaign.code
    page = today.client("王秘书").get(f"/college/{code}/").content.decode()
    assert "S240101" in page and "S240102" in page and "李明" in page
    assert "S240201" not in page and "赵强" not in page


def test_the_counsellor_sees_the_own_class_only(today):
    page = today.client("高辅导员").get(f"/college/{today.campaign.code}/").content.decode()
    assert "李明" in page and "SCHMIDT ANNA" not in page and "S240102" not in page


def test_another_colleges_secretary_finds_neither_the_student_nor_the_case(today):
    code = today.campaign.code
    client = today.client("赵秘书")
    for address in (
        f"/college/{code}/students/S202401001/",
        "/college/students/S202401001/",
        f"/college/{code}/?college=A",
        f"/college/{code}/export/?college=A",
    ):
        assert client.get(address).status_code == 404, address
    assert "没有找到" in client.get("/college/students/?q=李明").content.decode()
    for address in ("/college/students/S202401001/reveal/", "/college/students/S202401001/password/"):
        assert client.post(address, {"reason": "看看", "seen": "on"}).status_code == 404


def test_only_the_campaign_that_is_open_is_shown_at_once(today):
    code = today.campaign.code
    answer = today.client("王秘书").get("/college/")
    assert answer.status_code == 302 and answer.url == f"/college/{code}/"
    assert "研通知[2024]53号" in today.client("王秘书").get("/college/?all=1").content.decode()


def numbers(page: str) -> list[str]:
    import re

    return re.findall(r'<td class="num">([SB]\d+)</td>', page)


def test_the_list_is_narrowed_by_name_number_class_state_and_step(today):
    case = today.case_of("王芳")
    mark_own_step(today.act("王芳"), case, step="semester", mark="done")
    client, base = today.client("王秘书"), f"/college/{today.campaign.code}/"

    def found(query):
        return numbers(client.get(base + query).content.decode())

    assert found("") == ["S202401001", "S202401002", "S202401003"]
    assert found("?q=王") == ["S202401002"]
    assert found("?q=s2024010") == ["S202401001", "S202401002", "S202401003"]
    assert found("?q=2401") == []
    assert found("?number=S240102") == ["S202401003"]
    assert found("?stage=going") == ["S202401002"]
    assert found("?stage=done") == []
    assert found("?step=personal") == ["S202401002"]
    assert found("?order=touched")[0] == "S202401002" or today.case_of("李明").touched_at is None


def test_filters_that_make_no_sense_are_left_out_and_not_an_error(today):
    base = f"/college/{today.campaign.code}/"
    for query in ("?stage=nonsense", "?step=' or 1=1", "?page=-1", "?page=x", "?order=;", "?q=%00", "?q=" + "长" * 500):
        assert today.client("王秘书").get(base + query).status_code == 200, query


def test_where_somebody_stopped_is_said_in_words(today):
    mark_own_step(today.act("王芳"), today.case_of("王芳"), step="semester", mark="done")
    client = today.client("王秘书")
    page = client.get(f"/college/{today.campaign.code}/").content.decode()
    assert "第 2 步 个人信息修改" in page and "没有登录过" in page
    english = today.client("王秘书", "en").get(f"/college/{today.campaign.code}/").content.decode()
    assert "Step 2, Personal information modification" in english and "Never signed in" in english


def test_after_the_end_the_unfinished_are_overdue(today, monkeypatch):
    from datetime import timedelta

    mark_own_step(today.act("王芳"), today.case_of("王芳"), step="semester", mark="done")
    monkeypatch.setattr("django.utils.timezone.now", lambda: today.campaign.closes + timedelta(seconds=1))
    page = today.client("王秘书").get(f"/college/{today.campaign.code}/").content.decode()
    assert "已经截止" in page and "逾期" in page and "第 2 步 个人信息修改，已经关闭" in page


@pytest.mark.parametrize("address", ["/college/{}/", "/college/students/?q=学生"])
def test_a_longer_list_asks_the_database_no_more_often(today, address):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    where = address.format(today.campaign.code)
    client = today.client("王秘书")

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as seen:
            client.get(where)
        return len(seen)

    from xueji.campaigns.commands import follow_audience

    today.enrol("学生甲", "S202401010", "A", class_number="S240101")
    follow_audience(today.act("刘老师"), today.campaign)
    once = asked()
    for place in range(3):
        today.enrol(f"学生{'乙丙丁'[place]}", f"S20240102{place}", "A", class_number=f"S24019{place}")
    follow_audience(today.act("刘老师"), today.campaign)
    assert asked() == once


@pytest.mark.parametrize("query", ["", "stage=all", "stage=going", "stage=all&order=touched", "step=personal", "q=学生", "stage=all&number=机械10"])
def test_whoever_leafs_through_meets_everybody_once(today, monkeypatch, query):
    """Page by page, each as often as the database is asked: nobody twice, nobody left out, class by class as the table above has them."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from xueji.campaigns.commands import follow_audience
    from xueji.campaigns.models import Case

    monkeypatch.setattr("xueji.desks.college.progress.PAGE", 4)
    classes = ["", "b1", "A2", "a10", "机械10", "机械9", "机械10"]
    for place in range(23):
        today.enrol(f"学生{place}", f"S2024019{place:02d}", "A", class_number=classes[place % len(classes)])
    follow_audience(today.act("刘老师"), today.campaign)
    mine = Case.objects.filter(record__college="A")
    for place, case in enumerate(mine.order_by("record__student_number")):
        stage = ("idle", "going", "done")[place % 3]
        at = today.now if stage != "idle" else None
        Case.objects.filter(pk=case.pk).update(stage=stage, touched_at=at, at_step="" if stage == "done" else "personal")
    client, base = today.client("王秘书"), f"/college/{today.campaign.code}/?{query}&page="
    met, asked, page, last = [], set(), 1, 1
    while page <= last:
        with CaptureQueriesContext(connection) as seen:
            answer = client.get(f"{base}{page}")
        assert answer.status_code == 200
        last = answer.context["page"].paginator.num_pages
        met += [(line.case.class_number, line.number) for line in answer.context["lines"]]
        asked.add(len(seen))
        page += 1
    fits = {
        "": mine.exclude(stage="done"), "stage=all": mine, "stage=going": mine.filter(stage="going"), "stage=all&order=touched": mine,
        "step=personal": mine.exclude(stage="done"), "q=学生": mine.exclude(stage="done").filter(record__person__name__contains="学生"),
        "stage=all&number=机械10": mine.filter(class_number="机械10"),
    }[query]  # fmt: skip
    assert sorted(number for _, number in met) == sorted(fits.values_list("record__student_number", flat=True)) and last > 1
    if query in ("", "stage=all", "stage=going", "stage=all&number=机械10"):
        assert met == sorted(met)
    assert max(asked) - min(asked) <= 1  # a page on which everybody has begun needs not ask whom no message reached
    beyond = client.get(f"{base}999").context["page"]
    assert beyond.number == last
