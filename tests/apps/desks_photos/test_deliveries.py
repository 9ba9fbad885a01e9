"""What comes back from bureau and CHSI, and what a hostile hand makes of it: nothing is written before everything was looked through."""

import io
import tracemalloc
import zipfile
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.apps.photos.day import at, jpeg, opened, text_of

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.exchange import photos_files
from xueji.exchange.photos_files import look_through_faces, look_through_list, look_through_photos, read_timetable
from xueji.exchange.tasks.photos import TAKING, TELLING
from xueji.formats.archive import ArchiveLimits
from xueji.formats.workbooks import Heading, write
from xueji.jobs.models import Job
from xueji.jobs.tasks import run_job
from xueji.journal.models import Event
from xueji.notify.models import Delivery
from xueji.photos.day.models import Capture, Dispute, FaceCase, Nomination, Session
from xueji.vault.models import VaultFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 400 * 86400
    it = opened(world, mode="official")
    it.now = at(12, 1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: it.now)
    return it


def text(response, status=200) -> str:
    assert response.status_code == status, (response.status_code, response.content.decode()[:300])
    return response.content.decode()


def packed(**members: bytes) -> bytes:
    return zipped((f"{name}.jpg", content) for name, content in members.items())


def zipped(members, method=zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as package:
        for name, content in members:
            package.writestr(name, content)
    return target.getvalue()


def table(headings, *rows) -> bytes:
    target = io.BytesIO()
    write(target, [Heading(h) for h in headings], rows, name="表")
    return target.getvalue()


def sent(day, content: bytes, *, kind="zip", who="刘老师", taken_on="2024-11-26", name="易拍.zip"):
    where = f"/registry/photos/{day.campaign.code}/results/"
    return day.world.client(who).post(where, {"kind": kind, "taken_on": taken_on, "file": SimpleUploadedFile(name, content)})


def found(delivery) -> list[str]:
    return [f.id for f in delivery.findings]


HEADER_ONLY = b"\xff\xd8\xff\xe0" + b"junk" * 50
HUGE = jpeg()[:2] + b"\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01" + b"\xff\xd9"


def test_every_problem_of_a_zip_is_named_at_once_and_nothing_of_it_is_taken_over(day):
    content = packed(S202401001=jpeg(), S202401002=HEADER_ONLY, S202402001=b"GIF89a", nobody=jpeg(), S202401003=jpeg()) + b""
    seen = text(sent(day, content), 422)
    for words in ("PHIM.001", "nobody.jpg", "PHIM.003", "S202401003.jpg", "PHIM.004", "S202401002.jpg", "S202402001.jpg", "什么也没有导入"):
        assert words in seen, words
    assert Capture.objects.count() == 0 and not VaultFile.objects.filter(purpose="photo").exists()
    assert sent(day, packed(S202401001=jpeg(), S202401002=jpeg(4))).status_code == 302
    assert Capture.objects.count() == 2


@pytest.mark.parametrize("picture", [b"", b"\xff\xd8\xff", HEADER_ONLY, HUGE, b"%PDF-1.4", b"\x89PNG\r\n\x1a\n" + bytes(64), b"<svg onload=alert(1)>"])
def test_what_is_no_usable_jpeg_is_named_before_anything_is_written(day, picture):
    delivery = look_through_photos(packed(S202401001=jpeg(), S202401002=picture), day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))
    assert found(delivery) == ["PHIM.004"] and "S202401002" in delivery.findings[0].message.zh


@pytest.mark.parametrize("name", ["../S202401001.jpg", "/etc/S202401001.jpg", "C:\\S202401001.jpg", "a/../../S202401001.jpg"])
def test_a_name_that_points_outside_is_refused_with_the_whole_archive(day, name):
    assert found(look_through_photos(zipped([(name, jpeg())]), day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))) == ["FORMAT.026"]


def test_folders_and_numbers_in_brackets_are_what_bureaus_send(day):
    content = zipped([("计算机学院/S202401001.jpg", jpeg()), ("__MACOSX/._S202401001.jpg", b"x"), ("Thumbs.db", b"x"), ("计算机学院/S202401002（1）.JPG", jpeg(2))])
    delivery = look_through_photos(content, day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))
    assert found(delivery) == [] and {a.case.record.student_number for a in delivery.arrivals} == {"S202401001", "S202401002"}


