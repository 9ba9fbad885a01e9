"""Is this portrait good enough? (照片规则)  教毕指〔2017〕99号 · 研〔2024〕137号 (二)1 · 教字〔2024〕183号 二.5(3).

Facts in (``rules.portrait.Portrait``), findings out. Each finding carries the measured value, the limit, the region of
the picture, a sentence in both languages and what to do (``rules.photo_verdict``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding
from xueji.rules.photo_colour import colour_difference, hue_of, lab_to_rgb, rgb_to_lab
from xueji.rules.photo_profile import ORDER, RULES, Colour, Profile, Weight
from xueji.rules.photo_verdict import LEVELS, PhotoFinding, PhotoVerdict
from xueji.rules.portrait import WHOLE, Portrait

UNREADABLE = {"empty": "PHOTO.010", "pdf": "PHOTO.011", "heic": "PHOTO.012", "broken": "PHOTO.014",
              "too_many_bytes": "PHOTO.015", "too_many_pixels": "PHOTO.016", "too_small": "PHOTO.017",
              "unread": "PHOTO.018"}  # fmt: skip
KINDS = {
    "archive": Text("压缩包或办公文档", "an archive or office document"), "tiff": Text("TIFF 图像", "a TIFF picture"),
    "svg": Text("矢量图或 XML", "a vector drawing or XML"), "page": Text("网页", "a web page"),
    "psd": Text("Photoshop 文件", "a Photoshop file"), "program": Text("程序", "a program"),
    "avif": Text("AVIF 图像", "an AVIF picture"), "video": Text("视频", "a video"),
    "unknown": Text("无法识别的内容", "something unknown"),
}  # fmt: skip
ORIENTATIONS = {
    2: Text("镜像", "mirrored"), 3: Text("旋转 180°", "turned by 180°"), 4: Text("上下颠倒的镜像", "mirrored upside down"),
    5: Text("镜像并旋转", "mirrored and turned"), 6: Text("旋转 90°", "turned by 90°"),
    7: Text("镜像并旋转", "mirrored and turned"), 8: Text("旋转 270°", "turned by 270°"),
}  # fmt: skip
TEETH_GAP, WIDE, ROW = 0.10, 0.3, 0.4
"""Lips apart over their width; width of a tooth-like patch over the mouth's that is more than a glint; that is a row."""
SHOULDERS_BELIEVED = 20.0
"""No shoulders slope more than so many degrees: a steeper outline is hair, a raised arm, or a body turned aside."""
EYES_SEEN_YAW = 25.0
"""Beyond this turn the far eye is seen too obliquely for its opening to reject a photo."""


def judge(portrait: Portrait, profile: Profile) -> PhotoVerdict:
    """All findings of all rules of the profile, worst first, and the outcome."""
    findings: list[PhotoFinding] = []
    if portrait.file.unreadable:  # no profile lets a file pass that holds no photo
        return PhotoVerdict(profile.code, profile.digest, "reject", tuple(file(portrait, profile)))
    for rule in RULES:
        if profile.weights[rule] is not Weight.OFF:
            findings += _capped(_JUDGED_BY[rule](portrait, profile), profile.weights[rule])
    findings.sort(key=lambda f: (ORDER[f.weight], RULES.index(f.rule)))
    missing = tuple(_unmeasured(portrait, profile))
    if portrait.unmeasured:
        outcome = "unchecked"
    elif any(f.weight is Weight.REJECT for f in findings):
        outcome = "reject"
    elif any(why not in {"out_of_picture"} for _, why in missing):
        outcome = "unchecked"
    elif any(f.weight is Weight.WARN for f in findings):
        outcome = "warn"
    else:
        outcome = "pass"
    return PhotoVerdict(profile.code, profile.digest, outcome, tuple(findings), missing)


def _capped(findings: Iterator[PhotoFinding], most: Weight) -> list[PhotoFinding]:
    """The findings with no weight above the rule's own in this profile."""
    return [
        f if ORDER[f.weight] >= ORDER[most] else PhotoFinding(
            f.rule, most, f.measured, f.limit, f.region, f.region_name, _reweighed(f.said, most))
        for f in findings
    ]  # fmt: skip


