"""What is known about one portrait before it is judged (照片测量值): the file, and what was measured in the picture.

The numbers come from ``imaging``, which judges nothing; ``rules.photos`` judges and sees no pixel. Lengths are pixels of
the picture as it is seen (an EXIF turn applied), angles are degrees, colours are CIE L*a*b* (D65), shares are 0 to 1.
No face point is kept here: the points are computed, used and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """A region of the picture (区域) as shares of its width and height, so that it fits every size it is shown at."""

    x: float
    y: float
    w: float
    h: float


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the file says about itself (图像文件).

    ``unreadable`` names why no picture could be opened (a key of ``rules.photo_file.UNREADABLE``), or None;
    ``quality`` is the JPEG quality factor from the quantisation table; ``orientation`` is EXIF 0x0112 (1 = upright).
    """

    bytes_: int
    format: str = ""
    width: int = 0
    height: int = 0
    mode: str = ""
    animated: bool = False
    quality: float | None = None
    dpi: float | None = None
    orientation: int = 1
    unreadable: str | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the head is (头部位置), pixels of the picture as seen."""

    hair_top: float
    eyes_y: float
    chin_y: float
    face_width: float
    centre_x: float
    eye_distance: float


@dataclass(frozen=True, slots=True)
class Background:
    """The part of the picture that is surely not the person (背景)."""

    share: float
    colour: tuple[float, float, float]
    spread: float
    """95 % of the colour differences (CIE76) to the median colour."""
    residual: float
    """Standard deviation of lightness after a plane has been taken out."""
    edges: float
    """Share of pixels on an edge."""
    slope: float
    """Lightness across the whole picture along the steepest direction."""
    worst: Box


@dataclass(frozen=True, slots=True)
class Eyes:
    """The lids and irises of both eyes (眼睛); left and right as seen in the picture."""

    openings: tuple[float, float]
    """Lid distance over eye width, from the iris net."""
    contrast: tuple[float, float]
    """How much darker the middle of the opening is than its corners, L*: an iris between two whites."""
    iris_height: tuple[float, float]
    """Height of the dark place at the iris over the eye's width: an iris is tall, a line of lashes is not."""
    gaze_x: float
    gaze_y: float


@dataclass(frozen=True, slots=True)
class Mouth:
    """The lips (嘴)."""

    gap: float
    """Distance of the inner lips over their width."""
    teeth: float
    """Bright unsaturated area between the lips, per cent of eye distance squared."""
    strip: float
    """The largest bright, unsaturated, connected area from the upper lip to the middle of the lower one, same unit: the
    mesh often puts the lips too close together over teeth."""
    strip_width: float
    """Width of that area over the width of the mouth."""
    pale: float
    """Area between the inner lips that is much less red than the lips though not brighter: teeth in shadow; same unit."""


@dataclass(frozen=True, slots=True)
class Pose:
    """How the head is turned (姿态): yaw left/right, roll towards a shoulder, pitch up/down, degrees."""

    yaw: float
    roll: float
    pitch: float


@dataclass(frozen=True, slots=True)
class FaceLight:
    """Light and sharpness of the face (光线与清晰度)."""

    face_l: float
    too_bright: float
    too_dark: float
    left_right: float
    """Share of the light by which the darker cheek falls short of the lighter one; the same on every skin."""
    sharpness: float
    detail: float
    """Fine over coarse detail; an enlarged or blurred picture has little fine detail whatever the skin is like."""
    direction: float
    """Detail across over detail along, the smaller over the larger; a moved camera or head wipes out one of them."""


@dataclass(frozen=True, slots=True)
class Worn:
    """What covers or frames the face (遮挡与穿着)."""

    bridge_edge: float
    dark_lenses: float
    forehead_difference: float
    crown_difference: float
    brow_difference: float
    ears: tuple[float, float]
    clothing_blue: float | None
    clothing_like_background: float | None
    shoulders: float | None


@dataclass(frozen=True, slots=True)
class Portrait:
    """One photo, measured (一张照片的测量结果). Parts are None where they could not be measured, never a made-up value."""

    file: FileFacts
    faces: int | None = None
    head: Head | None = None
    background: Background | None = None
    eyes: Eyes | None = None
    mouth: Mouth | None = None
    pose: Pose | None = None
    light: FaceLight | None = None
    worn: Worn | None = None
    regions: dict[str, Box] = field(default_factory=dict)
    width: int = 0
    height: int = 0
    unmeasured: str | None = None
    """Why the picture was not measured although it opened, for instance ``models_missing``."""