def test_a_bomb_is_refused_by_its_directory_and_by_its_bytes(day, monkeypatch):
    bomb = zipped([("S202401001.jpg", jpeg() + bytes(19 * 2**20))])
    assert len(bomb) < 2**20
    assert found(look_through_photos(bomb, day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))) == ["FORMAT.025"]
    monkeypatch.setattr(photos_files, "DELIVERED", ArchiveLimits(total_bytes=len(jpeg()) + 10))
    for content in (packed(S202401001=jpeg(), S202401002=jpeg(3)),):
        assert found(look_through_photos(content, day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))) == ["FORMAT.024"]


def test_ten_thousand_names_that_fit_nobody_are_answered_in_a_few_questions(day, django_assert_max_num_queries):
    content = zipped(((f"X{n:08}.jpg", b"x") for n in range(10_000)), zipfile.ZIP_STORED)
    tracemalloc.start()
    with django_assert_max_num_queries(12):
        delivery = look_through_photos(content, day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found(delivery) == ["PHIM.001"] and "10000" in delivery.findings[0].message.zh and "(+9988)" in delivery.findings[0].message.zh
    assert peak < 100 * 2**20


def test_a_day_to_come_a_day_that_is_none_and_an_empty_file_are_said(day):
    later = look_through_photos(packed(S202401001=jpeg()), day.campaign, taken_on=date(2024, 12, 2), today=date(2024, 12, 1))
    assert found(later) == ["PHIM.008"]
    listed = table(["学号", "采集日期"], ["S202401001", "2042-11-26"], ["S202401002", "昨天"])
    assert sorted(found(look_through_list(listed, day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1)))) == ["PHIM.008", "SESS.007"]
    refused = text(sent(day, packed(S202401001=jpeg()), taken_on="26.11."), 422)
    assert "SESS.007" in refused and 'value="26.11."' in refused
    for content in (zipped([]), zipped([("readme/", b"")])):
        assert found(look_through_photos(content, day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))) == ["PHIM.010"]
    assert [f.id for f in look_through_faces(table(["XH", "BZ"]))[1]] == ["PHIM.010"]


def test_who_was_not_to_come_is_named_and_kept_without_counting(day):
    day.case("李明")
    type(day.case("李明")).objects.filter(pk=day.case("李明").pk).update(group="must_not")
    delivery = look_through_photos(packed(S202401001=jpeg(), S202401002=jpeg(1)), day.campaign, taken_on=date(2024, 11, 26), today=date(2024, 12, 1))
    assert found(delivery) == ["PHIM.009"] and len(delivery.arrivals) == 2


@pytest.mark.parametrize(("kind", "content"), [("list", b""), ("list", b"PK\x03\x04junk"), ("faces", b"\x03" + bytes(40)), ("zip", b"PK\x05\x06" + bytes(18)), ("zip", b"no zip"), ("list", packed(a=b"x"))])
def test_rubbish_of_any_kind_is_a_sentence_and_never_a_crash(day, kind, content):
    answer = sent(day, content, kind=kind)
    assert answer.status_code == 422 and 'class="finding"' in answer.content.decode()
    assert Capture.objects.count() == 0


def test_only_the_registry_takes_results_over(day):
    for who in ("王秘书", "陈院长", "周操作员", "李明", ""):
        answer = sent(day, packed(S202401001=jpeg()), who=who)
        assert answer.status_code == 404 or answer.status_code == 302 and "sign-in" in answer["Location"], who
    assert Capture.objects.count() == 0


