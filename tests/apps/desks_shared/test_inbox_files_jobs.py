"""Pages that every desk shares: messages, encrypted files, background work. What is not yours does not exist."""

import re
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from xueji.campaigns.letters import announce
from xueji.catalogue.text import Text
from xueji.desks.files import file_address
from xueji.jobs import terms
from xueji.jobs.commands import start_job
from xueji.jobs.models import Job
from xueji.jobs.terms import job_kind
from xueji.journal.command import Scope
from xueji.journal.models import Event
from xueji.notify.models import Delivery, Message
from xueji.vault.commands import set_term, store_file
from xueji.vault.store import path_of

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"one page " * 20 + b"\n%%EOF"
JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\x02\x80\x01\xe0\x03"
    + b"\0" * 60
    + b"\xff\xd9"
)


@pytest.fixture
def told(world):
    announce(world.act("刘老师"), world.campaign)
    return Message.objects.get()


def test_a_student_reads_a_message_and_says_so(world, told):
    client = world.client("李明")
    listed = client.get("/messages/").content.decode()
    assert "未打开" in listed and told.subject_zh in listed
    page = client.get(f"/messages/{told.pk}/").content.decode()
    assert told.code in page and "已知悉" in page and 'action="' in page
    mine = Delivery.objects.get(way="app", account=world.account("李明"))
    assert mine.opened_at and not mine.acknowledged_at
    answer = client.post(f"/messages/{told.pk}/acknowledge/", follow=True)
    mine.refresh_from_db()
    assert mine.acknowledged_at and "已记下" in answer.content.decode()
    assert "已知悉" in client.get("/messages/").content.decode()
    assert set(Event.objects.filter(actor=f"account:{mine.account_id}").values_list("kind", flat=True)) >= {
        "message.opened", "message.acknowledged",
    }  # fmt: skip


def test_a_message_is_in_the_language_of_the_page(world, told):
    page = world.client("SCHMIDT ANNA", language="en").get(f"/messages/{told.pk}/").content.decode()
    assert told.subject_en.split("]")[0] in page and "Where the two differ, the Chinese text prevails." in page
    assert "请登录系统" not in page


def test_a_prefetched_head_does_not_count_as_opened(world, told):
    world.client("李明").head(f"/messages/{told.pk}/")
    assert Delivery.objects.get(way="app", account=world.account("李明")).opened_at is None


@pytest.mark.parametrize("address", ["/messages/{}/", "/messages/{}/acknowledge/"])
def test_a_message_to_others_does_not_exist(world, told, address):
    for name in ("欧阳静", "赵秘书", "刘老师"):  # 欧阳静 is outside the audience; staff have no copy
        client = world.client(name)
        answer = client.post(address.format(told.pk)) if "acknowledge" in address else client.get(address.format(told.pk))
        assert answer.status_code == 404
    assert world.client("李明").get("/messages/nonsense/").status_code == 404
    assert world.client().get(address.format(told.pk)).status_code in (302, 405)


@pytest.mark.parametrize("letters", [1, 3])
def test_the_list_costs_the_same_however_many_messages_there_are(world, django_assert_max_num_queries, letters, told):
    from xueji.campaigns.letters import tell
    from xueji.notify.terms import Kind

    for _ in range(letters - 1):
        tell(world.act("王秘书"), world.case_of("李明"), Kind.DECISION)
    client = world.client("李明")
    with django_assert_max_num_queries(9):
        assert client.get("/messages/").content.decode().count("未打开") == letters


# ------------------------------------------------------------------ files


def kept(world, content=PDF, purpose="evidence", name="身份证 正面.pdf"):
    case = world.case_of("李明")
    scope = Scope(college="A", campus=case.record.campus, class_number="S240101", account=f"account:{case.record.account_id}")
    return store_file(world.act("李明"), content, purpose=purpose, scope=scope, title=name).result


def test_a_file_opens_for_its_owner_and_college_by_an_address_that_soon_dies(world):
    file = kept(world)
    address = file_address(world.actor("李明"), file.pk)
    answer = world.client("李明").get(address)
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Type"] == "application/pdf" and answer["Content-Disposition"].startswith(
        "attachment; filename*=UTF-8''%E8%BA%AB"
    )
    assert (
        answer["X-Content-Type-Options"] == "nosniff"
        and "sandbox" in answer["Content-Security-Policy"]
        and "no-store" in answer["Cache-Control"]
    )
    assert world.client("王秘书").get(address).status_code == 404  # an address is for one person
    own = file_address(world.actor("王秘书"), file.pk)
    assert world.client("王秘书").get(own).status_code == 200
    assert Event.objects.filter(kind="file.opened", actor=world.actor("王秘书").id_text).count() == 1
    for name in ("王芳", "赵秘书", "赵强"):
        assert file_address(world.actor(name), file.pk) == ""
        assert world.client(name).get(own).status_code == 404
    assert world.client().get(own).status_code == 302
    assert file_address(world.actor("李明"), "nonsense") == ""


def test_an_old_or_forged_address_opens_nothing(world, monkeypatch):
    file = kept(world)
    address = file_address(world.actor("李明"), file.pk)
    assert world.client("李明").get(address[:-3] + "abc").status_code == 404
    later = timezone.now() + timedelta(minutes=6)
    monkeypatch.setattr("xueji.desks.files.timezone.now", lambda: later)
    assert world.client("李明").get(address).status_code == 404


