"""Is this portrait good enough? (照片规则)  教毕指〔2017〕99号 · 研〔2024〕137号 (二)1 · 教字〔2024〕183号 二.5(3).

Facts in (``rules.portrait.Portrait``), findings out. Each finding carries the measured value, the limit, the region of
the picture, a sentence in both languages and what to do (``rules.photo_verdict``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xueji.rules import photo_face as on_face
from xueji.rules import photo_scene as in_scene
from xueji.rules.findings import Finding
from xueji.rules.photo_file import file
from xueji.rules.photo_profile import ORDER, RULES, Profile, Weight
from xueji.rules.photo_verdict import LEVELS, PhotoFinding, PhotoVerdict
from xueji.rules.portrait import Portrait


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


_JUDGED_BY: dict[str, Callable[[Portrait, Profile], Iterator[PhotoFinding]]] = {
    "face_count": in_scene.face_count, "file": file, "position": in_scene.position, "background_colour": in_scene.background_colour,
    "background_even": in_scene.background_even, "eyes": on_face.eyes, "teeth": on_face.teeth, "mouth": on_face.mouth, "yaw": on_face.yaw, "roll": on_face.roll,
    "pitch": on_face.pitch, "gaze": on_face.gaze, "exposure": in_scene.exposure, "sharpness": in_scene.sharpness, "glasses": on_face.glasses,
    "dark_lenses": on_face.dark_lenses, "head_covering": on_face.head_covering, "brows": on_face.brows, "shoulders": in_scene.shoulders,
    "clothing": in_scene.clothing, "ears": on_face.ears,
}  # fmt: skip