def test_a_timetable_of_offices_is_read_and_a_hostile_one_is_named_cell_by_cell(day):
    headings, viewer = ["校区", "地点", "日期", "开始", "结束", "容量", "学院", "开放时段"], day.world.actor("刘老师")
    rows, wrong = read_timetable(table(headings, ["东湖校区", "礼堂", "2024/11/26", "8：30", "12:00", "50", "A", ""], ["东湖校区", "礼堂", "2024年11月27日", "8:30", "12:00", "50", "A", ""]), viewer)
    assert wrong == [] and [r.opens.day for r in rows] == [26, 27]
    rows, wrong = read_timetable(table(headings, ["月球", "礼堂", "2024-11-26", "8:30", "12:00", "50", "A", ""]), viewer)
    assert [f.id for f in wrong] == ["SESS.009"] and len(rows) == 1, "a place outside the school is a doubt, not a stop"
    bad = [["", "礼堂", "2024-11-26", "8:30", "12:00", "50", "A", ""], ["东湖校区", "大" * 200, "2024-11-26", "8:30", "12:00", "²", "A", ""],
           ["东湖校区", "礼堂", "99999-11-26", "25:00", "12", "99999999999", "A", ""], ["东湖校区", "礼堂", "2024-11-26", "8:30", "12:00", "0", "A", ""]]  # fmt: skip
    rows, wrong = read_timetable(table(headings, *bad), viewer)
    assert rows == [] and {f.place for f in wrong if f.id == "SESS.007"} == {"2", "3", "4", "5"}


# what is not yours is not there


def test_nobody_reaches_another_ones_place_photo_or_objection_by_address(day):
    sent(day, packed(S202401001=jpeg(), S202401002=jpeg(4)))
    day.now = at(12, 12)
    mine, other, client = day.case("李明"), day.case("王芳"), day.world.client("李明")
    for address in ("", "code/", "calendar/", "online/"):
        assert client.get(f"/student/cases/{other.pk}/photo/{address}").status_code == 404, address
    for form in ({"act": "right"}, {"act": "wrong", "reason": "照片不是本人"}, {"act": "ready", "item": "fee"}, {"act": "slot", "session": "x"}, {"act": "online"}):
        assert client.post(f"/student/cases/{other.pk}/photo/", form).status_code == 404
    assert client.post(f"/student/cases/{mine.pk}/photo/", {"act": "slot", "session": str(other.pk)}).status_code == 404
    client.post(f"/student/cases/{mine.pk}/photo/", {"act": "wrong", "reason": "照片不是本人", "evidence": SimpleUploadedFile("a.jpg", jpeg(9))})
    dispute = Dispute.objects.get()
    for who, desk in (("赵秘书", "college"), ("王芳", "college"), ("王芳", "registry"), ("王秘书", "registry"), ("周操作员", "college")):
        for what in ("photo", "evidence"):
            assert day.world.client(who).get(f"/{desk}/photos/{day.campaign.code}/open/{what}/{dispute.pk}/").status_code == 404, (who, what)
    assert day.world.client("赵秘书").post(f"/college/photos/{day.campaign.code}/work/", {"act": "opinion", "row": str(dispute.pk), "note": "属实"}).status_code == 404
    assert day.world.client("赵秘书").get(f"/college/photos/{day.campaign.code}/students/S202401001/").status_code == 404
    dispute.refresh_from_db()
    assert dispute.college_at is None and Dispute.objects.count() == 1


@pytest.mark.parametrize("evidence", [b"", b"MZ" + bytes(90), b"<html><script>", b"PK\x03\x04" + bytes(60), HUGE, b"%PDF-1.4\n" + bytes(9)[:0] + b"junk"])
def test_junk_as_evidence_is_refused_and_what_was_typed_stays(day, evidence):
    sent(day, packed(S202401001=jpeg()))
    day.now = at(12, 12)
    where = f"/student/cases/{day.case('李明').pk}/photo/"
    answer = day.world.client("李明").post(where, {"act": "wrong", "reason": "照片不是本人，是同学", "evidence": SimpleUploadedFile("证件.jpg", evidence)})
    if answer.status_code == 302:  # an empty file is no file; a broken PDF is still a PDF
        assert evidence in {b"", b"%PDF-1.4\njunk"}
    else:
        assert "照片不是本人，是同学" in text(answer, 422) and "FILE." in answer.content.decode()
        assert not Dispute.objects.exists()