def test_a_picture_is_shown_and_everything_else_is_saved(world):
    photo = kept(world, JPEG, "form_photo", "a.jpg")
    answer = world.client("李明").get(file_address(world.actor("李明"), photo.pk))
    assert answer["Content-Disposition"].startswith("inline") and answer["Content-Length"] == str(len(JPEG))


def test_a_purged_or_lost_file_is_not_found(world):
    file = kept(world)
    address = file_address(world.actor("李明"), file.pk)
    path_of(file.place).unlink()
    assert world.client("李明").get(address).status_code == 404
    set_term(world.act("李明"), file, purge_on=None)
    type(file).objects.update(purged_at=timezone.now())
    assert world.client("李明").get(address).status_code == 404


# ------------------------------------------------------------------ background work


@pytest.fixture
def counting(monkeypatch):
    before = dict(terms.KINDS)

    @job_kind("counting_for_pages", title=Text("清点登记表", "Counting forms"), unit=Text("份", "forms"))
    def counting_for_pages(report, fail=False):
        report.progress(3, 9)
        if fail:
            raise ZeroDivisionError
        file = store_file(report.act(), PDF, purpose="result", scope=report.scope, title="清点结果.pdf").result
        return file.pk

    yield
    terms.KINDS.clear()
    terms.KINDS.update(before)


def begun(world, name="王秘书", **arguments):
    purpose = Text("计算机学院，2024级", "Computer Science, 2024")
    change = start_job(world.act(name), "counting_for_pages", arguments=arguments, purpose=purpose, scope=Scope(college="A"))
    return Job.objects.get(pk=change.result.pk)


def test_who_asked_follows_the_work_and_takes_its_result(world, counting):
    job = begun(world)
    client = world.client("王秘书")
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "清点登记表" in page and "计算机学院，2024级" in page and "已完成" in page
    assert "计算机学院，2024级" in client.get("/jobs/").content.decode()
    answer = client.get(f"/jobs/{job.pk}/result/", follow=True)
    assert b"".join(answer.streaming_content) == PDF
    part = client.get(f"/jobs/{job.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and f"job-{job.pk}" in part


def test_a_failure_says_what_to_do_in_both_languages(world, counting):
    job = begun(world, fail=True)
    chinese = world.client("王秘书").get(f"/jobs/{job.pk}/").content.decode()
    english = world.client("王秘书", language="en").get(f"/jobs/{job.pk}/").content.decode()
    assert "JOB.002" in chinese and "请把编号告诉系统管理员" in chinese
    assert "ZeroDivisionError" in english and "Tell the system administrator" in english
    assert world.client("王秘书").get(f"/jobs/{job.pk}/result/").status_code == 404


def test_work_of_another_college_does_not_exist(world, counting):
    job = begun(world)
    for name in ("赵秘书", "李明"):
        client = world.client(name)
        assert client.get(f"/jobs/{job.pk}/").status_code == client.get(f"/jobs/{job.pk}/result/").status_code == 404
        assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 404
        assert str(job.pk) not in client.get("/jobs/").content.decode()
    assert world.client("陈院长").get(f"/jobs/{job.pk}/result/").status_code == 404  # the dean sees the work, the result is who asked's
    assert world.client("刘老师").get(f"/jobs/{uuid.uuid4()}/").status_code == 404


def test_waiting_work_can_be_cancelled(world, counting, settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    job = begun(world)
    client = world.client("王秘书")
    page = client.get(f"/jobs/{job.pk}/").content.decode()
    assert re.search(r'hx-get="/jobs/[^"]+"', page) and "取消任务" in page
    answer = client.post(f"/jobs/{job.pk}/cancel/", follow=True).content.decode()
    assert "已要求取消" in answer and "已取消" in answer


@pytest.mark.parametrize("jobs", [1, 3])
def test_the_list_of_work_costs_the_same_however_long_it_is(world, counting, django_assert_max_num_queries, jobs):
    for number in range(jobs):
        begun(world, fail=bool(number))
    client = world.client("王秘书")
    with django_assert_max_num_queries(8):
        assert client.get("/jobs/").content.decode().count("清点登记表") == jobs


# ------------------------------------------------------------------ telling everybody


def test_the_registrar_tells_everybody_once_and_sees_whom_it_reached(world):
    client, address = world.client("刘老师"), f"/registry/notices/{world.campaign.code}/told/"
    assert "发给全部对象" in client.get(address).content.decode()
    assert "已发给 4 人" in client.post(address, follow=True).content.decode()
    page = client.post(address, follow=True).content.decode()
    assert "没有重复发送" in page and "发给全部对象" not in page and Message.objects.get().code in page
    student = world.client("李明")
    assert "1 条未读" in student.get("/student/").content.decode()
    student.get(f"/messages/{Message.objects.get().pk}/")
    assert "条未读" not in student.get("/student/").content.decode()
    english = world.client("刘老师", language="en").get(address).content.decode()
    assert "School of Computer Science" in english and "opened" in english


def test_a_large_audience_is_told_in_the_background(world, monkeypatch):
    monkeypatch.setattr("xueji.desks.registry.telling.AT_ONCE", 2)
    page = world.client("刘老师").post(f"/registry/notices/{world.campaign.code}/told/", follow=True).content.decode()
    assert "正在后台通知 4 名学生" in page and Delivery.objects.filter(way="app").count() == 4
