"""A suggested crop and background for the campus card (校园卡预览). Never for the register: the stamp is in the picture.

教毕指〔2017〕99号 forbids replaced backgrounds, rotation and retouching for the register, so the preview carries
"预览，不得用于学历注册" across it, is a new file, and is refused where it would have to guess: a body that ends above
the lower edge, a background too busy to be taken out of the hair.
"""

from __future__ import annotations

import io
from functools import cache
from importlib.metadata import files as packaged_files
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from xueji.catalogue.text import Text
from xueji.imaging.face_measures import face_frame
from xueji.imaging.models import ModelsMissing
from xueji.imaging.nets import nets
from xueji.imaging.opening import open_photo
from xueji.imaging.scene_measures import Scene, background, head, small_copy
from xueji.rules.findings import Finding, finding

STAMP = "预览，不得用于学历注册"
WIDTH, HEIGHT = 480, 640
EYES_AT, FACE_WIDE, HAIR_NOT_ABOVE = 250, 235, 50
GROUND = np.array([100, 197, 255], np.float32)
BUSY = 30.0
FILTER_RADIUS, FILTER_EPS = 0.012, 1e-4
STEP_BACK = Text(
    "请后退一步，让肩膀和上身都在画面里，重拍一张。", "Step back so that shoulders and chest are in the picture, and take it again."
)
PLAIN_WALL = Text("请站在没有杂物的墙前重拍一张。", "Stand before a plain wall and take it again.")
ONE_PERSON = Text("请一个人正对镜头重拍一张。", "Take it again, alone and facing the camera.")


class PreviewRefused(Exception):
    """No preview can be made; ``said`` is the finding with the reason and what to do."""

    def __init__(self, why: Text, how: Text) -> None:
        super().__init__(why.en)
        self.said: Finding = finding("PHOTO.190", why=why, how=how)


def card_preview(content: bytes, models: Path | None = None) -> bytes:
    """A stamped 480 × 640 JPEG from the bytes of a photo. Raises PreviewRefused with the reason."""
    opened = open_photo(content)
    if opened.rgb is None:
        raise PreviewRefused(Text("照片打不开", "the photo cannot be opened"), ONE_PERSON)
    try:
        ready = nets(models)
    except ModelsMissing as why:
        raise PreviewRefused(
            Text("缺少模型文件", "the model files are missing"),
            Text("请系统管理员装好模型后再试。", "The administrator installs the models; then try again."),
        ) from why
    rgb = opened.rgb
    found = ready.all_faces(rgb) or ready.near_faces(rgb)
    if len(found) != 1:
        raise PreviewRefused(Text("画面里应正好有一个人", "exactly one person must be in it"), ONE_PERSON)
    face = face_frame(rgb, ready.points(rgb, found[0]))
    mask = ready.person(rgb)
    scene = Scene(rgb, small_copy(rgb), mask)
    at = head(scene, face)
    behind = background(scene)
    if behind is None:
        raise PreviewRefused(Text("人离镜头太近", "the person is too close"), STEP_BACK)
    if behind.spread > BUSY:
        raise PreviewRefused(Text("背景太杂，头发边缘无法分清", "the background is too busy to be told from the hair"), PLAIN_WALL)
    k = min(FACE_WIDE / at.face_width, (EYES_AT - HAIR_NOT_ABOVE) / max(at.eyes_y - at.hair_top, 1.0))
    place = np.array([[k, 0, WIDTH / 2 - k * at.centre_x], [0, k, EYES_AT - k * at.eyes_y]])
    bottom = place[1, 1] * rgb.shape[0] + place[1, 2]
    if at.hair_top < 2 or bottom < HEIGHT - 1:
        raise PreviewRefused(Text("人离镜头太近，上身或头顶不完整", "the person is too close: chest or hair is cut off"), STEP_BACK)
    cut = cut_out(rgb, mask)
    card = cv2.warpAffine(
        cut, place, (WIDTH, HEIGHT), flags=cv2.INTER_AREA if k < 1 else cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT,
        borderValue=tuple(float(v) for v in GROUND),
    )  # fmt: skip
    return _stamped(np.clip(card, 0, 255).astype(np.uint8))


def cut_out(rgb: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The person on the blue ground, float RGB: mask sharpened along the picture's edges, the old background's colour
    taken out of half-transparent pixels."""
    h, w = rgb.shape[:2]
    picture = rgb.astype(np.float32) / 255
    alpha = cv2.resize(mask, (w, h), interpolation=cv2.INTER_LINEAR)
    alpha = np.clip(_guided(picture, alpha, max(2, round(FILTER_RADIUS * max(h, w)))), 0, 1)
    alpha = np.clip((alpha - 0.08) / 0.84, 0, 1)[..., None]
    far = (1 - alpha) ** 4
    size = (0, 0)
    sigma = 0.05 * max(h, w)
    behind = cv2.GaussianBlur(picture * far, size, sigma) / np.maximum(cv2.GaussianBlur(far, size, sigma)[..., None], 1e-4)
    person = np.clip((picture - (1 - alpha) * behind) / np.maximum(alpha, 0.05), 0, 1)
    return (alpha * person * 255 + (1 - alpha) * GROUND).astype(np.float32)


def _guided(guide: np.ndarray, alpha: np.ndarray, radius: int) -> np.ndarray:
    """Colour guided filter (He, Sun, Tang 2013): ``alpha`` follows the edges of ``guide``."""
    size = (2 * radius + 1, 2 * radius + 1)

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.blur(x, size)

    mean_guide, mean_alpha = mean(guide), mean(alpha)
    across = mean(guide * alpha[..., None]) - mean_guide * mean_alpha[..., None]
    pairs = np.stack([mean(guide[..., i] * guide[..., j]) - mean_guide[..., i] * mean_guide[..., j]
                      for i in range(3) for j in range(3)], -1).reshape(*alpha.shape, 3, 3)  # fmt: skip
    slope = np.linalg.solve(pairs + np.eye(3, dtype=np.float32) * FILTER_EPS, across[..., None])[..., 0]
    shift = mean_alpha - (slope * mean_guide).sum(-1)
    return (mean(slope.astype(np.float32)) * guide).sum(-1) + mean(shift.astype(np.float32))


@cache
def _stamp_font() -> ImageFont.FreeTypeFont:
    """The Chinese font that comes with the pinned font package."""
    fonts = [f for f in packaged_files("pylopdf-fonts-zh-cn") or [] if f.suffix.lower() in {".otf", ".ttf", ".ttc"}]
    return ImageFont.truetype(str(fonts[0].locate()), 30)


def _stamped(card: np.ndarray) -> bytes:
    """The stamp across the lower third and a hatch, so that no crop of the face is free of it; JPEG, 300 dpi."""
    picture = Image.fromarray(card)
    veil = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    draw = ImageDraw.Draw(veil)
    for x in range(-HEIGHT, WIDTH, 60):
        draw.line([(x, HEIGHT), (x + HEIGHT, 0)], fill=(255, 255, 255, 70), width=2)
    font = _stamp_font()
    left, top, right, bottom = draw.textbbox((0, 0), STAMP, font=font)
    y = HEIGHT - 140
    draw.rectangle([(0, y - 14), (WIDTH, y + bottom - top + 18)], fill=(161, 27, 22, 200))
    draw.text(((WIDTH - right + left) / 2, y - top), STAMP, font=font, fill="white")
    out = io.BytesIO()
    Image.alpha_composite(picture.convert("RGBA"), veil).convert("RGB").save(out, "JPEG", quality=85, dpi=(300, 300))
    return out.getvalue()
