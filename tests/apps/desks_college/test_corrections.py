"""What a student may not change alone waits for the college: a list, one after the other, the student hears the decision."""

import pytest
from tests.apps.collection.answers import portrait

from xueji.corrections.commands import request_correction
from xueji.corrections.models import Correction
from xueji.corrections.terms import Origin, Stage
from xueji.journal.models import Event
from xueji.notify.models import Delivery
from xueji.notify.terms import Kind

pytestmark = pytest.mark.django_db


def page(response, code=200):
    assert response.status_code == code, response.status_code
    return response.content.decode()


def joined(world, who="李明", *, field="political_status", new="02"):
    return request_correction(world.act(who), world.record(who), field=field, new=new, origin=Origin.STEP).result


def renamed(world):
    return request_correction(
        world.act("李明"), world.record("李明"), field="name", new="李明远", reason="公安机关已更正", evidence={"police_certificate": portrait()}
    ).result


def told(kind=Kind.DECISION):
    return sorted(Delivery.objects.filter(way="app", message__kind=kind).values_list("account__name", flat=True))


def test_the_list_shows_what_would_change_and_how_long_it_waits(world):
    joined(world), joined(world, "赵强")
    seen = page(world.client("王秘书").get("/college/corrections/"))
    assert "待学院审核 1 项" in seen and "政治面貌" in seen and "李明" in seen and "赵强" not in seen
    assert "待学院审核 2 项" in page(world.client("刘老师").get("/college/corrections/"))


def test_the_list_asks_the_database_no_more_for_more_people(world, django_assert_max_num_queries):
    joined(world), joined(world, "王芳")
    client = world.client("王秘书")
    page(client.get("/college/corrections/"))
    with django_assert_max_num_queries(12):
        page(client.get("/college/corrections/"))


def test_ticked_changes_are_approved_together_and_their_students_hear_it(world):
    first, second, foreign = joined(world), joined(world, "王芳"), joined(world, "赵强")
    seen = page(world.client("王秘书").post("/college/corrections/", {"request": [first.pk, second.pk, foreign.pk, "x"]}, follow=True))
    assert "已同意 2 项" in seen and told() == ["李明", "王芳"]
    assert world.record("李明").person.political_status == "02"
    assert Correction.objects.get(pk=foreign.pk).stage == Stage.AT_COLLEGE
    assert "没有勾选" in page(world.client("王秘书").post("/college/corrections/", {}, follow=True))


def test_a_request_with_papers_cannot_be_ticked_away(world):
    made = renamed(world)
    seen = page(world.client("王秘书").get("/college/corrections/"))
    assert 'name="request"' not in seen
    world.client("王秘书").post("/college/corrections/", {"request": [made.pk]})
    assert Correction.objects.get().stage == Stage.AT_COLLEGE


def test_a_return_needs_a_reason_and_what_was_typed_stays(world):
    made = joined(world)
    address = f"/college/corrections/{made.pk}/"
    client = world.client("王秘书")
    assert "CORR.007" in page(client.post(address, {"verdict": "return", "note": " "}), 422)
    assert "CORR.010" in (seen := page(client.post(address, {"note": "看不清"}), 422)) and "看不清" in seen
    assert told() == []
    assert "已退回：李明的政治面貌" in page(client.post(address, {"verdict": "return", "note": "请附党组织证明"}, follow=True))
    assert told() == ["李明"]
    assert "请附党组织证明" in page(world.client("李明").get(f"/student/corrections/{made.pk}/"))


def test_after_one_decision_the_next_request_comes(world):
    first, second = joined(world), joined(world, "王芳")
    answer = world.client("王秘书").post(f"/college/corrections/{first.pk}/", {"verdict": "approve"})
    assert answer.headers["Location"] == f"/college/corrections/{second.pk}/"
    assert world.client("王秘书").post(f"/college/corrections/{second.pk}/", {"verdict": "approve"}).headers["Location"] == "/college/corrections/"
    assert "CORR.006" in page(world.client("王秘书").post(f"/college/corrections/{second.pk}/", {"verdict": "approve"}), 422)


def test_a_name_goes_from_the_college_to_the_registry_and_the_student_hears_the_last_word_only(world):
    made = renamed(world)
    seen = page(world.client("王秘书").get(f"/college/corrections/{made.pk}/"))
    assert "李明远" in seen and "公安机关已更正" in seen and "/files/" in seen
    world.client("王秘书").post(f"/college/corrections/{made.pk}/", {"verdict": "approve"})
    assert told() == [] and Correction.objects.get().stage == Stage.AT_REGISTRY
    registrar = world.client("刘老师")
    assert "李明远" in page(registrar.get("/registry/corrections/"))
    assert "已同意：李明远的姓名" in page(registrar.post(f"/registry/corrections/{made.pk}/", {"verdict": "approve"}, follow=True))
    assert Delivery.objects.filter(way="app", message__kind=Kind.DECISION).count() == 1 and world.record("李明远").person.name == "李明远"


def test_one_person_cannot_decide_twice(world):
    made = renamed(world)
    world.client("刘老师").post(f"/college/corrections/{made.pk}/", {"verdict": "approve"})
    assert "CORR.009" in page(world.client("刘老师").post(f"/registry/corrections/{made.pk}/", {"verdict": "approve"}), 422)


def test_a_number_is_masked_until_it_is_asked_for_and_that_is_noted(world):
    made = request_correction(
        world.act("李明"), world.record("李明"), field="id_number", new="320600200205060095", reason="录取时抄错了",
        evidence={"id_card_both_sides": portrait()},
    ).result  # fmt: skip
    client = world.client("王秘书")
    address = f"/college/corrections/{made.pk}/"
    assert "320600200205060095" not in page(client.get("/college/corrections/")) + page(client.get(address))
    assert "320600200205060095" in page(client.post(address, {"reveal": "yes"}))
    assert Event.objects.filter(kind="record.revealed").count() == 1


@pytest.mark.parametrize("who", ["赵秘书", "高辅导员", "王芳"])
def test_it_is_not_there_for_others(world, who):
    made = joined(world)
    client = world.client(who)
    assert client.get(f"/college/corrections/{made.pk}/").status_code == 404
    assert client.get(f"/registry/corrections/{made.pk}/").status_code == 404
    assert client.post(f"/college/corrections/{made.pk}/", {"verdict": "approve"}).status_code == 404
    assert Correction.objects.get().stage == Stage.AT_COLLEGE
