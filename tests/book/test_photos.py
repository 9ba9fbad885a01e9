"""照片规则 — is this portrait good enough?  教毕指〔2017〕99号 · 研〔2024〕137号 (二)1 · 教字〔2024〕183号 二.5(3)."""

import ast
from dataclasses import replace
from datetime import date

import pytest
from tests.book.tables import rows

from xueji.catalogue.text import Text
from xueji.rules.findings import catalogue_of_findings, finding
from xueji.rules.photo_colour import lab_to_rgb, rgb_to_lab
from xueji.rules.photo_profile import RULES, Band, ProfileFault, Weight, load_profile, profile_codes
from xueji.rules.photo_verdict import LOOK_FOR, RULE_NAMES, not_examined
from xueji.rules.photos import judge
from xueji.rules.portrait import Background, Box, Eyes, FaceLight, FileFacts, Head, Mouth, Portrait, Pose, Worn

CHSI = load_profile("chsi-graduation")
GOOD = Portrait(
    file=FileFacts(30_000, "JPEG", 480, 640, "RGB", quality=85.0, dpi=300.0),
    faces=1,
    head=Head(hair_top=70, eyes_y=250, chin_y=390, face_width=235, centre_x=240, eye_distance=130),
    background=Background(0.4, rgb_to_lab((100, 197, 255)), 3.0, 0.8, 0.0, 5.0, Box(0, 0, 0.125, 0.125)),
    eyes=Eyes((0.25, 0.25), (45.0, 45.0), (0.3, 0.3), 0.0, -0.08),
    mouth=Mouth(0.03, 0.0, 0.0, 0.0, 0.0),
    pose=Pose(0.0, 0.0, 4.0),
    light=FaceLight(55.0, 0.0, 0.0, 0.05, 200.0, 20.0, 0.8),
    worn=Worn(0.4, 0.0, 6.0, 0.0, 8.0, (0.6, 0.6), 0.0, 0.0, 0.0),
    regions={"eyes": Box(0.2, 0.35, 0.6, 0.1)},
    width=480,
    height=640,
)


def changed(text: str) -> Portrait:
    """The good portrait with ``part.value=literal`` changes, several divided by semicolons; ``part=None`` takes a part away."""
    portrait = GOOD
    for change in filter(None, (c.strip() for c in text.split(";"))):
        path, literal = change.split("=", 1)
        value = ast.literal_eval(literal)
        part, _, name = path.partition(".")
        if name == "rgb":
            value, name = rgb_to_lab(value), "colour"
        portrait = replace(portrait, **{part: replace(getattr(portrait, part), **{name: value}) if name else value})
    return portrait


def said(portrait: Portrait, profile=CHSI) -> list[str]:
    return sorted(f"{f.said.id} {f.weight}" for f in judge(portrait, profile).findings)


def expected(cell: str) -> list[str]:
    return sorted(filter(None, (part.strip() for part in cell.split(","))))


