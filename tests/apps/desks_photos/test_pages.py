"""The photo round on the pages: student, college, registry, station, files that come in."""

import base64
import io
import json
import zipfile
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.apps.photos.day import at, jpeg, opened, text_of

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.exchange.photos_files import look_through_faces, look_through_list, look_through_photos
from xueji.formats.workbooks import Heading, write
from xueji.journal.models import Event
from xueji.photos.day.models import Capture, Dispute, Envelope, FaceCase, Session, Turn
from xueji.photos.day.queries import keys_now, prints_of
from xueji.photos.day.tokens import sealed_envelope
from xueji.rules.capture import Face

pytestmark = pytest.mark.django_db
EAST = "东湖校区"


@pytest.fixture
def day(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 60 * 86400
    it = opened(world)
    it.now = at(11, 26)
    monkeypatch.setattr("django.utils.timezone.now", lambda: it.now)
    return it


def page(response, status=200):
    assert response.status_code == status, (response.status_code, response.content.decode()[:300])
    return response.content.decode()


def table(headings, *rows) -> bytes:
    target = io.BytesIO()
    write(target, [Heading(h) for h in headings], rows, name="表")
    return target.getvalue()


def packed(**photos) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, content in photos.items():
            package.writestr(f"照片/{name}.jpg", content)
    return target.getvalue()


def uploaded(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_student_sees_group_reason_time_and_prepares(day):
    client, where = day.world.client("李明"), f"/student/cases/{day.case('李明').pk}/photo/"
    seen = page(client.get(where))
    assert "附件1：未采集图像，必须参加" in seen and "CAPT.025" in seen and "报告厅" in seen and "不接受线上上传" in seen and "2501A" in seen
    day.now = at(11, 22)
    assert client.post(where, {"act": "ready", "item": "code"}).status_code == 302
    calendar = client.get(f"{where}calendar.ics").content
    assert b"DTSTART:20241126T003000Z" in calendar and all(len(line) <= 75 for line in calendar.split(b"\r\n"))
    refused = page(client.post(where, {"act": "online", "photo": uploaded(jpeg(), "a.jpg")}), 422)
    assert "PROOF.001" in refused and "研〔2024〕137号" in refused
    assert day.world.client("王芳").get(where).status_code == 404


def test_what_is_due_first_stands_first_on_the_students_page(day):
    open_campaign(day.act("刘老师", at(11, 20)), text=text_of("2025-bit-names"))
    day.now = at(11, 22)
    here, others = page(day.world.client("李明").get("/student/")).split("其他事项")
    assert "2025届预毕业研究生图像采集" in here and "11月25日" in here, "the round ends in March, what is to be done before the day does not"
    assert "12月16日" in others


def test_the_code_page_shows_a_large_qr_that_names_nobody(day):
    client, where = day.world.client("李明"), f"/student/cases/{day.case('李明').pk}/photo/code/"
    day.now = at(11, 25)
    seen = page(client.get(where))
    assert "<svg" in seen and "S202401001" not in seen and "32060020020506001X" not in seen
    client.post(where)
    assert day.case("李明").codes.filter(revoked_at=None).get().serial == 2


def test_the_student_disputes_the_college_gives_its_opinion_and_the_registry_decides(day):
    Capture.objects.create(record=day.world.record("李明"), campaign=day.campaign, version=1, origin="bureau", taken_on=at(11, 26).date(), taken_by="易拍", recorded_at=at(12, 1))
    from xueji.campaigns.commands import mark_step

    mark_step(day.world.system(at(11, 26)), day.case("李明"), step="capture", mark="done")
    client, where = day.world.client("李明"), f"/student/cases/{day.case('李明').pk}/photo/"
    day.now = at(12, 12)
    kept = page(client.post(where, {"act": "wrong", "reason": "歪"}), 422)
    assert "PROOF.003" in kept and "歪</textarea>" in kept
    client.post(where, {"act": "wrong", "reason": "照片不是本人", "evidence": uploaded(jpeg(), "证.jpg")})
    dispute = Dispute.objects.get()
    college, address = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/work/"
    assert "照片不是本人" in page(college.get(address))
    assert day.world.client("赵秘书").post(address, {"act": "opinion", "row": str(dispute.pk), "note": "x"}).status_code == 404
    college.post(address, {"act": "opinion", "row": str(dispute.pk), "note": "属实"})
    registry = day.world.client("刘老师")
    registry.post(f"/registry/photos/{day.campaign.code}/work/", {"act": "uphold", "row": str(dispute.pk), "note": "重拍"})
    dispute.refresh_from_db()
    assert dispute.upheld and dispute.college_note == "属实"


def test_the_college_reports_and_the_registry_approves_on_the_pages(day):
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/work/"
    kept = page(college.post(where, {"act": "nominate", "number": "S202401003", "reason": ""}), 422)
    assert "PROOF.006" in kept and 'value="S202401003"' in kept
    college.post(where, {"act": "nominate", "number": "S202401003", "reason": "提前毕业"})
    row = day.campaign.nominations.get()
    day.world.client("刘老师").post(f"/registry/photos/{day.campaign.code}/work/", {"act": "approve", "row": str(row.pk)})
    assert Case.objects.get(campaign=day.campaign, record=day.world.record("SCHMIDT ANNA")).origin == "nominated"


def test_lists_are_pages_workbooks_and_a_printed_annex(day):
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/"
    seen = page(registry.get(where, {"group": "required"}))
    assert "李明" in seen and "CAPT.011" in seen
    assert registry.get(where, {"as": "xlsx"}).content.startswith(b"PK")
    assert registry.get(where, {"as": "pdf", "group": "required"}).content.startswith(b"%PDF")
    why = page(registry.get(f"{where}students/S202401001/"))
    assert "为什么在这一组" in why and "首次采集日期" in why
    assert "3" in page(registry.get("/registry/photos/"))


def test_a_timetable_is_imported_whole_or_refused_with_every_problem(day):
    headings = ["校区", "地点", "日期", "开始", "结束", "容量", "学院", "开放时段"]
    good = [[EAST, "体育馆", "2024-11-26", "08:30", "12:00", "50", "计算机学院", "否"], ["西山校区", "A206", "2024-11-28", "8:00", "12:00", "50", "B", ""]]
    bad = [[EAST, "体育馆", "明天", "08:30", "12:00", "许多", "不存在学院", ""], *good]
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/timetable/"
    seen = page(registry.post(where, {"file": uploaded(table(headings, *bad), "安排.xlsx")}), 422)
    assert seen.count("SESS.007") >= 3 and Session.objects.filter(room="体育馆").count() == 0
    assert "SESS.006" in page(registry.post(where, {"file": uploaded(table(["校区", "地点"], ["a", "b"]), "x.xlsx")}), 422)
    registry.post(where, {"file": uploaded(table(headings, *good), "安排.xlsx")})
    session = Session.objects.get(room="体育馆")
    assert page(registry.get(where)).count("体育馆") >= 1
    registry.post(where, {"session": str(session.pk), "room": "礼堂", "opens": "2024-11-26T13:00", "closes": "2024-11-26T16:00", "reason": "下雨"})
    session.refresh_from_db()
    assert session.room == "礼堂" and session.opens == at(11, 26, 13)


def test_the_bureaus_zip_is_matched_by_number_and_every_problem_is_named_at_once(day):
    record = day.world.record("王芳")
    content = packed(**{"S202401001": jpeg(), record.candidate_number: jpeg(1), "320600200205060036": jpeg(2), "S202401003": jpeg(), "没有人": jpeg()})
    found = look_through_photos(content, day.campaign, taken_on=at(11, 26).date(), today=at(12, 1).date())
    assert {a.case.record.person.name for a in found.arrivals} == {"李明", "王芳", "赵强"}
    assert [f.id for f in found.findings] == ["PHIM.001", "PHIM.003"]
    twice = look_through_photos(packed(**{"S202401001": jpeg(), "S202401001(2)": jpeg(), "S202401002": b"GIF"}), day.campaign, taken_on=at(11, 26).date(), today=at(12, 1).date())
    assert [f.id for f in twice.findings] == ["PHIM.002", "PHIM.004"]
    assert look_through_photos(b"no zip", day.campaign, taken_on=at(11, 26).date(), today=at(12, 1).date()).findings[0].id == "FORMAT.021"
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/results/"
    assert "PHIM.001" in page(registry.post(where, {"kind": "zip", "file": uploaded(content, "a.zip"), "taken_on": "2024-11-26"}), 422)
    assert not Capture.objects.exists()
    good = packed(**{"S202401001": jpeg(), "S202401002": jpeg(1)})
    for _ in range(2):
        registry.post(where, {"kind": "zip", "file": uploaded(good, "a.zip"), "taken_on": "2024-11-26"})
    assert Capture.objects.count() == 2


def test_the_bureaus_list_and_chsis_answers_are_taken_over(day):
    listed = table(["学号", "采集日期"], ["S202401001", "2024-11-26"], ["S999", "2024-11-26"], ["S202401002", "那天"])
    found = look_through_list(listed, day.campaign, taken_on=at(11, 26).date(), today=at(12, 1).date())
    assert len(found.arrivals) == 1 and [f.id for f in found.findings] == ["SESS.007", "PHIM.001"]
    assert look_through_list(table(["姓名", "电话"], ["李明", "x"]), day.campaign, taken_on=at(11, 26).date(), today=at(12, 1).date()).findings[0].id == "PHIM.006"
    answers, wrong = look_through_faces(table(["XH", "BZ"], ["S202401001", "身份核验未通过"], ["S202401002", "身份核验不确定"], ["S202402001", "看不清"], ["S1", ""]))
    assert [(r.person.name, f) for r, f, _ in answers] == [("李明", Face.FAILED), ("王芳", Face.UNSURE)]
    assert [f.id for f in wrong] == ["PHIM.007", "PHIM.001"]
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/results/"
    registry.post(where, {"kind": "faces", "file": uploaded(table(["XH", "BZ"], ["S202401001", "身份核验异常"]), "在校生.xlsx")})
    face = FaceCase.objects.get()
    work = f"/registry/photos/{day.campaign.code}/work/"
    registry.post(work, {"act": "verify", "row": str(face.pk), "evidence": uploaded(jpeg(), "v.jpg")})
    registry.post(work, {"act": "file", "row": str(face.pk), "note": "BA-1"})
    registry.post(work, {"act": "agree", "row": str(face.pk)})
    face.refresh_from_db()
    assert face.agreed_at and face.filed_number == "BA-1"


def test_prints_are_booked_by_the_college_and_add_up(day):
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/work/"
    college.post(where, {"act": "prints", "college": "A", "entry": "received", "count": "8"})
    assert "PRINT.001" in page(college.post(where, {"act": "prints", "college": "A", "entry": "used", "count": "9"}), 422)
    assert college.post(where, {"act": "prints", "college": "B", "entry": "received", "count": "9"}).status_code == 404
    registry = day.world.client("刘老师")
    registry.post(f"/registry/photos/{day.campaign.code}/prints/", {"college": "A", "entry": "used", "count": "8"})
    assert [p.on_hand for p in prints_of(day.world.actor("刘老师"), day.campaign)] == [0, 0]


def test_a_look_at_somebody_elses_photo_is_journaled_and_ones_own_is_not(day):
    from xueji.photos.day.commands.after import Arrival, take_over_captures

    take_over_captures(day.act("刘老师", at(11, 27)), day.campaign, arrivals=[Arrival(day.case("李明"), at(11, 26).date(), jpeg())], source="a.zip")
    for who, where, events in (("刘老师", f"/registry/photos/{day.campaign.code}/students/S202401001/", 1), ("李明", f"/student/cases/{day.case('李明').pk}/photo/", 0)):
        before, client = Event.objects.filter(kind="file.opened").count(), day.world.client(who)
        seen = page(client.get(where))
        address = seen.split('class="photo" src="')[1].split('"')[0]
        assert b"".join(client.get(address).streaming_content).startswith(b"\xff\xd8")
        assert Event.objects.filter(kind="file.opened").count() - before == events
        day.now += timedelta(minutes=6)
        assert client.get(address).status_code == 404, "the address lives five minutes"


def test_the_station_answers_scans_and_envelopes_and_refuses_rubbish(day):
    client, base = day.world.client("周操作员"), f"/capture/{day.campaign.code}/{EAST}/"
    token = day.token("李明")
    seen = client.post(f"{base}scan/", {"token": token}).json()
    assert seen["light"] == "amber" and seen["number"] == 1
    assert client.post(f"{base}scan/", {"token": "学信网"}).json()["words"][0]["id"] == "STAT.001"
    assert client.get(f"{base}live/").json()["waiting"] == 1
    client.post(seen["turn"], {"act": "call"})
    assert ">1<" in page(client.get(f"{base}display/"))
    kit = client.get(f"{base}kit/").json()
    assert "李明" not in json.dumps(kit, ensure_ascii=False)
    inside = {"token": day.token("王芳"), "at": at(11, 26, 8, 50).isoformat(), "outcome": "done", "method": "cash", "photo": base64.b64encode(jpeg()).decode()}
    key = str(uuid4())
    sealed = [base64.b64encode(part).decode() for part in sealed_envelope(bytes.fromhex(keys_now().envelope_public), json.dumps(inside).encode(), key)]
    body = {"id": key, "key": kit["number"], "ephemeral": sealed[0], "nonce": sealed[1], "sealed": sealed[2]}
    for _ in range(2):
        assert client.post(f"{base}envelopes/", json.dumps([body]), content_type="application/json").json()["answers"] == [{"delivered": key, "conflicts": []}]
    assert Envelope.objects.count() == 1 and Turn.objects.count() == 2
    for rubbish in (b"", b"[]", b"{}", json.dumps(body).encode(), json.dumps([body] * 11).encode(), b"[" * 100_000, b"[\xff]"):
        refused = client.post(f"{base}envelopes/", rubbish, content_type="application/json")
        assert refused.status_code == 422 and refused.json()["findings"][0]["id"] == "STAT.004"
    damaged = [None, body | {"id": str(uuid4())}, body | {"sealed": "%%%"}, body | {"key": 99}, body | {"key": []}, body | {"key": -1}, body | {"key": 10**30},
               body | {"key": float("inf")}, body | {"ephemeral": 7}]  # fmt: skip
    answers = client.post(f"{base}envelopes/", json.dumps([*damaged, body]), content_type="application/json").json()["answers"]
    assert [one["findings"][0]["id"] for one in answers[:-1]] == ["STAT.004"] * len(damaged)
    assert answers[-1] == {"delivered": key, "conflicts": []}, "what is damaged keeps none of the others back"
    assert client.get("/capture/worker.js").headers["Service-Worker-Allowed"] == "/capture/"
    assert client.post(f"{base}read/", b"no picture", content_type="image/jpeg").json() == {"text": ""}
    assert timezone.now() == at(11, 26)
