"""Is the face right? (面部规则)  Eyes, lips, how the head is turned, what covers it.

研〔2024〕137号 (二)1 · 教字〔2024〕183号 二.5(3).
"""

from __future__ import annotations

from collections.abc import Iterator

from xueji.catalogue.text import Text
from xueji.rules.photo_profile import Profile, Weight
from xueji.rules.photo_verdict import PhotoFinding, as_read, per_cent, photo_finding
from xueji.rules.portrait import Eyes, Portrait

TEETH_GAP, PALE_GAP, WIDE, ROW = 0.10, 0.08, 0.3, 0.4
"""Lips apart over their width (for bright teeth, for shaded ones); width of a tooth-like patch over the mouth's that is
more than a glint; that is a row."""
EYES_SEEN_YAW = 25.0
"""Beyond this turn the far eye is seen too obliquely for its opening to reject a photo."""
IRIS_COUNTS, CONTRAST_COUNTS = 0.4, 0.002
"""What an iris seen in the opening adds to it: its height over the eye's width, and each step of L* below the whites."""
TALL_IRIS, CLEAR_IRIS = 0.25, 30.0
"""More iris than this says nothing more: sockets and brows are dark too."""


def _teeth(p: Portrait, profile: Profile) -> tuple[float, float] | None:
    """Measured area and limit where teeth show: between parted lips (bright, or pale in shadow), bright and pale at once however
    close the mesh puts the lips, or in a patch too wide for a glint."""
    m = p.mouth
    if m is None:
        return None
    if m.gap > TEETH_GAP and (broken := profile["teeth"].weigh(m.teeth)):
        return m.teeth, broken[1]
    if m.gap > PALE_GAP and (broken := profile["teeth_pale"].weigh(m.pale)):
        return m.pale, broken[1]
    pale_too = profile["pale_too"].weigh(m.pale)
    if pale_too and m.strip_width > WIDE and (broken := profile["teeth_pale_too"].weigh(m.teeth)):
        return m.teeth, broken[1]
    if profile["teeth_both"].weigh(m.teeth) and m.strip_width > WIDE and (broken := profile["strip_both"].weigh(m.strip)):
        return m.strip, broken[1]
    if m.strip_width > ROW and (broken := profile["strip"].weigh(m.strip)):
        return m.strip, broken[1]
    return None


def openness(eyes: Eyes, eye: int) -> float:
    """How surely an eye is open (睁眼度): the lids' opening, and what is seen of an iris in it.

    Lids that the net takes for an opening hold no iris; lashes are dark, but thin; a narrow or laughing eye shows its iris.
    """
    iris = IRIS_COUNTS * min(eyes.iris_height[eye], TALL_IRIS)
    return eyes.openings[eye] + iris + CONTRAST_COUNTS * min(max(eyes.contrast[eye], 0.0), CLEAR_IRIS)


def eyes(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Both eyes open (双眼睁开). Narrow eyes are not closed eyes: only what no open eye looks like is rejected, and where
    irises are clearly seen between narrow lids nothing is doubted."""
    if p.eyes is None:
        return
    opening = min(p.eyes.openings)
    seen = [openness(p.eyes, eye) for eye in (0, 1)]
    less = 0 if seen[0] <= seen[1] else 1
    turned = p.pose is None or abs(p.pose.yaw) > EYES_SEEN_YAW
    laughing = _teeth(p, profile) is not None
    both = profile["openness_laughing" if laughing else "openness"].weigh(sum(seen) / 2)
    one = profile["openness_one"].weigh(seen[less]) if profile["one_eye"].weigh(abs(seen[0] - seen[1])) else None
    if both and not turned:
        yield photo_finding(p, "eyes", Weight.REJECT, "PHOTO.070", sum(seen) / 2, both[1], "eyes")
    elif one and not turned:
        yield photo_finding(p, "eyes", Weight.REJECT, "PHOTO.070", seen[less], one[1], ("eye_left", "eye_right")[less])
    elif opening < (limit := profile["opening"].warn_below or 0) and profile["openness_doubt"].weigh(seen[less]):
        narrow = p.eyes.openings.index(opening)
        yield photo_finding(p, "eyes", Weight.WARN, "PHOTO.071", opening, limit, ("eye_left", "eye_right")[narrow])


def teeth(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """No teeth (不露牙): bright unsaturated places between the lips."""
    if shown := _teeth(p, profile):
        yield photo_finding(p, "teeth", Weight.REJECT, "PHOTO.080", shown[0], shown[1], "mouth")


def mouth(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Lips closed (嘴唇闭合). Only ever a warning: full lips look open to the mesh."""
    if p.mouth is not None and (broken := profile["gap"].weigh(p.mouth.gap)):
        yield photo_finding(p, "mouth", broken[0], "PHOTO.081", p.mouth.gap, broken[1], "mouth")


def _turned(p: Portrait, profile: Profile, rule: str, id_: str, angle: float, how: tuple[Text, Text]):
    if broken := profile[rule].weigh(angle):
        yield photo_finding(p, rule, broken[0], id_, angle, broken[1], "face", value=as_read(abs(angle)),
                     limit_shown=as_read(abs(broken[1])), how=how[0] if angle > 0 else how[1])  # fmt: skip


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
        yield photo_finding(p, "gaze", broken[0], "PHOTO.100", p.eyes.gaze_x, broken[1], "eyes", value=as_read(abs(p.eyes.gaze_x)),
                     limit_shown=as_read(abs(broken[1])))  # fmt: skip


def glasses(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Glasses are allowed; the person who looks is told (眼镜)."""
    if p.worn is not None and (broken := profile["bridge_edge"].weigh(p.worn.bridge_edge)):
        yield photo_finding(p, "glasses", broken[0], "PHOTO.130", p.worn.bridge_edge, broken[1], "bridge")


def dark_lenses(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """No sunglasses (墨镜)."""
    if p.worn is not None and (broken := profile["dark_lenses"].weigh(p.worn.dark_lenses)):
        yield photo_finding(p, "dark_lenses", broken[0], "PHOTO.131", p.worn.dark_lenses, broken[1], "eyes",
                     value=per_cent(p.worn.dark_lenses), limit_shown=per_cent(broken[1]))  # fmt: skip


def head_covering(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Nothing on the head (免冠): a crown too colourful for hair, or a covered forehead. Plain dark scarves are missed."""
    if p.worn is None:
        return
    if broken := profile["crown"].weigh(p.worn.crown_difference):
        yield photo_finding(p, "head_covering", broken[0], "PHOTO.140", p.worn.crown_difference, broken[1], "crown")
    elif broken := profile["forehead"].weigh(p.worn.forehead_difference):
        yield photo_finding(p, "head_covering", broken[0], "PHOTO.141", p.worn.forehead_difference, broken[1], "brows")


def brows(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Hair off the brows (露眉)."""
    if p.worn is not None and (broken := profile["brow_cover"].weigh(p.worn.brow_difference)):
        yield photo_finding(p, "brows", broken[0], "PHOTO.150", p.worn.brow_difference, broken[1], "brows")


def ears(p: Portrait, profile: Profile) -> Iterator[PhotoFinding]:
    """Both ears visible (露耳); a hint."""
    if p.worn is None:
        return
    sides = (("ear_left", Text("画面左侧", "left in the picture")), ("ear_right", Text("画面右侧", "right in the picture")))
    for value, (part, side) in zip(p.worn.ears, sides, strict=True):
        if broken := profile["ear_seen"].weigh(value):
            yield photo_finding(p, "ears", Weight.INFO, "PHOTO.180", value, broken[1], part, side=side)