def test_a_form_sent_again_says_that_it_was_settled_and_changes_nothing(day):
    sent(day, packed(S202401001=jpeg()))
    day.now = at(12, 12)
    student, registry = day.world.client("李明"), day.world.client("刘老师")
    own, work = f"/student/cases/{day.case('李明').pk}/photo/", f"/registry/photos/{day.campaign.code}/work/"
    assert student.post(own, {"act": "wrong", "reason": "照片不是本人"}).status_code == 302
    assert "PROOF.004" in text(student.post(own, {"act": "wrong", "reason": "照片不是本人"}), 422)
    row = str(Dispute.objects.get().pk)
    assert registry.post(work, {"act": "uphold", "row": row, "note": "属实"}).status_code == 302
    assert "PROOF.004" in text(registry.post(work, {"act": "reject", "row": row, "note": "不属实"}), 422)
    assert "PROOF.009" in text(student.post(own, {"act": "right"}), 422)
    for wrong in ({"act": "uphold", "row": "x"}, {"act": "verify", "row": row}, {"act": "settle", "row": row}, {}):
        assert registry.post(work, wrong).status_code == 404


def test_a_number_that_is_nobodys_is_said_and_not_lost(day):
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/work/"
    for number in ("S999", "S202402001"):
        seen = text(college.post(where, {"act": "nominate", "number": number, "reason": "提前毕业"}), 422)
        assert "PROOF.013" in seen and f'value="{number}"' in seen and 'value="提前毕业"' in seen
    assert "提前毕业" not in text(day.world.client("赵秘书").get(where)) and not Nomination.objects.exists()


def test_the_colleges_work_is_a_page_at_a_time(day, monkeypatch):
    monkeypatch.setattr("xueji.desks.college.photos.PAGE", 1)
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/work/"
    sent(day, packed(S202401001=jpeg(), S202401002=jpeg(4)))
    day.now = at(12, 12)
    for name in ("李明", "王芳"):
        day.world.client(name).post(f"/student/cases/{day.case(name).pk}/photo/", {"act": "wrong", "reason": "照片不是本人"})
    first, second = text(college.get(where)), text(college.get(where, {"disputes": "2"}))
    assert ("S202401001" in first) != ("S202401002" in first) and ("S202401001" in first) != ("S202401001" in second)
    assert "第 1 页，共 2 页" in first and text(college.get(where, {"disputes": "x", "nominations": "-3"}))


def test_faces_come_back_as_cases_with_their_result(day):
    content = table(["XH", "BZ", "ZP"], ["S202401001", "身份核验未通过", "是"], ["S202401002", "身份核验不确定", "是"], ["S202402001", "通过", "是"])
    assert sent(day, content, kind="faces", name="在校生.xlsx").status_code == 302
    assert sorted(FaceCase.objects.values_list("result", flat=True)) == ["failed", "unsure"]
    assert "身份核验未通过" in text(day.world.client("刘老师").get(f"/registry/photos/{day.campaign.code}/work/"))


def worked(known: set) -> Job:
    """The job that was asked for since, at its end."""
    job = Job.objects.filter(kind__in=[TAKING, TELLING]).exclude(pk__in=known).get()
    known.add(job.pk)
    run_job.call(str(job.pk))  # nothing for one that the tests' queue has run already
    job.refresh_from_db()
    return job


def test_a_large_delivery_and_a_large_timetable_are_left_to_the_worker(day, monkeypatch):
    monkeypatch.setattr("xueji.desks.registry.photos.AT_ONCE", 1)
    monkeypatch.setattr("xueji.desks.registry.photos_timetable.AT_ONCE", 1)
    monkeypatch.setattr("xueji.exchange.tasks.photos.PART", 1)
    where, known = f"/registry/photos/{day.campaign.code}/", set()
    assert sent(day, b"", kind="other").status_code == 404
    for kind, content, name in (
        ("zip", packed(S202401001=jpeg(), S202401002=jpeg(4)), "易拍.zip"),
        ("faces", table(["XH", "BZ", "ZP"], ["S202401001", "身份核验未通过", "是"], ["S202401002", "通过", "是"]), "在校生.xlsx"),
    ):
        assert sent(day, content, kind=kind, name=name).status_code == 302
        job = worked(known)
        assert f"job-{job.pk}" in text(day.world.client("刘老师").get(f"{where}results/"))
        assert (job.outcome, job.done, job.total) == ("done", 2, 2), job.findings
    assert Capture.objects.count() == 2 and FaceCase.objects.count() == 1
    assert "PHIM.001" in text(sent(day, packed(nobody=jpeg(), S202401001=jpeg())), 422)
    assert Job.objects.count() == 2, "what stops is said at once and starts no work"
    headings = ["校区", "地点", "日期", "开始", "结束", "容量", "学院", "开放时段"]
    rows = [["东湖校区", "礼堂", "2024-12-26", "8:30", "12:00", "50", "A", ""], ["西山校区", "A206", "2024-12-28", "8:00", "12:00", "50", "B", ""]]
    assert day.world.client("刘老师").post(f"{where}timetable/", {"file": SimpleUploadedFile("安排.xlsx", table(headings, *rows))}).status_code == 302
    worked(known)
    assert set(Delivery.objects.filter(message__kind="session", way="app").values_list("account__name", flat=True)) == {"李明", "王芳", "赵强"}