BOOK = """
what is different                | the portrait                                                     | said
---------------------------------+------------------------------------------------------------------+--------------------------------------
a good photo                     |                                                                  |
an empty file                    | file.unreadable='empty'                                          | PHOTO.010 reject
a document in disguise           | file.unreadable='pdf'                                            | PHOTO.011 reject
a photo from an iPhone           | file.unreadable='heic'                                           | PHOTO.012 reject
an archive in disguise           | file.unreadable='archive'                                        | PHOTO.013 reject
half a file                      | file.unreadable='broken'                                         | PHOTO.014 reject
50 MB                            | file.unreadable='too_many_bytes'                                 | PHOTO.015 reject
30,000 × 30,000 pixels           | file.unreadable='too_many_pixels'                                | PHOTO.016 reject
two pixels                       | file.unreadable='too_small'                                      | PHOTO.017 reject
a file nobody may read           | file.unreadable='unread'                                         | PHOTO.018 reject
another size                     | file.width=600; file.height=800                                  | PHOTO.020 reject
a PNG                            | file.format='PNG'; file.quality=None                             | PHOTO.021 reject
printing colours                 | file.mode='CMYK'                                                 | PHOTO.022 reject
an animation                     | file.animated=True                                               | PHOTO.023 reject
45 KB                            | file.bytes_=46000                                                | PHOTO.024 warn
100 KB                           | file.bytes_=100000                                               | PHOTO.024 reject
10 KB                            | file.bytes_=10000                                                | PHOTO.024 reject
20 KB of either kind             | file.bytes_=20000                                                |
40 KB of either kind             | file.bytes_=40960                                                |
quality 50                       | file.quality=50.0                                                | PHOTO.025 reject
turned by the camera             | file.orientation=6                                               | PHOTO.026 reject
mirrored by an app               | file.orientation=2                                               | PHOTO.026 reject
no resolution mark               | file.dpi=None                                                    | PHOTO.027 info
72 dpi                           | file.dpi=72.0                                                    | PHOTO.027 info
two people                       | faces=2                                                          | PHOTO.031 reject
hair nearly at the edge          | head.hair_top=40                                                 | PHOTO.040 warn
hair cut off                     | head.hair_top=5                                                  | PHOTO.040 reject
hair two pixels high             | head.hair_top=48                                                 |
eyes too low                     | head.eyes_y=330                                                  | PHOTO.041 reject
eyes at the limit                | head.eyes_y=300                                                  |
a wide face                      | head.face_width=305                                              | PHOTO.042 warn
too far away                     | head.face_width=176; head.hair_top=118                           | PHOTO.040 warn, PHOTO.042 reject
much too near                    | head.face_width=320                                              | PHOTO.042 reject
to the left                      | head.centre_x=210                                                | PHOTO.043 warn
far to the right                 | head.centre_x=300                                                | PHOTO.043 reject
a white ground                   | background.rgb=(255,255,255)                                     | PHOTO.050 reject
the photo shop's blue            | background.rgb=(67,142,219)                                      | PHOTO.050 warn
the blue in brighter light       | background.rgb=(110,217,255)                                     |
sky blue                         | background.rgb=(135,206,235)                                     | PHOTO.050 reject
red                              | background.rgb=(200,30,40)                                       | PHOTO.050 reject
no background left               | background=None                                                  | PHOTO.051 warn
a shadow                         | background.spread=20.0                                           | PHOTO.060 reject
a soft shadow                    | background.spread=10.0                                           | PHOTO.060 warn
wrinkles                         | background.residual=2.5                                          | PHOTO.061 warn
a fold                           | background.edges=0.03                                            | PHOTO.062 warn
a gradient                       | background.slope=30.0                                            | PHOTO.063 reject
eyes closed                      | eyes.openings=(0.08,0.09); eyes.contrast=(2.0,3.0); eyes.iris_height=(0.08,0.07) | PHOTO.070 reject
closed, dark lashes              | eyes.openings=(0.10,0.10); eyes.contrast=(20.0,18.0); eyes.iris_height=(0.1,0.1) | PHOTO.070 reject
one eye closed                   | eyes.openings=(0.09,0.24); eyes.contrast=(2.0,40.0); eyes.iris_height=(0.08,0.3) | PHOTO.070 reject
a lid taken for an opening       | eyes.openings=(0.16,0.15); eyes.contrast=(2.0,-3.0); eyes.iris_height=(0.06,0.05) | PHOTO.070 reject
narrow eyes with clear irises    | eyes.openings=(0.12,0.12); eyes.contrast=(30.0,28.0); eyes.iris_height=(0.2,0.2) | PHOTO.071 warn
rather narrow eyes               | eyes.openings=(0.17,0.19)                                        |
narrow eyes, irises clearly seen | eyes.openings=(0.13,0.13); eyes.contrast=(25.0,25.0); eyes.iris_height=(0.24,0.24) |
narrow lids, little iris         | eyes.openings=(0.17,0.17); eyes.contrast=(10.0,10.0); eyes.iris_height=(0.14,0.14) | PHOTO.071 warn
closed, seen from the side       | eyes.openings=(0.08,0.09); eyes.contrast=(2.0,3.0); eyes.iris_height=(0.08,0.07); pose.yaw=40.0 | PHOTO.071 warn, PHOTO.090 reject
a laugh narrows the eyes         | eyes.openings=(0.11,0.11); eyes.contrast=(9.0,9.0); eyes.iris_height=(0.22,0.2); mouth.gap=0.2; mouth.teeth=2.0 | PHOTO.071 warn, PHOTO.080 reject, PHOTO.081 warn
closed in laughing               | eyes.openings=(0.11,0.11); eyes.contrast=(1.0,1.0); eyes.iris_height=(0.1,0.1); mouth.gap=0.2; mouth.teeth=2.0 | PHOTO.070 reject, PHOTO.080 reject, PHOTO.081 warn
teeth                            | mouth.gap=0.11; mouth.teeth=0.5                                  | PHOTO.080 reject
teeth in the shadow of the lip   | mouth.gap=0.11; mouth.pale=0.9                                   | PHOTO.080 reject
full lips, closed                | mouth.gap=0.05; mouth.pale=0.9                                   |
dull teeth, lips near each other | mouth.gap=0.06; mouth.teeth=0.25; mouth.pale=0.5; mouth.strip_width=0.4 | PHOTO.080 reject
a glint on pale lips             | mouth.gap=0.06; mouth.teeth=0.25; mouth.pale=0.5; mouth.strip_width=0.1 |
a row of teeth, lips misjudged   | mouth.gap=0.05; mouth.strip=1.5; mouth.strip_width=0.7           | PHOTO.080 reject
some teeth, seen twice           | mouth.gap=0.05; mouth.teeth=0.2; mouth.strip=0.8; mouth.strip_width=0.4 | PHOTO.080 reject
a glint on the lip               | mouth.strip=0.7; mouth.strip_width=0.44                          |
lips apart                       | mouth.gap=0.14                                                   | PHOTO.081 warn
half turned                      | pose.yaw=-11.0                                                   | PHOTO.090 warn
turned                           | pose.yaw=20.0                                                    | PHOTO.090 reject
leaning                          | pose.roll=-9.0                                                   | PHOTO.091 reject
leaning a little                 | pose.roll=6.0                                                    | PHOTO.091 warn
chin down                        | pose.pitch=18.0                                                  | PHOTO.092 warn
chin far up                      | pose.pitch=-24.0                                                 | PHOTO.092 reject
looking aside                    | eyes.gaze_x=0.12                                                 | PHOTO.100 warn
burnt out                        | light.too_bright=0.2                                             | PHOTO.110 reject
a dark face, the ground is right | light.face_l=22.0                                                |
a dark face before a dark blue   | light.face_l=22.0; background.rgb=(38,75,97)                     | PHOTO.050 reject, PHOTO.111 reject
a dark face in a dark room       | light.face_l=22.0; background.rgb=(60,50,40)                     | PHOTO.050 reject, PHOTO.111 warn
light from one side              | light.left_right=0.45                                            | PHOTO.112 warn
out of focus                     | light.sharpness=10.0                                             | PHOTO.120 reject
a little soft                    | light.sharpness=25.0                                             | PHOTO.120 warn
enlarged                         | light.detail=4.5                                                 | PHOTO.121 reject
moved                            | light.direction=0.1                                              | PHOTO.122 reject
glasses                          | worn.bridge_edge=2.0                                             | PHOTO.130 info
sunglasses                       | worn.dark_lenses=0.6                                             | PHOTO.131 warn
a red headwrap                   | worn.crown_difference=33.0                                       | PHOTO.140 warn
a brim over the forehead         | worn.forehead_difference=25.0                                    | PHOTO.141 warn
a fringe                         | worn.brow_difference=30.0                                        | PHOTO.150 warn
one shoulder high                | worn.shoulders=8.0                                               | PHOTO.160 warn
shoulders lost behind hair       | worn.shoulders=-44.0                                             | PHOTO.161 warn
a blue shirt                     | worn.clothing_blue=0.9                                           | PHOTO.170 warn
clothes like the ground          | worn.clothing_like_background=0.8                                | PHOTO.171 warn
hair over one ear                | worn.ears=(0.0,0.6)                                              | PHOTO.180 info
"""


