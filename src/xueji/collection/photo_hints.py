"""What the photo rules say of a picture for the form (登记表照片提示): hints for the student, never a reason to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache

from xueji.imaging import judge_photo
from xueji.rules.photo_profile import load_profile
from xueji.vault.queries import file_for, read_file

if TYPE_CHECKING:
    from xueji.accounts.queries import Viewer

PROFILE = "form-photo"
REMEMBERED = 24 * 3600
"""Seconds a verdict is remembered: the bytes under an id never change, and no face point is part of a verdict."""

NOT_LOOKED_AT = {"models_missing", "stopped"}
"""Such a verdict is not remembered: the picture is examined as soon as that is possible."""


def photo_hints(viewer: Viewer, file_id: str) -> dict[str, Any]:
    """``{verdict, findings}`` as of ``PhotoVerdict.as_json`` for a picture that the viewer may read; about 70 ms the first time.

    The verdict is ``unchecked`` where the nets are missing, never ``pass``. Raises VaultFile.DoesNotExist.
    """
    key = f"form-photo:{file_for(viewer, file_id).pk}:{load_profile(PROFILE).digest}"
    known: dict[str, Any] | None = cache.get(key)
    if known is None:
        known = judge_photo(read_file(viewer, file_id), PROFILE).as_json()
        if not any(one.get("reason") in NOT_LOOKED_AT for one in known["findings"]):
            cache.set(key, known, REMEMBERED)
    return known
