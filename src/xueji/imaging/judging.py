"""The one door to the photo rules (照片检查入口)."""

from __future__ import annotations

from pathlib import Path

from xueji.imaging.measure import measure
from xueji.rules.photo_profile import Profile, load_profile
from xueji.rules.photo_verdict import PhotoVerdict
from xueji.rules.photos import judge


def judge_photo(content: bytes, profile: Profile | str = "chsi-graduation", models: Path | None = None) -> PhotoVerdict:
    """Measure and judge one photo, given as the bytes of its file, for a profile (object, code, or path of a file).

    Never raises for bad content. Nothing of the face is kept beyond the verdict's measured values.
    Raises ProfileFault when the profile cannot be used.
    """
    if isinstance(profile, str):
        profile = load_profile(profile)
    return judge(measure(content, models), profile)