@pytest.mark.parametrize("case", rows(BOOK), ids=lambda case: case["what is different"])
def test_the_book_of_photos(case):
    assert said(changed(case["the portrait"])) == expected(case["said"])


def test_without_a_face_only_what_needs_none_is_judged_and_the_rest_is_called_not_checked():
    verdict = judge(changed("faces=0; head=None; eyes=None; mouth=None; pose=None; light=None; worn=None"), CHSI)
    assert [f.said.id for f in verdict.findings] == ["PHOTO.030"]
    assert verdict.outcome == "reject"
    assert dict(verdict.unchecked)["eyes"] == "no_face"
    assert "background_colour" not in dict(verdict.unchecked)


def test_missing_models_never_pass_a_photo_and_say_so_for_every_rule_but_the_file():
    nothing_seen = "faces=None; head=None; background=None; eyes=None; mouth=None; pose=None; light=None; worn=None"
    verdict = judge(replace(changed(nothing_seen), unmeasured="models_missing"), CHSI)
    assert verdict.outcome == "unchecked"
    assert {rule for rule, _ in verdict.unchecked} == set(RULES) - {"file"}
    lines = verdict.as_json()["findings"]
    assert {line["level"] for line in lines} == {"unchecked"}
    assert all(line["id"] == "PHOTO.001" and line["message"]["zh"] and line["message"]["en"] for line in lines)


