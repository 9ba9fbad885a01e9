"""What to say to somebody in front of the camera, one thing at a time (拍照引导): two syllables, the coarsest first.

The instructions are a table of steps over measured numbers, made from a profile's limits. The server walks through it
for a still, and the camera page gets the very same table (``guide_as_json``) for what it measures itself. Directions are
those of the person, not of the picture. The camera's picture is never mirrored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xueji.catalogue.text import Text
from xueji.rules.photo_face import CLEAR_IRIS, CONTRAST_COUNTS, IRIS_COUNTS, PALE_GAP, ROW, TALL_IRIS, TEETH_GAP, WIDE, openness
from xueji.rules.photo_profile import Band, Profile
from xueji.rules.portrait import Box, Portrait

WIDTH, HEIGHT = 480, 640
HOLD = Text("别动", "Hold still")
UNCHECKED, NOBODY, ALONE = Text("未检", "Not checked"), Text("入镜", "Come in"), Text("一人", "Alone")

Condition = tuple[str, str, float]
"""A measured number, "below" or "above", and the limit."""


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction (口令) and when it is given: when all conditions of any one alternative hold.

    A number that was not measured fulfils no condition.
    """

    code: str
    say: Text
    when: tuple[tuple[Condition, ...], ...]

    def applies(self, measured: dict[str, float]) -> bool:
        """Does it apply to these numbers?"""
        return any(all(_beyond(measured.get(name), side, limit) for name, side, limit in alternative) for alternative in self.when)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One short command (口令), its code for the page, and where the face is. ``hold`` says: stay as you are."""

    code: str
    say: Text
    hold: bool = False
    face: Box | None = None


def _beyond(value: float | None, side: str, limit: float) -> bool:
    return value is not None and (value < limit if side == "below" else value > limit)


def _limits(name: str, band: Band, side: str, measured: str = "") -> Condition | None:
    """The first limit on this side: the warning, or the rejection where there is no warning; None where there is neither."""
    warn, reject = (band.warn_below, band.reject_below) if side == "below" else (band.warn_above, band.reject_above)
    limit = reject if warn is None else warn
    return None if limit is None else (measured or name, side, limit)


def guide(profile: Profile) -> tuple[Step, ...]:
    """The steps for a profile, the coarsest first: frame, then pose, then light, then face."""

    def low(name: str) -> Condition | None:
        return _limits(name, profile[name], "below")

    def high(name: str, measured: str = "") -> Condition | None:
        return _limits(name, profile[name], "above", measured)

    def refused_below(name: str, measured: str = "") -> Condition | None:
        limit = profile[name].reject_below
        return None if limit is None else (measured or name, "below", limit)

    centre = high("off_centre")
    to_the_left = (centre[0], "below", -centre[2]) if centre else None
    laugh = (("gap", "above", TEETH_GAP), high("teeth"))
    both = (high("teeth_both", "teeth"), ("strip_width", "above", WIDE), high("strip_both", "strip"))
    row = (("strip_width", "above", ROW), high("strip"))
    shaded = (("gap", "above", PALE_GAP), high("teeth_pale", "pale"))
    dull = (high("teeth_pale_too", "teeth"), high("pale_too", "pale"), ("strip_width", "above", WIDE))
    one_eye = (refused_below("openness_one", "openness_less"), high("one_eye", "eyes_apart"))
    steps = (
        ("closer", Text("靠近", "Closer"), [(low("face_width"),)]),
        ("back", Text("后退", "Step back"), [(high("face_width"),)]),
        ("right", Text("右移", "Move right"), [(centre,)]),
        ("left", Text("左移", "Move left"), [(to_the_left,)]),
        ("lower", Text("坐低", "Sit low"), [(low("eyes_line"),)]),
        ("higher", Text("坐高", "Sit tall"), [(high("eyes_line"),)]),
        ("lower", Text("坐低", "Sit low"), [(low("hair_top"),)]),
        ("higher", Text("坐高", "Sit tall"), [(high("hair_top"),)]),
        ("straight", Text("头正", "Head straight"), [(low("roll"),), (high("roll"),)]),
        ("turn_right", Text("右转", "Turn right"), [(high("yaw"),)]),
        ("turn_left", Text("左转", "Turn left"), [(low("yaw"),)]),
        ("chin_up", Text("抬头", "Chin up"), [(high("pitch"),)]),
        ("chin_down", Text("收颌", "Chin down"), [(low("pitch"),)]),
        ("dimmer", Text("调暗", "Dim it"), [(high("clipped"),)]),
        ("steady", Text("稳住", "Steady"), [(refused_below("direction"),), (refused_below("sharpness"),)]),
        # Lips before eyes: a laugh narrows the eyes, and closed lips open them again.
        ("teeth", Text("闭嘴", "Lips closed"), [laugh, shaded, dull, both, row]),
        ("mouth", Text("闭嘴", "Lips closed"), [(high("gap"),)]),
        # Only what the rules refuse: whoever has narrow eyes could never follow a word that doubts them.
        ("eyes", Text("睁眼", "Eyes wide"), [(refused_below("openness"),), one_eye]),
        ("gaze", Text("看镜", "Look here"), [(low("gaze"),), (high("gaze"),)]),
    )  # fmt: skip
    limited = ((code, say, tuple(one for one in when if None not in one)) for code, say, when in steps)
    return tuple(Step(code, say, when) for code, say, when in limited if when)


def numbers_of(p: Portrait) -> dict[str, float]:
    """The numbers of a portrait that the steps look at, lengths as of a picture of 480 × 640; what is unknown is left out."""
    numbers: dict[str, float] = {}
    if p.head is not None:
        across, down = WIDTH / p.width, HEIGHT / p.height
        numbers |= {"face_width": p.head.face_width * across, "off_centre": p.head.centre_x * across - WIDTH / 2,
                    "eyes_line": p.head.eyes_y * down, "hair_top": p.head.hair_top * down}  # fmt: skip
    if p.pose is not None:
        numbers |= {"roll": p.pose.roll, "yaw": p.pose.yaw, "pitch": p.pose.pitch}
    if p.light is not None:
        numbers |= {"clipped": p.light.too_bright, "direction": p.light.direction, "sharpness": p.light.sharpness}
    if p.eyes is not None:
        seen = [openness(p.eyes, eye) for eye in (0, 1)]
        numbers |= {"openness": sum(seen) / 2, "openness_less": min(seen), "eyes_apart": abs(seen[0] - seen[1]), "gaze": p.eyes.gaze_x}
    if p.mouth is not None:
        numbers |= {"gap": p.mouth.gap, "teeth": p.mouth.teeth, "pale": p.mouth.pale,
                    "strip": p.mouth.strip, "strip_width": p.mouth.strip_width}  # fmt: skip
    return numbers


def instruction(p: Portrait, profile: Profile) -> Instruction:
    """The next instruction for a still that shows the frame of the photo (3 : 4)."""
    if p.file.unreadable or p.unmeasured:
        return Instruction("unchecked", UNCHECKED)
    if p.faces == 0 or p.head is None or p.pose is None:
        return Instruction("nobody", NOBODY)
    face = p.regions.get("face")
    if p.faces and p.faces > 1:
        return Instruction("alone", ALONE, face=face)
    numbers = numbers_of(p)
    for step in guide(profile):
        if step.applies(numbers):
            return Instruction(step.code, step.say, face=face)
    return Instruction("hold", HOLD, hold=True, face=face)


def guide_as_json(profile: Profile, lang: str) -> dict[str, Any]:
    """The table for a page that measures by itself: size of the frame, what makes an eye surely open
    (``photo_face.openness``), the words that need no number, and the steps."""
    words = {"nobody": NOBODY, "alone": ALONE, "hold": HOLD}
    steps = [{"code": s.code, "say": s.say.in_(lang), "when": s.when} for s in guide(profile)]
    weights = {"iris_counts": IRIS_COUNTS, "tall_iris": TALL_IRIS, "contrast_counts": CONTRAST_COUNTS, "clear_iris": CLEAR_IRIS}
    return {"size": [WIDTH, HEIGHT], "openness": weights, "words": {code: say.in_(lang) for code, say in words.items()}, "steps": steps}
