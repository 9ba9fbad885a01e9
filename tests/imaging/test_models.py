"""The five nets: pinned, compared, read from disk; nothing goes out and nothing is kept."""

import re
import shutil
import socket
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path

import numpy as np
import pytest

from xueji.imaging import judge_photo
from xueji.imaging import models as pinned
from xueji.imaging.measure import measure
from xueji.imaging.models import ModelsMissing, default_folder, missing_models, read_model
from xueji.imaging.nets import FacePoints
from xueji.rules import portrait

from .test_opening import picture

ROOT = Path(__file__).parents[2]
needs_models = pytest.mark.skipif(bool(missing_models()), reason="the nets are not in place: tools/fetch_models.py")
TELEMETRY = re.compile(rb"googleapis\.com/v1/log|odml\.pa|clearcut|play\.googleapis", re.IGNORECASE)


def test_without_models_a_photo_is_not_checked_and_says_why(tmp_path):
    verdict = judge_photo(picture(), models=tmp_path)
    assert verdict.outcome == "unchecked"
    assert {why for _, why in verdict.unchecked} == {"models_missing"}


def test_without_models_the_file_is_still_judged(tmp_path):
    verdict = judge_photo(picture((300, 400)), models=tmp_path)
    assert verdict.outcome == "unchecked" and "PHOTO.020" in [f.said.id for f in verdict.findings]


@needs_models
def test_an_altered_net_is_refused(tmp_path):
    for path in default_folder().glob("*.tflite"):
        shutil.copy(path, tmp_path)
    net = tmp_path / "iris_landmark.tflite"
    net.write_bytes(net.read_bytes() + b"\0")
    assert len(missing_models(tmp_path)) == 1
    with pytest.raises(ModelsMissing, match="SHA-256"):
        read_model("iris_landmark.tflite", tmp_path)
    assert judge_photo(picture(), models=tmp_path).outcome == "unchecked"


@needs_models
def test_nothing_connects_anywhere_while_a_photo_is_judged(monkeypatch):
    def forbidden(*_args, **_how):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", forbidden)
    monkeypatch.setattr(socket, "create_connection", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    assert judge_photo(picture()).outcome == "reject"


def test_no_shipped_file_knows_a_telemetry_address():
    shipped = [
        p for p in (ROOT / "src").rglob("*") if p.is_file() and p.suffix in {".py", ".js", ".mjs", ".wasm", ".html", ".toml", ".css"}
    ]
    runtime = Path(sys.prefix) / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages" / "ai_edge_litert"
    runtime_files = [p for p in runtime.rglob("*") if p.is_file() and p.suffix in {".so", ".py"}]
    nets = list(default_folder().glob("*.tflite"))
    assert shipped
    guilty = [str(p) for p in (*shipped, *runtime_files, *nets) if TELEMETRY.search(p.read_bytes())]
    assert guilty == []


def test_every_net_is_pinned_by_its_hash():
    assert len(pinned.FILES) == 5
    assert all(re.fullmatch(r"[0-9a-f]{64}", sha) for sha in (*pinned.FILES.values(), pinned.WHEEL_SHA256))
    assert re.fullmatch(r"mediapipe==0\.10\.21", pinned.WHEEL)


@needs_models
def test_no_face_point_is_left_in_what_is_handed_on():
    kept = measure(picture())

    def arrays(value):
        if isinstance(value, np.ndarray | FacePoints):
            yield value
        elif is_dataclass(value):
            for f in fields(value):
                yield from arrays(getattr(value, f.name))
        elif isinstance(value, dict):
            for part in value.values():
                yield from arrays(part)

    assert list(arrays(kept)) == []
    assert not any("point" in name.lower() or "landmark" in name.lower() for name in dir(portrait))