def test_a_photo_whose_examination_broke_off_is_not_checked():
    assert not_examined(CHSI).outcome == "unchecked"


def test_parts_outside_the_picture_are_named_and_do_not_stop_a_good_photo():
    verdict = judge(changed("worn.shoulders=None; worn.clothing_blue=None"), CHSI)
    assert verdict.outcome == "pass"
    assert dict(verdict.unchecked) == {"shoulders": "out_of_picture", "clothing": "out_of_picture"}


def test_hardly_any_background_is_a_reason_not_to_pass():
    verdict = judge(changed("background=None"), CHSI)
    assert verdict.outcome == "unchecked"
    assert dict(verdict.unchecked) == {"background_colour": "no_background", "background_even": "no_background"}


def test_the_outcome_is_the_heaviest_finding():
    assert judge(GOOD, CHSI).outcome == "pass"
    assert judge(changed("worn.ears=(0.0,0.0)"), CHSI).outcome == "pass"
    assert judge(changed("mouth.gap=0.14"), CHSI).outcome == "warn"
    assert judge(changed("mouth.gap=0.14; faces=2"), CHSI).outcome == "reject"


def test_every_finding_carries_value_limit_region_and_two_sentences_in_two_languages():
    for case in rows(BOOK):
        for f in judge(changed(case["the portrait"]), CHSI).findings:
            line = f.as_json()
            assert line["limit"] is not None and len(line["region"]) == 4, line
            assert line["measured"] is not None or line["id"] == "PHOTO.027"
            for words in (*line["message"].values(), *line["remedy"].values()):
                assert words and "{" not in words, line
            assert line["source"]


def test_every_photo_sentence_of_the_catalogue_is_in_this_book():
    written = {part.split()[0] for case in rows(BOOK) for part in expected(case["said"])}
    elsewhere = {"PHOTO.001", "PHOTO.030", "PHOTO.190", "PHOTO.200", "PHOTO.201", "PHOTO.202", "PHOTO.203"}
    assert written | elsewhere == {id_ for id_ in catalogue_of_findings() if id_.startswith("PHOTO.")}


def test_a_refused_preview_says_why_and_what_to_do():
    refused = finding("PHOTO.190", why=Text("太近", "too close"), how=Text("请后退一步", "Step back"))
    assert "太近" in refused.message.zh and "too close" in refused.message.en and refused.remedy.en == "Step back"


