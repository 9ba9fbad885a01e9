"""The lists people of a photo round work through, and what they open, print and void from them."""

from datetime import date

import pypdfium2
import pytest
from tests.apps.photos.day import at, jpeg, opened, planned

from xueji.desks.components import photo_slips
from xueji.formats.sheets import read
from xueji.journal.models import Event
from xueji.photos.day.commands.after import Arrival, dispute_photo, take_over_captures, take_over_faces
from xueji.photos.day.commands.codes import make_keys
from xueji.photos.day.commands.sessions import acknowledge_item, plan_sessions
from xueji.photos.day.commands.turns import arrive, finish_turn
from xueji.photos.day.models import Code, Dispute, Session, StationKeys
from xueji.photos.day.queries import terms_of
from xueji.photos.day.worklists import WHEREABOUTS, Whereabouts, narrowed, own_disputes, tallied
from xueji.rules.capture import Face

pytestmark = pytest.mark.django_db
EAST = "东湖校区"


@pytest.fixture
def day(world, monkeypatch, settings):
    settings.SESSION_COOKIE_AGE = 400 * 86400
    it = opened(world, mode="official")
    it.now = at(11, 22)
    monkeypatch.setattr("django.utils.timezone.now", lambda: it.now)
    return it


def text(response, status=200) -> str:
    assert response.status_code == status, (response.status_code, response.content.decode()[:300])
    return response.content.decode()


def words_of(pdf: bytes) -> str:
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)).replace("\u200b", "")


def standing(day, where: str, who: str = "刘老师") -> set[str]:
    return {c.record.person.name for c in narrowed(day.world.actor(who), day.campaign, day.now, where=where)}


def counts(day, who: str = "刘老师") -> dict[str, int]:
    return {t.where: t.count for t in tallied(day.world.actor(who), day.campaign, day.now)}


def taken(day, *names: str) -> None:
    arrivals = [Arrival(day.case(name), date(2024, 11, 26), jpeg(n)) for n, name in enumerate(names)]
    take_over_captures(day.act("刘老师", at(12, 1)), day.campaign, arrivals=arrivals, source="易拍.zip")


def test_every_tally_counts_the_list_it_leads_to(day):
    for item in terms_of(day.campaign).ready:
        acknowledge_item(day.act("王芳", at(11, 22)), day.case("王芳"), item=item.code)
    assert standing(day, Whereabouts.NOT_READY) == {"李明", "赵强"}
    day.now = at(11, 26)
    light, _, turn = arrive(day.act("周操作员", day.now), day.campaign, token=day.token("李明"), campus=EAST, station="一号台").result
    finish_turn(day.act("周操作员", day.now), turn, outcome="done", method="cash")
    assert light == "amber" and standing(day, Whereabouts.ATTENDED) == {"李明"}
    day.now = at(11, 29)
    assert standing(day, Whereabouts.ABSENT) == {"王芳", "赵强"} and standing(day, Whereabouts.ABSENT, "王秘书") == {"王芳"}
    taken(day, "李明", "王芳")
    day.now = at(12, 12)
    assert standing(day, Whereabouts.PHOTOGRAPHED) == {"李明", "王芳"} == standing(day, Whereabouts.UNCONFIRMED)
    dispute_photo(day.act("李明", day.now), day.case("李明"), reason="照片不是本人")
    take_over_faces(day.act("刘老师", day.now), rows=[(day.world.record("王芳"), Face.FAILED, True)], source="在校生.dbf")
    assert standing(day, Whereabouts.DISPUTED) == {"李明"} and standing(day, Whereabouts.FACE) == {"王芳"} and standing(day, Whereabouts.NO_PLACE) == set()
    assert {where: len(standing(day, where)) for where in ("", *WHEREABOUTS)} == counts(day)
    assert counts(day, "赵秘书")[""] == 1


def test_who_has_no_place_is_found_and_only_once_there_is_a_timetable(day):
    Session.objects.filter(campaign=day.campaign).update(capacity=1)
    plan_sessions(day.act("刘老师", day.now), day.campaign, rows=planned(capacity=1))
    assert counts(day)[Whereabouts.NO_PLACE] == 1
    for session in Session.objects.all():
        session.slots.all().delete()
        session.delete()
    assert Whereabouts.NO_PLACE not in counts(day)


def test_the_list_is_narrowed_by_group_name_class_and_college(day):
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/"
    assert "李明" in text(registry.get(where, {"q": "李明"})) and "王芳" not in text(registry.get(where, {"q": "李明"}))
    assert "赵强" in text(registry.get(where, {"college": "B"})) and "李明" not in text(registry.get(where, {"college": "B"}))
    assert "没有符合的学生" in text(registry.get(where, {"group": "optional"}))
    for rubbish in ({"group": "<script>"}, {"where": "nowhere"}, {"college": "ZZ"}, {"q": "\0' OR 1=1"}, {"page": "many"}, {"page": "-1"}):
        assert "<script>" not in text(registry.get(where, rubbish))
    college = day.world.client("王秘书")
    assert "李明" in text(college.get(f"/college/photos/{day.campaign.code}/", {"class": "S240101"}))
    assert "没有符合的学生" in text(college.get(f"/college/photos/{day.campaign.code}/", {"class": "没有的班"}))