def test_a_moved_session_tells_many_in_the_background_and_a_failure_is_kept_and_gone_on_with(day, monkeypatch):
    monkeypatch.setattr("xueji.desks.registry.photos_timetable.AT_ONCE", 1)
    where, client, known = f"/registry/photos/{day.campaign.code}/timetable/", day.world.client("刘老师"), set()
    session = Session.objects.get(room="报告厅", open_day=False)
    sent = {"session": str(session.pk), "room": "体育馆", "opens": "2024-12-26T13:00", "closes": "2024-12-26T16:00", "reason": "下雨"}
    with monkeypatch.context() as broken:
        broken.setattr("xueji.exchange.tasks.photos.tell_places", lambda *a, **k: 1 / 0)
        assert client.post(where, sent).status_code == 302
        failed = worked(known)
    assert failed.outcome == "failed" and failed.reason["id"] == "JOB.002"
    page = text(client.get(where))
    assert "JOB.002" in page and "接着通知没通知到的" in page and "下雨" in page
    assert client.post(where, {"act": "tell-again", "job": str(session.pk)}).status_code == 404
    day.now = at(12, 1, 9, 5)
    assert client.post(where, {"act": "tell-again", "job": str(failed.pk)}).status_code == 302
    assert worked(known).outcome == "done"
    assert set(Delivery.objects.filter(message__kind="session", way="app").values_list("account__name", flat=True)) == {"李明", "王芳"}
    assert "接着通知没通知到的" not in text(client.get(where)) and client.post(where, {"act": "tell-again", "job": str(failed.pk)}).status_code == 404


def test_a_session_is_moved_and_told_or_neither(day, monkeypatch):
    where, client = f"/registry/photos/{day.campaign.code}/timetable/", day.world.client("刘老师")
    session = Session.objects.get(room="报告厅", open_day=False)
    sent = {"session": str(session.pk), "room": "体育馆", "opens": "2024-12-26T13:00", "closes": "2024-12-26T16:00", "reason": "下雨"}
    with monkeypatch.context() as broken, pytest.raises(ZeroDivisionError):
        broken.setattr("xueji.desks.registry.photos_timetable.tell_places", lambda *a, **k: 1 / 0)
        client.post(where, sent)
    session.refresh_from_db()
    assert session.room == "报告厅" and not Event.objects.filter(kind="session.moved").exists()
    assert client.post(where, sent).status_code == 302
    assert set(Delivery.objects.filter(message__kind="session", way="app").values_list("account__name", flat=True)) == {"李明", "王芳"}


def test_who_must_not_come_is_not_told_to_come(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 4000 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(10, 28, year=2023))
    world.enrol("单证生", "S202101001", "A", expected_on=date(2024, 7, 1), first_expected_on=date(2024, 7, 1), certificates="degree", standing="enrolled")
    campaign = open_campaign(world.act("刘老师", at=at(10, 23, year=2023)), text=text_of("2024-pku-photo")).result[0]
    seen = text(world.client("单证生").get(f"/student/cases/{Case.objects.get(campaign=campaign).pk}/photo/"))
    assert "请不要参加本次采集" in seen and "请按安排的时间参加采集" not in seen
