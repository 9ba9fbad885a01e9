"""拍照引导 — what is said to somebody before the camera: two syllables, one thing at a time, the coarsest first."""

import pytest
from tests.book.tables import rows
from tests.book.test_photos import changed

from xueji.rules.photo_guidance import guide, guide_as_json, instruction, numbers_of
from xueji.rules.photo_profile import load_profile

REHEARSAL = load_profile("rehearsal")
BOOK = """
before the camera         | the still                                                             | word | in English
--------------------------+-----------------------------------------------------------------------+------+-------------
as it should be           |                                                                       | 别动 | Hold still
nobody                    | faces=0; head=None                                                    | 入镜 | Come in
two people                | faces=2                                                               | 一人 | Alone
far away                  | head.face_width=120                                                   | 靠近 | Closer
too near                  | head.face_width=340                                                   | 后退 | Step back
left in the picture       | head.centre_x=180                                                     | 左移 | Move left
right in the picture      | head.centre_x=300                                                     | 右移 | Move right
too high                  | head.eyes_y=180                                                       | 坐低 | Sit low
too low                   | head.eyes_y=340                                                       | 坐高 | Sit tall
leaning                   | pose.roll=9.0                                                         | 头正 | Head straight
turned to the own left    | pose.yaw=14.0                                                         | 右转 | Turn right
turned to the own right   | pose.yaw=-14.0                                                        | 左转 | Turn left
chin down                 | pose.pitch=20.0                                                       | 抬头 | Chin up
chin up                   | pose.pitch=-16.0                                                      | 收颌 | Chin down
a lamp in the face        | light.too_bright=0.2                                                  | 调暗 | Dim it
moving                    | light.direction=0.1                                                   | 稳住 | Steady
out of focus              | light.sharpness=5.0                                                   | 稳住 | Steady
no light measured         | light=None                                                            | 别动 | Hold still
eyes closed               | eyes.openings=(0.05,0.05); eyes.contrast=(1.0,1.0); eyes.iris_height=(0.0,0.0) | 睁眼 | Eyes wide
one eye closed            | eyes.openings=(0.05,0.3); eyes.contrast=(1.0,20.0); eyes.iris_height=(0.0,0.25) | 睁眼 | Eyes wide
lids apart over no iris   | eyes.openings=(0.2,0.2); eyes.contrast=(1.0,1.0); eyes.iris_height=(0.0,0.0) | 睁眼 | Eyes wide
narrow eyes               | eyes.openings=(0.15,0.15); eyes.contrast=(15.0,15.0); eyes.iris_height=(0.2,0.2) | 别动 | Hold still
laughing                  | mouth.gap=0.2; mouth.teeth=2.0                                        | 闭嘴 | Lips closed
laughing, eyes narrowed   | mouth.gap=0.2; mouth.teeth=2.0; eyes.openings=(0.1,0.1); eyes.contrast=(1.0,1.0) | 闭嘴 | Lips closed
dull teeth, lips near     | mouth.gap=0.06; mouth.teeth=0.25; mouth.pale=0.5; mouth.strip_width=0.4 | 闭嘴 | Lips closed
teeth in shadow           | mouth.gap=0.09; mouth.pale=1.5                                        | 闭嘴 | Lips closed
lips apart                | mouth.gap=0.14                                                        | 闭嘴 | Lips closed
looking aside             | eyes.gaze_x=0.2                                                       | 看镜 | Look here
far away and turned       | head.face_width=120; pose.yaw=30.0                                    | 靠近 | Closer
an unreadable still       | file.unreadable='broken'                                              | 未检 | Not checked
without models            | unmeasured='models_missing'                                           | 未检 | Not checked
"""


@pytest.mark.parametrize("case", rows(BOOK), ids=lambda case: case["before the camera"])
def test_the_book_of_guidance(case):
    said = instruction(changed(case["the still"]), REHEARSAL)
    assert (said.say.zh, said.say.en) == (case["word"], case["in English"])
    assert len(said.say.zh) == 2
    assert said.hold == (case["word"] == "别动")


def test_what_could_not_be_measured_is_left_out_and_never_zero():
    whole = numbers_of(changed(""))
    for part, names in (
        ("head", {"face_width", "off_centre", "eyes_line", "hair_top"}),
        ("pose", {"roll", "yaw", "pitch"}),
        ("light", {"clipped", "direction", "sharpness"}),
        ("eyes", {"openness", "openness_less", "eyes_apart", "gaze"}),
        ("mouth", {"gap", "teeth", "pale", "strip", "strip_width"}),
    ):
        assert set(whole) - set(numbers_of(changed(f"{part}=None"))) == names, part


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_that_measures_by_itself_follows_the_same_table(lang):
    table = guide_as_json(REHEARSAL, lang)
    assert [(one["code"], one["say"]) for one in table["steps"]] == [(step.code, step.say.in_(lang)) for step in guide(REHEARSAL)]
    assert table["words"]["hold"] == {"zh": "别动", "en": "Hold still"}[lang] and set(table["words"]) == {"nobody", "alone", "hold"}
    assert table["size"] == [480, 640]