def test_the_workbook_and_the_annex_hold_the_list_as_it_is_narrowed(day):
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/"
    sheet = read(college.get(where, {"as": "xlsx", "q": "王芳"}).content)
    assert [str(cells[1]) for _, cells in sheet.rows] == ["王芳"]
    printed = words_of(college.get(where, {"as": "pdf", "where": "not_ready"}).content)
    assert "S202401001" in printed and "S202401002" in printed and "S202402001" not in printed


def test_a_page_holds_fifty_and_the_rest_is_one_page_on(day):
    from xueji.campaigns.commands import follow_audience

    for n in range(60):
        day.world.enrol(f"周{n}", f"S202409{n:03d}", "A", class_number="S240109", id_number="", expected_on=date(2025, 6, 30))
    follow_audience(day.world.system(), day.campaign)
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/"
    first, second = text(college.get(where)), text(college.get(where, {"page": "2"}))
    assert first.count('<th scope="row">') == 50 and second.count('<th scope="row">') == 12


def test_slips_are_printed_for_a_class_a_session_or_one_and_never_for_another_college(day):
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/slips/"
    seen = text(college.get(where))
    assert 'value="class:S240101:0"' in seen and "S240101：2 张" in seen
    answer = college.post(where, {"bundle": "class:S240101:0"})
    assert answer["Content-Type"] == "application/pdf" and answer["Cache-Control"] == "private, no-store"
    printed = words_of(answer.content)
    assert "S202401001" in printed and "S202401002" in printed and "李明" not in printed
    session = Session.objects.get(slots__case=day.case("李明"))
    assert college.post(where, {"bundle": f"session:{session.pk}:0"}).content.startswith(b"%PDF")
    assert college.post(where, {"number": " s202401001 "}).content.startswith(b"%PDF")
    assert Code.objects.count() == 2, "the same code on every print"
    for nobody in ("S202402001", "没有", "S202401003"):
        assert "STAT.039" in text(college.post(where, {"number": nobody}), 422) and f'value="{nobody}"' in text(college.post(where, {"number": nobody}), 422)
    rubbish = ("class:S240201:0", "class:S240101:1", "session:x", "session:x:0", "class:S240101:-1", "class:S240101:99999", "room:1:0", "class:S240101:0\n")
    for wrong in (*({"bundle": one} for one in rubbish), {"bundle": "class:S240101:0", "college": "B"}, {}):
        assert college.post(where, wrong).status_code == 404, wrong
    assert day.world.client("陈院长").get(where).status_code == 404


def test_the_registry_lists_the_classes_of_one_college_in_as_many_questions_however_many_students(day, django_assert_max_num_queries):
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/slips/"
    seen = text(registry.get(where))
    assert "先在上面选学院" in seen and "class:S240101:0" not in seen and "session:" in seen
    assert "class:S240201:0" in text(registry.get(where, {"college": "B"})) and "class:" not in text(registry.get(where, {"college": "<script>"}))
    assert registry.post(where, {"bundle": "class:S240201:0", "college": "B"}).content.startswith(b"%PDF")
    with django_assert_max_num_queries(24) as first:
        registry.get(where, {"college": "A"})
    from xueji.campaigns.commands import follow_audience

    for n in range(30):
        day.world.enrol(f"周{n}", f"S202409{n:03d}", "A", class_number=f"S2401{n:02d}", id_number="", expected_on=date(2025, 6, 30))
    follow_audience(day.world.system(), day.campaign)
    with django_assert_max_num_queries(len(first.captured_queries)):
        assert "class:S240129:0" in text(registry.get(where, {"college": "A"}))


def test_a_large_class_is_printed_in_parts(day, monkeypatch):
    monkeypatch.setattr(photo_slips, "MOST", 1)
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/slips/"
    assert "S240101（2/2）：1 张" in text(college.get(where))
    answer = college.post(where, {"bundle": "class:S240101:1"})
    printed = words_of(answer.content)
    assert "S202401002" in printed and "S202401001" not in printed


def test_without_keys_the_page_of_slips_says_who_makes_them(day):
    StationKeys.objects.all().delete()
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/slips/"
    assert "还没有启用采集密钥" in text(college.get(where))
    assert "STAT.035" in text(college.post(where, {"bundle": "class:S240101:0"}), 422)
    make_keys(day.act("刘老师", day.now))
    assert college.post(where, {"bundle": "class:S240101:0"}).status_code == 200


