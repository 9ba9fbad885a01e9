"""The five nets (模型): where they lie, and that they are the files we mean.

They are taken at set-up by ``tools/fetch_models.py`` from the pinned and hashed wheel mediapipe 0.10.21 (Apache-2.0)
and are only read from disk. Nothing is fetched while the program runs: a missing or altered file is a reason to say
"not checked".
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

WHEEL = "mediapipe==0.10.21"
WHEEL_SHA256 = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"

FILES = {
    "face_detection/face_detection_short_range.tflite": ("bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8"),
    "face_detection/face_detection_full_range_sparse.tflite": ("2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1"),
    "face_landmark/face_landmark.tflite": "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
    "iris_landmark/iris_landmark.tflite": "d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
    "selfie_segmentation/selfie_segmentation.tflite": ("9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c"),
}


class ModelsMissing(Exception):
    """The nets cannot be used: a file is absent, is not the pinned one, or the runtime cannot be loaded."""


def default_folder() -> Path:
    """Where set-up puts the nets: ``share/xueji/models`` of the running environment."""
    return Path(sys.prefix) / "share" / "xueji" / "models"


def read_model(name: str, folder: Path | None = None) -> bytes:
    """The bytes of one net, compared with its pinned SHA-256.

    Raises ModelsMissing when the file is absent or is another one.
    """
    pinned = next(sha for path, sha in FILES.items() if Path(path).name == name)
    path = (folder or default_folder()) / name
    try:
        content = path.read_bytes()
    except OSError as why:
        raise ModelsMissing(f"{path}: {why.strerror}") from why
    if hashlib.sha256(content).hexdigest() != pinned:
        raise ModelsMissing(f"{path}: not the pinned file (SHA-256 differs)")
    return content


def missing_models(folder: Path | None = None) -> list[str]:
    """One sentence per net that cannot be used; empty when all five are in place."""
    faults = []
    for path in FILES:
        try:
            read_model(Path(path).name, folder)
        except ModelsMissing as why:
            faults.append(str(why))
    return faults
