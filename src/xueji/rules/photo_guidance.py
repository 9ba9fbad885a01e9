"""What to say to somebody in front of the camera, one thing at a time (拍照引导): two syllables, the coarsest first.

Directions are those of the person, not of the picture. The camera's picture is never mirrored.
"""

from __future__ import annotations

from dataclasses import dataclass

from xueji.catalogue.text import Text
from xueji.rules.photo_profile import Profile, Weight
from xueji.rules.photos import eyes, gaze, mouth, teeth
from xueji.rules.portrait import Box, Portrait

WIDTH, HEIGHT = 480, 640
CLOSED_BY = {"eyes": Text("睁眼", "Eyes wide"), "teeth": Text("闭嘴", "Lips closed"), "mouth": Text("闭嘴", "Lips closed"),
             "gaze": Text("看镜", "Look here")}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Instruction:
    """One short command (口令), its code for the page, and where the face is. ``hold`` says: stay as you are."""

    code: str
    say: Text
    hold: bool = False
    face: Box | None = None


HOLD = Text("别动", "Hold still")


def instruction(p: Portrait, profile: Profile) -> Instruction:
    """The next instruction for a still that shows the frame of the photo (3 : 4)."""
    if p.file.unreadable or p.unmeasured:
        return Instruction("unchecked", Text("未检", "Not checked"))
    if p.faces == 0 or p.head is None or p.pose is None:
        return Instruction("nobody", Text("入镜", "Come in"))
    face = p.regions.get("face")
    if p.faces and p.faces > 1:
        return Instruction("alone", Text("一人", "Alone"), face=face)
    code, say = _framing(p, profile) or _turning(p, profile) or _lighting(p, profile) or _face(p, profile) or ("hold", HOLD)
    return Instruction(code, say, hold=code == "hold", face=face)


def _side(value: float, profile: Profile, band: str) -> int:
    """-1 below what passes without a warning, +1 above, 0 within."""
    limits = profile[band]
    if limits.warn_below is not None and value < limits.warn_below:
        return -1
    return 1 if limits.warn_above is not None and value > limits.warn_above else 0


def _framing(p: Portrait, profile: Profile) -> tuple[str, Text] | None:
    across, down = WIDTH / p.width, HEIGHT / p.height
    if side := _side(p.head.face_width * across, profile, "face_width"):
        return ("closer", Text("靠近", "Closer")) if side < 0 else ("back", Text("后退", "Step back"))
    off = p.head.centre_x * across - WIDTH / 2
    if abs(off) > (profile["off_centre"].warn_above or WIDTH):
        return ("right", Text("右移", "Move right")) if off > 0 else ("left", Text("左移", "Move left"))
    for band, value in (("eyes_line", p.head.eyes_y), ("hair_top", p.head.hair_top)):
        if side := _side(value * down, profile, band):
            return ("lower", Text("坐低", "Sit low")) if side < 0 else ("higher", Text("坐高", "Sit tall"))
    return None


def _turning(p: Portrait, profile: Profile) -> tuple[str, Text] | None:
    if _side(p.pose.roll, profile, "roll"):
        return "straight", Text("头正", "Head straight")
    if side := _side(p.pose.yaw, profile, "yaw"):
        return ("turn_right", Text("右转", "Turn right")) if side > 0 else ("turn_left", Text("左转", "Turn left"))
    if side := _side(p.pose.pitch, profile, "pitch"):
        return ("chin_up", Text("抬头", "Chin up")) if side > 0 else ("chin_down", Text("收颌", "Chin down"))
    return None


def _lighting(p: Portrait, profile: Profile) -> tuple[str, Text] | None:
    if p.light is None:
        return None
    if profile["clipped"].weigh(p.light.too_bright):
        return "dimmer", Text("调暗", "Dim it")
    blurred = profile["direction"].weigh(p.light.direction) or profile["sharpness"].weigh(p.light.sharpness)
    if blurred and blurred[0] is Weight.REJECT:
        return "steady", Text("稳住", "Steady")
    return None


def _face(p: Portrait, profile: Profile) -> tuple[str, Text] | None:
    for judged in (eyes, teeth, mouth, gaze):
        if any(True for _ in judged(p, profile)):
            return judged.__name__, CLOSED_BY[judged.__name__]
    return None
