"""Is the picture right? (画面规则)  Number of faces, position, background, light, sharpness, shoulders, clothing."""

from __future__ import annotations

from collections.abc import Iterator

from xueji.catalogue.text import Text
from xueji.rules.photo_colour import colour_difference, hue_of, lab_to_rgb, rgb_to_lab
from xueji.rules.photo_profile import ORDER, Colour, Profile, Weight
from xueji.rules.photo_verdict import PhotoFinding, as_read, per_cent, photo_finding
from xueji.rules.portrait import Portrait

SHOULDERS_BELIEVED = 20.0
"""No shoulders slope more than so many degrees: a steeper outline is hair, a raised arm, or a body turned aside."""


def face_count(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Exactly one face (人脸数)."""
    if p.faces == 0:
        yield photo_finding(p, "face_count", Weight.REJECT, "PHOTO.030", 0, 1)
    elif p.faces is not None and p.faces > 1:
        yield photo_finding(p, "face_count", Weight.REJECT, "PHOTO.031", p.faces, 1, "face_2")


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
            yield photo_finding(p, "position", weight, id_, value, broken[1], part, f"{value:.0f}", how=how)
    off = h.centre_x * across - wide / 2
    if broken := profile["off_centre"].weigh(abs(off)):
        how = Text("请向自己的右边移一点", "Move a little to your right") if off > 0 else Text(
            "请向自己的左边移一点", "Move a little to your left")  # fmt: skip
        yield photo_finding(p, "position", broken[0], "PHOTO.043", abs(off), broken[1], "face", how=how)


def _right_hue(seen: tuple[float, float, float], colour: Colour) -> bool:
    return colour.hue is None or colour.hue[0] <= hue_of(seen) <= colour.hue[1]


def background_colour(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """The background has one of the accepted colours (背景颜色)."""
    if p.background is None:
        if p.faces:
            yield photo_finding(p, "background_colour", Weight.WARN, "PHOTO.051", 0.0, 0.02)
        return

    def against(colour: Colour) -> tuple[int, float, float, Colour]:
        difference = colour_difference(p.background.colour, rgb_to_lab(colour.rgb))
        broken = profile["colour_difference"].weigh(difference)
        # Brighter light alone turns this blue by some degrees: the hue speaks where the colour is off anyway.
        other_hue = broken and not _right_hue(p.background.colour, colour)
        weight = Weight.REJECT if other_hue else broken[0] if broken else Weight.OFF
        return -ORDER[weight], difference, broken[1] if broken else profile["colour_difference"].warn_above, colour

    rank, difference, limit, nearest = min((against(c) for c in profile.colours), key=lambda found: found[:2])
    if rank == -ORDER[Weight.OFF]:
        return
    weight = Weight.REJECT if rank == -ORDER[Weight.REJECT] else Weight.WARN
    shown = ",".join(str(v) for v in lab_to_rgb(p.background.colour))
    yield photo_finding(p, "background_colour", weight, "PHOTO.050", difference, limit, value=shown, colour=nearest.name,
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
        (profile["edges"].weigh(b.edges), "PHOTO.062", b.edges, per_cent(b.edges)),
    ]
    broken = [(hit, id_, value, shown) for hit, id_, value, shown in found if hit]
    if broken:  # one sentence is enough: the heaviest, then the first
        (weight, limit), id_, value, shown = min(broken, key=lambda entry: ORDER[entry[0][0]])
        said = photo_finding(p, "background_even", weight, id_, value, limit, value=shown,
                      limit_shown=per_cent(limit) if shown else None)  # fmt: skip
        yield PhotoFinding(said.rule, said.weight, said.measured, said.limit, b.worst, "background", said.said)


def exposure(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Neither burnt out nor too dark (曝光). Darkness is read from the background, never from the skin alone."""
    if p.light is None:
        return
    if broken := profile["clipped"].weigh(p.light.too_bright):
        yield photo_finding(p, "exposure", broken[0], "PHOTO.110", p.light.too_bright, broken[1], "face",
                     value=per_cent(p.light.too_bright), limit_shown=per_cent(broken[1]))  # fmt: skip
    dark_face = profile["face_light"].warn_below is not None and p.light.face_l < profile["face_light"].warn_below
    if dark_face and p.background is not None:
        proper = min(rgb_to_lab(c.rgb)[0] for c in profile.colours)
        share = p.background.colour[0] / proper
        if broken := profile["ground_light"].weigh(share):
            known = any(_right_hue(p.background.colour, c) for c in profile.colours)
            weight = broken[0] if known else Weight.WARN  # a dark room behind says little about the light in front
            yield photo_finding(p, "exposure", weight, "PHOTO.111", share, broken[1], value=per_cent(share),
                         limit_shown=per_cent(broken[1]))  # fmt: skip
    if broken := profile["left_right"].weigh(p.light.left_right):
        yield photo_finding(p, "exposure", broken[0], "PHOTO.112", p.light.left_right, broken[1], "face",
                     value=per_cent(p.light.left_right), limit_shown=per_cent(broken[1]))  # fmt: skip


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
        yield photo_finding(p, "sharpness", weight, id_, value, limit, "face")


def shoulders(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Level shoulders (肩平)."""
    slope = p.worn.shoulders if p.worn is not None else None
    if slope is not None and abs(slope) > SHOULDERS_BELIEVED and profile["tilt"].weigh(slope):
        yield photo_finding(p, "shoulders", Weight.WARN, "PHOTO.161", slope, SHOULDERS_BELIEVED, "shoulders", value=as_read(abs(slope)))
    elif slope is not None and (broken := profile["tilt"].weigh(slope)):
        yield photo_finding(p, "shoulders", broken[0], "PHOTO.160", slope, broken[1], "shoulders", value=as_read(abs(slope)),
                     limit_shown=as_read(abs(broken[1])))  # fmt: skip


def clothing(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Clothes unlike the background, not blue before blue (着装颜色)."""
    if p.worn is None or p.worn.clothing_blue is None:
        return
    if broken := profile["blue_cloth"].weigh(p.worn.clothing_blue):
        yield photo_finding(p, "clothing", broken[0], "PHOTO.170", p.worn.clothing_blue, broken[1], "clothing",
                     value=per_cent(p.worn.clothing_blue), limit_shown=per_cent(broken[1]))  # fmt: skip
    elif p.worn.clothing_like_background is not None and (broken := profile["like_ground"].weigh(p.worn.clothing_like_background)):
        share = p.worn.clothing_like_background
        yield photo_finding(p, "clothing", broken[0], "PHOTO.171", share, broken[1], "clothing", value=per_cent(share),
                     limit_shown=per_cent(broken[1]))  # fmt: skip