def test_a_code_is_voided_or_replaced_with_a_reason_by_college_and_registry(day):
    day.token("李明")
    for who, desk in (("王秘书", "college"), ("刘老师", "registry")):
        client, where = day.world.client(who), f"/{desk}/photos/{day.campaign.code}/students/S202401001/"
        assert "CAMP.022" in text(client.post(where, {"act": "rotate", "reason": " "}), 422)
        client.post(where, {"act": "rotate", "reason": "手机丢失"})
        assert client.post(where, {"act": "steal"}).status_code == 404
    assert [(c.serial, c.reason) for c in Code.objects.order_by("serial")] == [(1, "手机丢失"), (2, "手机丢失"), (3, "")]
    client.post(where, {"act": "revoke", "reason": "转给别人"})
    assert not Code.objects.filter(revoked_at=None).exists()
    for who in ("赵秘书", "陈院长", "高辅导员"):
        assert day.world.client(who).post(f"/college/photos/{day.campaign.code}/students/S202401001/", {"act": "rotate", "reason": "x"}).status_code == 404
    assert "换发新凭证" not in text(day.world.client("陈院长").get(f"/college/photos/{day.campaign.code}/students/S202401001/"))


def test_photo_and_material_of_a_dispute_are_opened_one_at_a_time_and_journaled(day):
    taken(day, "李明")
    day.now = at(12, 12)
    dispute_photo(day.act("李明", day.now), day.case("李明"), reason="照片不是本人", evidence=jpeg(3), title="证件.jpg")
    dispute, opens = Dispute.objects.get(), f"/college/photos/{day.campaign.code}/open"
    before = Event.objects.filter(kind="file.opened").count()
    secretary = day.world.client("王秘书")
    text(secretary.get(f"/college/photos/{day.campaign.code}/work/"))
    assert Event.objects.filter(kind="file.opened").count() == before
    for what in ("photo", "evidence"):
        answer = secretary.get(f"{opens}/{what}/{dispute.pk}/", follow=True)
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    assert Event.objects.filter(kind="file.opened").count() == before + 2
    for who, what in (("王秘书", "face"), ("王秘书", "passport"), ("赵秘书", "photo"), ("高辅导员", "evidence")):
        assert day.world.client(who).get(f"{opens}/{what}/{dispute.pk}/").status_code == 404, (who, what)
    assert own_disputes(day.world.actor("王芳"), day.case("李明")) == []
    assert [d.pk for d in own_disputes(day.world.actor("李明"), day.case("李明"))] == [dispute.pk]


def test_the_timetable_is_written_out_as_it_is_read_in_and_printed(day):
    registry, where = day.world.client("刘老师"), f"/registry/photos/{day.campaign.code}/timetable/"
    book = registry.get(where, {"as": "xlsx"}).content
    sheet = read(book)
    assert sheet.columns == ["校区", "地点", "日期", "开始", "结束", "容量", "学院", "开放时段"] and len(list(sheet.rows)) == 3
    from django.core.files.uploadedfile import SimpleUploadedFile

    before = list(Session.objects.order_by("opens").values_list("campus", "room", "opens", "closes", "capacity", "open_day"))
    assert registry.post(where, {"file": SimpleUploadedFile("again.xlsx", book)}).status_code == 302
    assert list(Session.objects.order_by("opens").values_list("campus", "room", "opens", "closes", "capacity", "open_day")) == before
    printed = words_of(registry.get(where, {"as": "pdf"}).content)
    assert "报告厅" in printed and "A206" in printed and "仅限在职学生" not in printed and "共 3 场" in printed
    Session.objects.filter(open_day=True).update(part_time=True)
    book = registry.get(where, {"as": "xlsx"}).content
    assert read(book).columns[-1] == "仅限在职学生"
    registry.post(where, {"file": SimpleUploadedFile("again.xlsx", book)})
    assert [s.part_time for s in Session.objects.order_by("opens")] == [False, True, False]
    assert "仅限在职学生" in words_of(registry.get(where, {"as": "pdf"}).content)
    for session in Session.objects.all():
        session.slots.all().delete()
        session.delete()
    assert list(read(registry.get(where, {"as": "xlsx"}).content).rows) == [] and registry.get(where, {"as": "pdf"}).status_code == 404


def test_the_register_of_prints_shows_its_sum_and_its_last_entries(day):
    college, where = day.world.client("王秘书"), f"/college/photos/{day.campaign.code}/work/"
    for entry, count, note in (("received", "8", "易拍送来"), ("spoiled", "1", "污损")):
        college.post(where, {"act": "prints", "college": "A", "entry": entry, "count": count, "note": note})
    assert "易拍送来" in text(college.get(where))
    kept = text(college.post(where, {"act": "prints", "college": "A", "entry": "used", "count": "9", "note": "证书"}), 422)
    assert "PRINT.001" in kept and 'value="9"' in kept and 'value="证书"' in kept
    total = text(day.world.client("刘老师").get(f"/registry/photos/{day.campaign.code}/prints/")).split("<tfoot>")[1].split("</tfoot>")[0]
    assert [cell.split("<")[0] for cell in total.split('class="n">')[1:]] == ["8", "0", "0", "1", "7"]
    assert "易拍送来" not in text(day.world.client("赵秘书").get(where))
