"""The page where a person looks at a rejected photo and lets it pass with a reason: queue, photo, form, count."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from tests.world import World

from xueji.journal.models import Event
from xueji.photos.day.models import Capture
from xueji.photos.models import Judgement, Overrule
from xueji.records.queries import scope_of
from xueji.vault.commands import store_file

pytestmark = pytest.mark.django_db
QUEUE = "/registry/judgements/"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (480, 640), (100, 197, 255)).save(out, "JPEG", quality=90)
    return out.getvalue()


def found(rule: str, level: str = "reject", **more) -> dict:
    return {
        "rule": rule, "level": level, "measured": 0.1234, "limit": 0.25, "id": "PHOTO.070", "region": [0.4, 0.3, 0.2, 0.1], "part": "eyes",
        "message": {"zh": f"问题 {rule}", "en": f"Trouble {rule}"}, "remedy": {"zh": "请重拍", "en": "Take it again"}, "source": "研〔2024〕137号",
    } | more  # fmt: skip


def judged(world: World, name: str, *findings: dict, outcome: str = "reject", hours: int = 0) -> Judgement:
    return Judgement.objects.create(
        record=world.record(name), taken="station", photo_digest="0" * 64, profile="chsi-graduation", profile_digest="0" * 16, outcome=outcome,
        findings=list(findings), judged_at=world.now + timedelta(hours=hours), judged_by="system:tests",
    )  # fmt: skip


def captured(world: World, judgement: Judgement) -> Capture:
    """The photo of the verdict, as the station keeps it."""
    record = judgement.record
    file = store_file(world.system(), jpeg(), purpose="photo", scope=scope_of(record), title="photo.jpg").result
    return Capture.objects.create(record=record, version=1, origin="house", taken_on=world.now.date(), taken_by="采集台", file=file,
                                  judgement=judgement, recorded_at=world.now, recorded_by="采集台")  # fmt: skip


def text(answer) -> str:
    return answer.content.decode()


def test_the_queue_holds_the_newest_rejected_photo_of_each_student(world):
    judged(world, "李明", found("eyes"))
    newest = judged(world, "李明", found("teeth"), hours=1)
    judged(world, "王芳", found("eyes"), hours=0)
    judged(world, "王芳", outcome="pass", hours=2)
    judged(world, "赵强", outcome="unchecked")
    page = text(world.client("刘老师").get(QUEUE))
    assert f"{QUEUE}{newest.pk}/" in page and "不露牙" in page and "李明" in page
    assert "王芳" not in page and "赵强" not in page
    assert "赵强" in text(world.client("刘老师").get(QUEUE, {"show": "unexamined"}))
    assert "李明" in text(world.client("刘老师").get(QUEUE, {"show": "nonsense"}))


def test_the_photo_is_shown_by_a_short_lived_address_with_what_was_found_drawn_over_it(world, settings):
    one = judged(world, "李明", found("eyes"), found("shoulders", "warn"), found("ears", "info"))
    captured(world, one)
    client = world.client("周操作员")
    page = text(client.get(f"{QUEUE}{one.pk}/"))
    assert page.count('class="found ') == 2 and "style=" not in page.split("photo-overlay")[1].split("</svg>")[0]
    for words in ("问题 eyes", "请重拍", "实测 0.123，限值 0.25", "研〔2024〕137号", "耳环", "是否本人"):
        assert words in page, words
    address = page.split('<img src="')[1].split('"')[0]
    answer = client.get(address)
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == jpeg()
    for stranger in ("李明", "王芳", "赵秘书"):
        assert world.client(stranger).get(address).status_code == 404


def test_a_photo_that_is_gone_is_said_to_be_gone(world):
    one = judged(world, "李明", found("eyes"))
    page = text(world.client("刘老师").get(f"{QUEUE}{one.pk}/"))
    assert "只留下测量结果" in page and "<img" not in page.split("<main")[1]


def test_rules_are_overruled_together_with_one_reason_and_the_next_photo_opens(world):
    one = judged(world, "李明", found("eyes"), found("teeth"))
    other = judged(world, "王芳", found("eyes"), hours=1)
    client = world.client("刘老师")
    answer = client.post(f"{QUEUE}{one.pk}/", {"rule": ["eyes", "teeth"], "reason": "天生眼睛细长，本人在场核实"})
    assert answer.headers["Location"] == f"{QUEUE}{other.pk}/"
    assert {o.rule for o in Overrule.objects.all()} == {"eyes", "teeth"}
    assert Event.objects.filter(kind="photo.overruled").count() == 2
    queue = text(client.get(QUEUE))
    assert "王芳" in queue and "李明" not in queue
    assert "李明" in text(client.get(QUEUE, {"show": "overruled"}))
    assert "天生眼睛细长" in text(client.get(f"{QUEUE}{one.pk}/"))


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"reason": "本人在场核实"}, "PHOTO.203"), ({"rule": ["eyes"], "reason": " "}, "PHOTO.202"), ({"rule": ["eyes", "ears"], "reason": "本人在场核实"}, "PHOTO.200")],
)
def test_half_an_overrule_writes_nothing_and_keeps_what_was_typed(world, sent, said):
    one = judged(world, "李明", found("eyes"))
    answer = world.client("刘老师").post(f"{QUEUE}{one.pk}/", sent)
    assert answer.status_code == 422 and said in text(answer)
    assert not Overrule.objects.exists()
    assert sent["reason"].strip() in text(answer)


def test_overrules_are_counted_per_rule_on_a_page(world):
    one = judged(world, "李明", found("eyes"))
    judged(world, "王芳", found("eyes"))
    world.client("刘老师").post(f"{QUEUE}{one.pk}/", {"rule": ["eyes"], "reason": "本人在场核实"})
    page = text(world.client("刘老师").get(f"{QUEUE}rules/"))
    row = page.split("双眼睁开")[1].split("</tr>")[0]
    assert ">2<" in row and ">1<" in row and "50%" in row