def _reweighed(said: Finding, weight: Weight) -> Finding:
    return Finding(said.id, LEVELS[weight], said.field, said.message, said.remedy, said.source, said.place)


def _unmeasured(p: Portrait, profile: Profile) -> Iterator[tuple[str, str]]:
    """Rules that had nothing to look at, and why."""
    seen = {
        "face_count": p.faces is not None, "file": True, "position": p.head, "background_colour": p.background,
        "background_even": p.background, "eyes": p.eyes, "teeth": p.mouth, "mouth": p.mouth, "yaw": p.pose, "roll": p.pose,
        "pitch": p.pose, "gaze": p.eyes, "exposure": p.light, "sharpness": p.light,
    }  # fmt: skip
    for rule in RULES:
        if profile.weights[rule] is Weight.OFF or seen.get(rule, p.worn):
            if rule in {"shoulders", "clothing"} and p.worn is not None:
                part = p.worn.shoulders if rule == "shoulders" else p.worn.clothing_blue
                if part is None and profile.weights[rule] is not Weight.OFF:
                    yield rule, "out_of_picture"
            continue
        if p.unmeasured:
            yield rule, p.unmeasured
        elif rule in {"background_colour", "background_even"}:
            yield rule, "no_background"
        else:
            yield rule, "no_face"


def _found(
    portrait: Portrait, rule: str, weight: Weight, id_: str, measured: float | str | None, limit: float | str,
    part: str = "", value: str | Text | None = None, **values: Any,
) -> PhotoFinding:  # fmt: skip
    """One finding with its numbers shown as people read them; JSON keeps them to four places."""
    if isinstance(measured, float):
        measured = round(measured, 4)
    said = finding(
        id_, level=LEVELS[weight], value=value if value is not None else _shown(measured), limit=values.pop("limit_shown", None)
        or (limit if isinstance(limit, str) else f"{limit:g}"), **values,
    )  # fmt: skip
    return PhotoFinding(rule, weight, measured, limit, portrait.regions.get(part, WHOLE), part or "whole", said)


def _shown(number: float | str) -> str:
    if isinstance(number, str):
        return number
    return f"{number:.0f}" if abs(number) >= 20 else f"{number:.1f}" if abs(number) >= 2 else f"{number:.2f}"


def _per_cent(share: float) -> str:
    return f"{share * 100:.0f}%"


