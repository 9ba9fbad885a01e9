"""A photo that the rules reject may be let through by a person, with a reason that is kept and counted."""

import io

import pytest
from PIL import Image

from xueji.imaging.models import missing_models
from xueji.journal.command import Refused, Stopped
from xueji.journal.models import Event
from xueji.photos.commands import judge_captured_photo, overrule_finding
from xueji.photos.models import Judgement, Overrule
from xueji.photos.queries import accepted, judgement_for, judgements_for, overrules_per_rule, rejecting_rules

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py"),
]


def photo(size=(480, 640)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (100, 197, 255)).save(out, "JPEG", quality=90)
    return out.getvalue()


@pytest.fixture
def judged(world) -> Judgement:
    return judge_captured_photo(world.act("周操作员"), world.record("李明"), photo()).result


def test_a_verdict_is_kept_with_values_and_without_a_picture_or_a_face_point(judged):
    assert judged.outcome == "reject" and "face_count" in rejecting_rules(judged)
    assert all({"rule", "level", "measured", "limit"} <= set(f) for f in judged.findings)
    assert Event.objects.filter(kind="photo.judged").count() == 1


def test_the_same_photo_judged_again_changes_nothing(world, judged):
    again = judge_captured_photo(world.act("周操作员"), world.record("李明"), photo())
    assert again.unchanged and again.result == judged
    assert Judgement.objects.count() == 1


def test_a_photo_is_accepted_only_when_every_rejecting_rule_was_overruled(world, judged):
    assert not accepted(judged)
    for rule in rejecting_rules(judged):
        overrule_finding(world.act("刘老师"), judged, rule=rule, reason="本人在场，已当面核实")
    assert accepted(judged)
    event = Event.objects.filter(kind="photo.overruled").last()
    assert event.detail["reason"] == "本人在场，已当面核实"


def test_a_photo_that_was_not_examined_is_not_accepted_by_silence(judged):
    judged.outcome, judged.findings = "unchecked", []
    assert not accepted(judged)


def test_an_overrule_needs_a_reason_a_rejection_and_is_made_once(world, judged):
    act = world.act("刘老师")
    with pytest.raises(Stopped) as none:
        overrule_finding(act, judged, rule="ears", reason=" ")
    assert [f.id for f in none.value.findings] == ["PHOTO.200", "PHOTO.202"]
    overrule_finding(act, judged, rule="face_count", reason="学校另有规定")
    with pytest.raises(Stopped) as twice:
        overrule_finding(act, judged, rule="face_count", reason="学校另有规定")
    assert [f.id for f in twice.value.findings] == ["PHOTO.201"]
    assert Overrule.objects.count() == 1


@pytest.mark.parametrize("who", ["李明", "王芳", "赵秘书"])
def test_nobody_else_judges_or_overrules(world, judged, who):
    with pytest.raises(Refused):
        overrule_finding(world.act(who), judged, rule="face_count", reason="我觉得可以的")
    with pytest.raises(Refused):
        judge_captured_photo(world.act(who), world.record("李明"), photo())


def test_a_student_sees_the_own_verdict_and_others_see_none(world, judged):
    assert judgement_for(world.act("李明").by, judged.pk) == judged
    for stranger in ("王芳", "赵秘书"):
        assert not judgements_for(world.act(stranger).by).exists()
        with pytest.raises(Judgement.DoesNotExist):
            judgement_for(world.act(stranger).by, judged.pk)


def test_overrules_are_counted_per_rule(world, judged):
    other = judge_captured_photo(world.act("周操作员"), world.record("王芳"), photo((300, 400))).result
    for one in (judged, other):
        overrule_finding(world.act("刘老师"), one, rule="face_count", reason="学校另有规定")
    counts = {c.rule: (c.rejected, c.overruled) for c in overrules_per_rule(world.act("刘老师").by)}
    assert counts["face_count"] == (2, 2)
    assert counts["file"][1] == 0
    assert overrules_per_rule(world.act("刘老师").by)[0].rule == "face_count"