@pytest.mark.parametrize(
    ("text", "zh"),
    [
        ("pose.pitch=18.0", "抬起下巴一点"),
        ("pose.pitch=-15.0", "收下巴一点"),
        ("pose.yaw=20.0", "脸向自己的右边转一点"),
        ("pose.yaw=-20.0", "脸向自己的左边转一点"),
        ("head.face_width=160", "请向前一点"),
        ("head.face_width=330", "请退后一点"),
        ("head.hair_top=5", "请把镜头抬高一点，或坐低一点"),
        ("head.hair_top=160", "请把镜头放低一点，或坐高一点"),
        ("head.centre_x=300", "请向自己的右边移一点"),
        ("head.centre_x=180", "请向自己的左边移一点"),
    ],
)
def test_the_remedy_names_the_direction_of_the_person_in_the_chair(text, zh):
    assert judge(changed(text), CHSI).findings[0].said.remedy.zh == zh


def test_the_school_accepts_the_photo_shops_blue_and_the_campus_card_a_white_wall():
    shop, white = changed("background.rgb=(67,142,219)"), changed("background.rgb=(250,250,250)")
    assert said(shop, load_profile("school-blue")) == []
    assert said(white, load_profile("school-blue")) == ["PHOTO.050 reject"]
    assert said(white, load_profile("campus-card")) == []


def test_no_rule_weighs_more_than_its_profile_says():
    assert said(changed("faces=1; mouth.gap=0.2; mouth.teeth=2.0"), load_profile("campus-card")) == ["PHOTO.080 warn", "PHOTO.081 warn"]


@pytest.mark.parametrize("profile", profile_codes())
def test_no_profile_lets_a_file_pass_that_holds_no_photo(profile):
    verdict = judge(changed("file.unreadable='pdf'"), load_profile(profile))
    assert verdict.outcome == "reject" and [f.said.id for f in verdict.findings] == ["PHOTO.011"]


def test_a_rule_that_is_off_says_nothing_and_is_not_called_unchecked(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(
        'extends = "chsi-graduation"\n[weights]\nears = { weight = "off", source = "own rule" }\n'
        'shoulders = { weight = "off", source = "own rule" }\n',
        "utf-8",
    )
    profile = load_profile(str(own))
    assert said(changed("worn.ears=(0.0,0.0)"), profile) == []
    assert judge(changed("worn.shoulders=None"), profile).unchecked == ()
    assert profile.digest != CHSI.digest


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("zh = [", "own.toml"),
        ('extends = "no-such"', "no such profile"),
        ('extends = "own"', "extends itself"),
        ('extends = "chsi-graduation"\n[weights]\nbeauty = { weight = "reject", source = "x" }', "beauty"),
        ('extends = "chsi-graduation"\n[weights]\neyes = { weight = "sometimes", source = "x" }', "sometimes"),
        ('extends = "chsi-graduation"\n[bands]\nyaw = { reject_above = 5 }', "source"),
        ('zh = "x"', "weights"),
    ],
)
def test_a_faulty_profile_is_refused_with_the_file_and_the_entry(tmp_path, content, fault):
    own = tmp_path / "own.toml"
    own.write_text(content, "utf-8")
    with pytest.raises(ProfileFault, match=fault):
        load_profile(str(own))


def test_every_limit_and_weight_of_every_profile_names_its_source_and_its_day():
    for code in profile_codes():
        profile = load_profile(code)
        assert set(profile.weights) == set(RULES) == set(RULE_NAMES)
        assert all(profile.weight_sources.values()) and profile.size_source
        for band in profile.bands.values():
            assert band.source and isinstance(band.since, date)
        assert all(colour.source for colour in profile.colours)


def test_limits_are_numbers_of_the_profile_alone():
    band = Band("x", date(2026, 1, 1), warn_above=2, reject_above=4)
    assert [band.weigh(v) for v in (1, 3, 5)] == [None, (Weight.WARN, 2), (Weight.REJECT, 4)]


def test_what_no_machine_sees_is_listed_for_the_person_who_looks():
    listed = " ".join(text.zh for text in LOOK_FOR)
    for word in ("耳环", "浓妆", "美瞳", "反光"):
        assert word in listed
    assert judge(GOOD, CHSI).look_for == LOOK_FOR


@pytest.mark.parametrize("rgb", [(100, 197, 255), (0, 0, 0), (255, 255, 255), (240, 240, 240), (67, 142, 219), (3, 2, 1)])
def test_colours_come_back_from_lab_unchanged(rgb):
    assert lab_to_rgb(rgb_to_lab(rgb)) == rgb