def file(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Format, size, colour, kilobytes, quality and EXIF turn (图像文件). 教毕指〔2017〕99号."""
    f = p.file

    def said(id_: str, measured: float | str | None, limit: float | str, weight: Weight = Weight.REJECT, **values: Any):
        return _found(p, "file", weight, id_, measured, limit, **values)

    if f.unreadable:
        id_ = UNREADABLE.get(f.unreadable, "PHOTO.013")
        yield said(id_, f.unreadable, "/".join(profile.formats), value=f.detail or "—",
                   kind=KINDS.get(f.unreadable, KINDS["unknown"]))  # fmt: skip
        return
    if f.format not in profile.formats:
        yield said("PHOTO.021", f.format, "/".join(profile.formats))
    if f.animated:
        yield said("PHOTO.023", "animated", "still")
    if f.mode not in profile.modes:
        yield said("PHOTO.022", f.mode, "/".join(profile.modes))
    if profile.size and (f.width, f.height) != profile.size:
        yield said("PHOTO.020", f"{f.width}×{f.height}", "{}×{}".format(*profile.size))
    # The standard does not say whether 1 KB is 1000 or 1024 bytes: the reading that favours the student counts.
    kilobytes = min(max(profile["kilobytes"].warn_below or 0, f.bytes_ / 1024), f.bytes_ / 1000)
    if broken := profile["kilobytes"].weigh(kilobytes):
        yield said("PHOTO.024", kilobytes, broken[1], broken[0])
    if f.quality is not None and (broken := profile["jpeg_quality"].weigh(f.quality)):
        yield said("PHOTO.025", f.quality, 60, broken[0])
    if f.orientation != 1:
        yield said("PHOTO.026", f"EXIF {f.orientation}", "EXIF 1", value=ORIENTATIONS[f.orientation])
    if f.dpi is None or profile["dpi"].weigh(f.dpi):
        shown = f"{f.dpi:.0f} dpi" if f.dpi else Text("无", "nothing")
        yield said("PHOTO.027", f.dpi, 300, Weight.INFO, value=shown)


def face_count(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Exactly one face (人脸数)."""
    if p.faces == 0:
        yield _found(p, "face_count", Weight.REJECT, "PHOTO.030", 0, 1)
    elif p.faces is not None and p.faces > 1:
        yield _found(p, "face_count", Weight.REJECT, "PHOTO.031", p.faces, 1, "face_2")


CLOSER = Text("请向前一点", "Come a little closer")
BACK = Text("请退后一点", "Step back a little")
CAMERA_UP = Text("请把镜头抬高一点，或坐低一点", "Raise the camera a little, or sit lower")
CAMERA_DOWN = Text("请把镜头放低一点，或坐高一点", "Lower the camera a little, or sit higher")


def position(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Hair top, eye line, face width and centre, in pixels of a 480 × 640 picture (头部位置)."""
    if p.head is None:
        return
    wide, high = profile.size or (480, 640)
    across, down = wide / p.width, high / p.height
    h = p.head
    measures = (
        ("hair_top", "PHOTO.040", h.hair_top * down, "crown", CAMERA_UP, CAMERA_DOWN),
        ("eyes_line", "PHOTO.041", h.eyes_y * down, "eyes", CAMERA_UP, CAMERA_DOWN),
        ("face_width", "PHOTO.042", h.face_width * across, "face", CLOSER, BACK),
    )
    broken_by = {band: profile[band].weigh(value) for band, _, value, *_ in measures}
    small = h.hair_top * down > (profile["hair_top"].warn_above or high)
    narrow = h.face_width * across < (profile["face_width"].warn_below or 0)
    for band, id_, value, part, if_low, if_high in measures:
        if broken := broken_by[band]:
            how = if_low if value < broken[1] else if_high
            # Hair too low and face too narrow at once: the person sits too far away, no longer a doubt of a few pixels.
            weight = Weight.REJECT if band == "face_width" and small and narrow else broken[0]
            yield _found(p, "position", weight, id_, value, broken[1], part, f"{value:.0f}", how=how)
    off = h.centre_x * across - wide / 2
    if broken := profile["off_centre"].weigh(abs(off)):
        how = Text("请向自己的右边移一点", "Move a little to your right") if off > 0 else Text(
            "请向自己的左边移一点", "Move a little to your left")  # fmt: skip
        yield _found(p, "position", broken[0], "PHOTO.043", abs(off), broken[1], "face", how=how)


def _right_hue(seen: tuple[float, float, float], colour: Colour) -> bool:
    return colour.hue is None or colour.hue[0] <= hue_of(seen) <= colour.hue[1]


def background_colour(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """The background has one of the accepted colours (背景颜色)."""
    if p.background is None:
        if p.faces:
            yield _found(p, "background_colour", Weight.WARN, "PHOTO.051", 0.0, 0.02)
        return

    def against(colour: Colour) -> tuple[int, float, float, Colour]:
        difference = colour_difference(p.background.colour, rgb_to_lab(colour.rgb))
        broken = profile["colour_difference"].weigh(difference)
        weight = Weight.REJECT if not _right_hue(p.background.colour, colour) else broken[0] if broken else Weight.OFF
        return -ORDER[weight], difference, broken[1] if broken else profile["colour_difference"].warn_above, colour

    rank, difference, limit, nearest = min((against(c) for c in profile.colours), key=lambda found: found[:2])
    if rank == -ORDER[Weight.OFF]:
        return
    weight = Weight.REJECT if rank == -ORDER[Weight.REJECT] else Weight.WARN
    shown = ",".join(str(v) for v in lab_to_rgb(p.background.colour))
    yield _found(p, "background_colour", weight, "PHOTO.050", difference, limit, value=shown, colour=nearest.name,
                 difference=f"{difference:.0f}")  # fmt: skip


def background_even(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """The background is even: no shadow, object, gradient, fold (背景均匀)."""
    if p.background is None:
        return
    b = p.background
    found = [
        (profile["spread"].weigh(b.spread), "PHOTO.060", b.spread, None),
        (profile["slope"].weigh(b.slope), "PHOTO.063", b.slope, None),
        (profile["residual"].weigh(b.residual), "PHOTO.061", b.residual, None),
        (profile["edges"].weigh(b.edges), "PHOTO.062", b.edges, _per_cent(b.edges)),
    ]
    broken = [(hit, id_, value, shown) for hit, id_, value, shown in found if hit]
    if broken:  # one sentence is enough: the heaviest, then the first
        (weight, limit), id_, value, shown = min(broken, key=lambda entry: ORDER[entry[0][0]])
        said = _found(p, "background_even", weight, id_, value, limit, value=shown,
                      limit_shown=_per_cent(limit) if shown else None)  # fmt: skip
        yield PhotoFinding(said.rule, said.weight, said.measured, said.limit, b.worst, "background", said.said)


def _teeth(p: Portrait, profile: Profile) -> tuple[float, float] | None:
    """Measured area and limit where teeth show: between parted lips, or in a patch too wide for a glint."""
    m = p.mouth
    if m is None:
        return None
    if m.gap > TEETH_GAP and (broken := profile["teeth"].weigh(m.teeth)):
        return m.teeth, broken[1]
    if profile["teeth_both"].weigh(m.teeth) and m.strip_width > WIDE and (broken := profile["strip_both"].weigh(m.strip)):
        return m.strip, broken[1]
    if m.strip_width > ROW and (broken := profile["strip"].weigh(m.strip)):
        return m.strip, broken[1]
    return None


def _shut(p: Portrait, profile: Profile, eye: int) -> float | None:
    """The limit under which this eye counts as closed, or None where it is open. An opening with a clear iris in it is
    an open eye however narrow; a lid without one is closed even where the net sees an opening; a laugh narrows eyes."""
    opening, contrast = p.eyes.openings[eye], p.eyes.contrast[eye]
    if _teeth(p, profile):
        pairs = [("opening_laughing", "iris_laughing")]
    else:
        pairs = [("opening_narrow", "iris_narrow"), ("opening", "iris"), ("opening_dim", "iris_dim")]
    for opening_band, iris_band in [("opening_sure", None), *pairs]:
        broken = profile[opening_band].weigh(opening)
        if broken and broken[0] is Weight.REJECT and (iris_band is None or profile[iris_band].weigh(contrast)):
            return broken[1]
    return None


def eyes(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Both eyes open (双眼睁开). Narrow eyes are not closed eyes: only what no open eye looks like is rejected."""
    if p.eyes is None:
        return
    openings = p.eyes.openings
    narrow = 0 if openings[0] <= openings[1] else 1
    part = ("eye_left", "eye_right")[narrow]
    turned = p.pose is None or abs(p.pose.yaw) > EYES_SEEN_YAW
    shut = [_shut(p, profile, eye) for eye in (0, 1)]
    alone = shut[narrow] is not None and profile["one_eye"].weigh(abs(openings[0] - openings[1])) and not _teeth(p, profile)
    if not turned and None not in shut:
        yield _found(p, "eyes", Weight.REJECT, "PHOTO.070", sum(openings) / 2, max(shut), "eyes")
    elif not turned and alone:
        yield _found(p, "eyes", Weight.REJECT, "PHOTO.070", openings[narrow], shut[narrow], part)
    elif openings[narrow] < (limit := profile["opening"].warn_below or 0):
        yield _found(p, "eyes", Weight.WARN, "PHOTO.071", openings[narrow], limit, part)


def teeth(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """No teeth (不露牙): bright unsaturated places between the lips."""
    if shown := _teeth(p, profile):
        yield _found(p, "teeth", Weight.REJECT, "PHOTO.080", shown[0], shown[1], "mouth")


def mouth(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Lips closed (嘴唇闭合). Only ever a warning: full lips look open to the mesh."""
    if p.mouth is not None and (broken := profile["gap"].weigh(p.mouth.gap)):
        yield _found(p, "mouth", broken[0], "PHOTO.081", p.mouth.gap, broken[1], "mouth")


def _turned(p: Portrait, profile: Profile, rule: str, id_: str, angle: float, how: tuple[Text, Text]):
    if broken := profile[rule].weigh(angle):
        yield _found(p, rule, broken[0], id_, angle, broken[1], "face", value=_shown(abs(angle)),
                     limit_shown=_shown(abs(broken[1])), how=how[0] if angle > 0 else how[1])  # fmt: skip


def yaw(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Facing the camera (正面)."""
    if p.pose is not None:
        yield from _turned(p, profile, "yaw", "PHOTO.090", p.pose.yaw, (
            Text("脸向自己的右边转一点", "Turn the face a little to your right"),
            Text("脸向自己的左边转一点", "Turn the face a little to your left")))  # fmt: skip


def roll(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Head upright (头正)."""
    if p.pose is not None:
        yield from _turned(p, profile, "roll", "PHOTO.091", p.pose.roll, (
            Text("头向自己的右肩正一点", "Straighten the head towards your right shoulder"),
            Text("头向自己的左肩正一点", "Straighten the head towards your left shoulder")))  # fmt: skip


def pitch(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Head level (俯仰). Weak: the depth of one picture tells little, so only extremes reject."""
    if p.pose is not None:
        yield from _turned(p, profile, "pitch", "PHOTO.092", p.pose.pitch, (
            Text("抬起下巴一点", "Lift the chin a little"), Text("收下巴一点", "Lower the chin a little")))  # fmt: skip


def gaze(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Looking into the lens (视线)."""
    if p.eyes is not None and (broken := profile["gaze"].weigh(p.eyes.gaze_x)):
        yield _found(p, "gaze", broken[0], "PHOTO.100", p.eyes.gaze_x, broken[1], "eyes", value=_shown(abs(p.eyes.gaze_x)),
                     limit_shown=_shown(abs(broken[1])))  # fmt: skip


def exposure(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Neither burnt out nor too dark (曝光). Darkness is read from the background, never from the skin alone."""
    if p.light is None:
        return
    if broken := profile["clipped"].weigh(p.light.too_bright):
        yield _found(p, "exposure", broken[0], "PHOTO.110", p.light.too_bright, broken[1], "face",
                     value=_per_cent(p.light.too_bright), limit_shown=_per_cent(broken[1]))  # fmt: skip
    dark_face = profile["face_light"].warn_below is not None and p.light.face_l < profile["face_light"].warn_below
    if dark_face and p.background is not None:
        proper = min(rgb_to_lab(c.rgb)[0] for c in profile.colours)
        share = p.background.colour[0] / proper
        if broken := profile["ground_light"].weigh(share):
            known = any(_right_hue(p.background.colour, c) for c in profile.colours)
            weight = broken[0] if known else Weight.WARN  # a dark room behind says little about the light in front
            yield _found(p, "exposure", weight, "PHOTO.111", share, broken[1], value=_per_cent(share),
                         limit_shown=_per_cent(broken[1]))  # fmt: skip
    if broken := profile["left_right"].weigh(p.light.left_right):
        yield _found(p, "exposure", broken[0], "PHOTO.112", p.light.left_right, broken[1], "face",
                     value=_per_cent(p.light.left_right), limit_shown=_per_cent(broken[1]))  # fmt: skip


def sharpness(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """In focus, not moved, not enlarged (清晰度). The heaviest of three measures speaks."""
    if p.light is None:
        return
    measures = (
        ("sharpness", "PHOTO.120", p.light.sharpness),
        ("detail", "PHOTO.121", p.light.detail),
        ("direction", "PHOTO.122", p.light.direction),
    )
    broken = [(hit, id_, value) for band, id_, value in measures if (hit := profile[band].weigh(value))]
    if broken:
        (weight, limit), id_, value = min(broken, key=lambda entry: ORDER[entry[0][0]])
        yield _found(p, "sharpness", weight, id_, value, limit, "face")


def glasses(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Glasses are allowed; the person who looks is told (眼镜)."""
    if p.worn is not None and (broken := profile["bridge_edge"].weigh(p.worn.bridge_edge)):
        yield _found(p, "glasses", broken[0], "PHOTO.130", p.worn.bridge_edge, broken[1], "bridge")


def dark_lenses(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """No sunglasses (墨镜)."""
    if p.worn is not None and (broken := profile["dark_lenses"].weigh(p.worn.dark_lenses)):
        yield _found(p, "dark_lenses", broken[0], "PHOTO.131", p.worn.dark_lenses, broken[1], "eyes",
                     value=_per_cent(p.worn.dark_lenses), limit_shown=_per_cent(broken[1]))  # fmt: skip


def head_covering(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Nothing on the head (免冠): a crown too colourful for hair, or a covered forehead. Plain dark scarves are missed."""
    if p.worn is None:
        return
    if broken := profile["crown"].weigh(p.worn.crown_difference):
        yield _found(p, "head_covering", broken[0], "PHOTO.140", p.worn.crown_difference, broken[1], "crown")
    elif broken := profile["forehead"].weigh(p.worn.forehead_difference):
        yield _found(p, "head_covering", broken[0], "PHOTO.141", p.worn.forehead_difference, broken[1], "brows")


def brows(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Hair off the brows (露眉)."""
    if p.worn is not None and (broken := profile["brow_cover"].weigh(p.worn.brow_difference)):
        yield _found(p, "brows", broken[0], "PHOTO.150", p.worn.brow_difference, broken[1], "brows")


def shoulders(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Level shoulders (肩平)."""
    slope = p.worn.shoulders if p.worn is not None else None
    if slope is not None and abs(slope) > SHOULDERS_BELIEVED and profile["tilt"].weigh(slope):
        yield _found(p, "shoulders", Weight.WARN, "PHOTO.161", slope, SHOULDERS_BELIEVED, "shoulders", value=_shown(abs(slope)))
    elif slope is not None and (broken := profile["tilt"].weigh(slope)):
        yield _found(p, "shoulders", broken[0], "PHOTO.160", slope, broken[1], "shoulders", value=_shown(abs(slope)),
                     limit_shown=_shown(abs(broken[1])))  # fmt: skip


def clothing(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Clothes unlike the background, not blue before blue (着装颜色)."""
    if p.worn is None or p.worn.clothing_blue is None:
        return
    if broken := profile["blue_cloth"].weigh(p.worn.clothing_blue):
        yield _found(p, "clothing", broken[0], "PHOTO.170", p.worn.clothing_blue, broken[1], "clothing",
                     value=_per_cent(p.worn.clothing_blue), limit_shown=_per_cent(broken[1]))  # fmt: skip
    elif p.worn.clothing_like_background is not None and (broken := profile["like_ground"].weigh(p.worn.clothing_like_background)):
        share = p.worn.clothing_like_background
        yield _found(p, "clothing", broken[0], "PHOTO.171", share, broken[1], "clothing", value=_per_cent(share),
                     limit_shown=_per_cent(broken[1]))  # fmt: skip


def ears(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Both ears visible (露耳); a hint."""
    if p.worn is None:
        return
    sides = (("ear_left", Text("画面左侧", "left in the picture")), ("ear_right", Text("画面右侧", "right in the picture")))
    for value, (part, side) in zip(p.worn.ears, sides, strict=True):
        if broken := profile["ear_seen"].weigh(value):
            yield _found(p, "ears", Weight.INFO, "PHOTO.180", value, broken[1], part, side=side)


_JUDGED_BY: dict[str, Callable[[Portrait, Profile], Iterator[PhotoFinding]]] = {
    "face_count": face_count, "file": file, "position": position, "background_colour": background_colour,
    "background_even": background_even, "eyes": eyes, "teeth": teeth, "mouth": mouth, "yaw": yaw, "roll": roll,
    "pitch": pitch, "gaze": gaze, "exposure": exposure, "sharpness": sharpness, "glasses": glasses,
    "dark_lenses": dark_lenses, "head_covering": head_covering, "brows": brows, "shoulders": shoulders,
    "clothing": clothing, "ears": ears,
}  # fmt: skip
