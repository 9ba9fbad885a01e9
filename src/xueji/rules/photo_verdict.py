"""What is said about one photo (照片判断): findings with value, limit and region, and the outcome.

The sentences are those of the catalogue (``messages/photos.toml``); what no machine can see is listed in ``LOOK_FOR``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, Level, finding
from xueji.rules.photo_profile import RULES, Profile, Weight
from xueji.rules.portrait import WHOLE, Box, Portrait

RULE_NAMES = {
    "face_count": Text("人脸数", "number of faces"), "file": Text("图像文件", "file"),
    "position": Text("头部位置", "head position"), "background_colour": Text("背景颜色", "background colour"),
    "background_even": Text("背景均匀", "even background"), "eyes": Text("双眼睁开", "eyes open"),
    "teeth": Text("不露牙", "no teeth"), "mouth": Text("嘴唇闭合", "lips closed"), "yaw": Text("正面", "facing"),
    "roll": Text("头正", "head upright"), "pitch": Text("俯仰", "head level"), "gaze": Text("视线", "gaze"),
    "exposure": Text("曝光", "exposure"), "sharpness": Text("清晰度", "sharpness"), "glasses": Text("眼镜", "glasses"),
    "dark_lenses": Text("墨镜", "dark lenses"), "head_covering": Text("免冠", "bare head"),
    "brows": Text("露眉", "brows visible"), "shoulders": Text("肩平", "level shoulders"),
    "clothing": Text("着装颜色", "clothing colour"), "ears": Text("露耳", "ears visible"),
}  # fmt: skip

LOOK_FOR = (
    Text("耳环、项链等饰品", "ear-rings, necklaces and other jewellery"),
    Text("浓妆", "heavy make-up"),
    Text("美瞳、有色隐形眼镜", "tinted contact lenses"),
    Text("镜片反光、镜框挡眼", "glare on lenses, frames across the eyes"),
    Text("红眼、面部高光", "red eyes, highlights on the face"),
    Text("修图、磨皮、换背景的痕迹", "traces of retouching or of a replaced background"),
    Text("复杂图案、条纹的衣服", "clothes with busy patterns or stripes"),
    Text("是否本人", "whether it is the person"),
)
"""What nothing tried could measure (无法自动检查): the person who looks at the photo looks for these."""

LEVELS = {Weight.REJECT: Level.STOP, Weight.WARN: Level.DOUBT, Weight.INFO: Level.NOTE}


@dataclass(frozen=True, slots=True)
class PhotoFinding:
    """One thing found about a photo (照片问题): rule, weight, value against limit, where, and what to say."""

    rule: str
    weight: Weight
    measured: float | str | None
    limit: float | str | None
    region: Box
    region_name: str
    said: Finding

    def as_json(self) -> dict[str, Any]:
        """Plain JSON values, as the command line prints them and as a job row keeps them."""
        box = self.region
        return {
            "rule": self.rule, "level": str(self.weight), "measured": self.measured, "limit": self.limit,
            "id": self.said.id, "region": [round(v, 4) for v in (box.x, box.y, box.w, box.h)], "part": self.region_name,
            "message": {"zh": self.said.message.zh, "en": self.said.message.en},
            "remedy": {"zh": self.said.remedy.zh, "en": self.said.remedy.en}, "source": self.said.source,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class PhotoVerdict:
    """What the rules say about one photo (判断结果). ``outcome``: pass, warn, reject or unchecked.

    ``unchecked`` names the rules that could not be looked at and why; an unchecked photo has never passed.
    """

    profile: str
    profile_digest: str
    outcome: str
    findings: tuple[PhotoFinding, ...]
    unchecked: tuple[tuple[str, str], ...] = ()

    @property
    def look_for(self) -> tuple[Text, ...]:
        """What the person who looks at the photo looks for, because nothing measures it."""
        return LOOK_FOR

    def as_json(self) -> dict[str, Any]:
        """``{verdict, findings: [{rule, level, measured, limit, …}]}``; rules not looked at have level unchecked."""
        return {
            "verdict": self.outcome,
            "findings": [f.as_json() for f in self.findings] + [_unchecked_json(*pair) for pair in self.unchecked],
        }


WHY_UNCHECKED = {
    "models_missing": Text("缺少模型文件或校验值不符", "the model files are missing or are not the pinned ones"),
    "no_face": Text("没有找到人脸", "no face was found"),
    "no_background": Text("几乎看不见背景", "hardly any background is visible"),
    "out_of_picture": Text("该部位不在画面内", "the part is not in the picture"),
    "stopped": Text("检查时程序中断", "the examination was interrupted"),
}


def _unchecked_json(rule: str, why: str) -> dict[str, Any]:
    said = finding("PHOTO.001", why=WHY_UNCHECKED[why], rule=RULE_NAMES[rule])
    return {
        "rule": rule, "level": "unchecked", "measured": None, "limit": None, "id": said.id, "reason": why,
        "message": {"zh": said.message.zh, "en": said.message.en},
        "remedy": {"zh": said.remedy.zh, "en": said.remedy.en},
    }  # fmt: skip


def not_examined(profile: Profile, why: str = "stopped") -> PhotoVerdict:
    """The verdict on a photo that could not be examined at all: unchecked, never passed."""
    return PhotoVerdict(profile.code, profile.digest, "unchecked", (), tuple((rule, why) for rule in RULES))


def photo_finding(
    portrait: Portrait, rule: str, weight: Weight, id_: str, measured: float | str | None, limit: float | str,
    part: str = "", value: str | Text | None = None, **values: Any,
) -> PhotoFinding:  # fmt: skip
    """One finding with its numbers shown as people read them; JSON keeps them to four places."""
    if isinstance(measured, float):
        measured = round(measured, 4)
    said = finding(
        id_, level=LEVELS[weight], value=value if value is not None else as_read(measured), limit=values.pop("limit_shown", None)
        or (limit if isinstance(limit, str) else f"{limit:g}"), **values,
    )  # fmt: skip
    return PhotoFinding(rule, weight, measured, limit, portrait.regions.get(part, WHOLE), part or "whole", said)


def as_read(number: float | str) -> str:
    """A measured value as a sentence says it: whole from 20 up, one decimal from 2 up, else two."""
    if isinstance(number, str):
        return number
    return f"{number:.0f}" if abs(number) >= 20 else f"{number:.1f}" if abs(number) >= 2 else f"{number:.2f}"


def per_cent(share: float) -> str:
    """A share of 1 as a sentence says it, in whole per cent."""
    return f"{share * 100:.0f}%"
