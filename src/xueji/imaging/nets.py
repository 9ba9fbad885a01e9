"""The five nets at work (模型推理): faces, face points, irises, person mask; on LiteRT, one thread, no network.

The calling conventions (letterbox, anchors, regions of interest) are those of the published graphs of the pinned wheel.
One ``Nets`` is kept per worker process: LiteRT interpreters are not thread-safe.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from xueji.imaging.models import ModelsMissing, read_model

RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS = (33, 133), (362, 263)
OUTER_CORNERS = (33, 263)
MESH_WIDER, MESH_HIGHER = 1.066, 0.03
"""What the mesh wants to see against one and a half times the detected box: so much wider, so much of it higher up
(measured on 98 faces; scatter 0.03 and 0.015)."""
HARDLY_SMALLER = 1.5
"""Up to here two neighbours are mixed instead of whole areas: four times as quick, and nothing between them is lost."""
ROI_STILL = 0.03
"""The second pass of the mesh is left out when its region would move by less than this share of its side."""


def _anchors(size: int, strides: tuple[int, ...]) -> np.ndarray:
    """Anchor centres (n, 2) as shares of the letterboxed square; two per layer where several layers share a stride."""
    centres, k = [], 0
    while k < len(strides):
        layers = strides.count(strides[k])
        per_cell = 2 * layers if len(strides) > 1 else 1
        grid = size // strides[k]
        y, x = np.mgrid[:grid, :grid]
        cells = np.stack([(x + 0.5) / grid, (y + 0.5) / grid], -1).reshape(-1, 2)
        centres.append(np.repeat(cells, per_cell, 0))
        k += layers
    return np.concatenate(centres)


@contextmanager
def _quietly() -> Iterator[None]:
    """The runtime greets on standard error while it loads; that line says nothing to anybody here."""
    spoken, silence = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    try:
        yield
    finally:
        os.dup2(spoken, 2)
        os.close(spoken)
        os.close(silence)


class _Net:
    """One net: float input of fixed size in, list of outputs. ``at_once`` pictures of that size go in together."""

    def __init__(self, name: str, folder: Path | None, at_once: int = 1) -> None:
        content = read_model(name, folder)
        try:
            from ai_edge_litert.interpreter import Interpreter

            with _quietly():
                self._interpreter = Interpreter(model_content=content, num_threads=1)
                wanted = self._interpreter.get_input_details()[0]
                self._input, one = wanted["index"], wanted["shape"][1:]
                if at_once > 1:
                    self._interpreter.resize_tensor_input(self._input, [at_once, *one])
                self._interpreter.allocate_tensors()
        except (ImportError, RuntimeError, ValueError) as why:
            raise ModelsMissing(f"{name}: {why}") from why
        self._at_once = at_once
        self._outputs = [d["index"] for d in self._interpreter.get_output_details()]

    def __call__(self, picture: np.ndarray) -> list[np.ndarray]:
        self._interpreter.set_tensor(self._input, picture if self._at_once > 1 else picture[None])
        self._interpreter.invoke()
        return [self._interpreter.get_tensor(k)[0] for k in self._outputs]


@dataclass(frozen=True, slots=True)
class FoundFace:
    """One detected face: score, box (x0, y0, x1, y1) and six key points in pixels, right eye first."""

    score: float
    box: np.ndarray
    points: np.ndarray

    @property
    def width(self) -> float:
        return float(self.box[2] - self.box[0])

    def scaled(self, k: float) -> FoundFace:
        """The same face in a picture ``k`` times as large."""
        return FoundFace(self.score, self.box * k, self.points * k)


@dataclass(frozen=True, slots=True)
class FacePoints:
    """The 468 points (x, y, z pixels) and, per eye, 16 lid points (8 below corner to corner + corner, 7 above)
    and 5 iris points; the picture's left eye first. Biometric: never stored, never logged."""

    mesh: np.ndarray
    lids: tuple[np.ndarray, np.ndarray]
    irises: tuple[np.ndarray, np.ndarray]
    presence: float


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -80, 80)))


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _cut(rgb: np.ndarray, centre: np.ndarray, side: float, angle: float, n: int) -> tuple[np.ndarray, np.ndarray]:
    """An n × n picture of the turned square around ``centre``, floats 0 to 1, and the map back to the picture."""
    f = side / n
    c, s = np.cos(angle), np.sin(angle)
    back = np.array([[f * c, -f * s, 0.0], [f * s, f * c, 0.0]])
    back[:, 2] = centre - back[:, :2] @ [n / 2, n / 2]
    cut = cv2.warpAffine(rgb, back, (n, n), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
    return np.multiply(cut, np.float32(1 / 255), dtype=np.float32), back


def shrunk(rgb: np.ndarray, width: int, height: int) -> np.ndarray:
    """``rgb`` at that size, by the mean of areas. What is to be less than half as large is halved first, which is quick."""
    h, w = rgb.shape[:2]
    if w >= 2 * width and h >= 2 * height:
        rgb = cv2.resize(rgb, (w // 2, h // 2), interpolation=cv2.INTER_AREA)
    near = max(rgb.shape[1] / width, rgb.shape[0] / height) < HARDLY_SMALLER
    return cv2.resize(rgb, (width, height), interpolation=cv2.INTER_LINEAR if near else cv2.INTER_AREA)


class Nets:
    """The five nets, loaded once. Raises ModelsMissing when one cannot be used."""

    def __init__(self, folder: Path | None = None) -> None:
        cv2.setNumThreads(1)
        self._short = _Net("face_detection_short_range.tflite", folder)
        self._full = _Net("face_detection_full_range_sparse.tflite", folder)
        self._mesh = _Net("face_landmark.tflite", folder)
        self._iris = _Net("iris_landmark.tflite", folder, at_once=2)
        self._mask = _Net("selfie_segmentation.tflite", folder)
        self._short_anchors = _anchors(128, (8, 16, 16, 16))
        self._full_anchors = _anchors(192, (4,))

    def near_faces(self, rgb: np.ndarray, sure: float = 0.5) -> list[FoundFace]:
        """Faces that fill a good part of the picture (short-range net), with a score above ``sure``."""
        return self._faces(rgb, self._short, self._short_anchors, 128, sure)

    def all_faces(self, rgb: np.ndarray) -> list[FoundFace]:
        """Faces of any size down to a twentieth of the picture (full-range net)."""
        return self._faces(rgb, self._full, self._full_anchors, 192, 0.6)

    @staticmethod
    def _faces(rgb: np.ndarray, net: _Net, anchors: np.ndarray, n: int, threshold: float) -> list[FoundFace]:
        h, w = rgb.shape[:2]
        k = n / max(h, w)
        nw, nh = max(1, round(w * k)), max(1, round(h * k))
        left, top = (n - nw) // 2, (n - nh) // 2
        square = np.zeros((n, n, 3), np.float32)
        small = shrunk(rgb, nw, nh)
        np.multiply(small, np.float32(1 / 127.5), out=square[top : top + nh, left : left + nw])
        square[top : top + nh, left : left + nw] -= 1
        values, scores = net(square)
        sure = np.flatnonzero(scores.ravel() > _logit(threshold))
        if not len(sure):
            return []
        values, scores, anchors = values[sure] / n, _sigmoid(scores.ravel()[sure]), anchors[sure]
        centre, size = values[:, :2] + anchors, values[:, 2:4]
        boxes = np.concatenate([centre - size / 2, centre + size / 2], 1)
        points = values[:, 4:].reshape(-1, 6, 2) + anchors[:, None]

        def in_picture(shares: np.ndarray) -> np.ndarray:
            return (shares * n - [left, top]) / k

        found, order = [], np.argsort(-scores)
        while len(order):
            best, rest = boxes[order[0]], boxes[order]
            inner = np.clip(np.minimum(best[2:], rest[:, 2:]) - np.maximum(best[:2], rest[:, :2]), 0, None).prod(1)
            both = (best[2:] - best[:2]).prod() + (rest[:, 2:] - rest[:, :2]).prod(1) - inner
            same = inner / (both + 1e-9) > 0.3
            same[0] = True
            weight = scores[order[same]] / scores[order[same]].sum()
            box = np.tensordot(weight, boxes[order[same]], 1).reshape(2, 2)
            eyes = np.tensordot(weight, points[order[same]], 1)
            found.append(FoundFace(float(scores[order[0]]), in_picture(box).ravel(), in_picture(eyes)))
            order = order[~same]
        return found

    def points(self, rgb: np.ndarray, face: FoundFace) -> FacePoints:
        """The points of one face, in pixels of ``rgb``."""
        side = 1.5 * float((face.box[2:] - face.box[:2]).max())
        eye_line = face.points[1] - face.points[0]
        angle = float(np.arctan2(eye_line[1], eye_line[0]))
        centre = face.box.reshape(2, 2).mean(0) + MESH_HIGHER * side * np.array([np.sin(angle), -np.cos(angle)])
        side *= MESH_WIDER
        for _ in range(2):
            cut, back = _cut(rgb, centre, side, angle, 192)
            raw, presence = self._mesh(cut)
            raw = raw.reshape(468, 3)
            mesh = np.column_stack([raw[:, :2] @ back[:, :2].T + back[:, 2], raw[:, 2] * side / 192])
            seen_from = centre, side, angle
            centre, side, angle = self._region_of(mesh)
            moved = np.linalg.norm(centre - seen_from[0]) / side + abs(side / seen_from[1] - 1) + abs(angle - seen_from[2])
            if moved < ROI_STILL:
                break
        lids, irises = self._eyes(rgb, mesh, angle)
        return FacePoints(mesh, lids, irises, float(_sigmoid(presence.ravel()[:1])[0]))

    @staticmethod
    def _region_of(mesh: np.ndarray) -> tuple[np.ndarray, float, float]:
        """Centre, side and turn of the square that the mesh net wants to see."""
        line = mesh[OUTER_CORNERS[1], :2] - mesh[OUTER_CORNERS[0], :2]
        angle = float(np.arctan2(line[1], line[0]))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        level = mesh[:, :2] @ turn.T
        low, high = level.min(0), level.max(0)
        return ((low + high) / 2) @ turn, 1.5 * float((high - low).max()), angle

    def _eyes(self, rgb: np.ndarray, mesh: np.ndarray, angle: float) -> tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]:
        """Lids and irises of both eyes. The net knows right eyes only: the left one is shown to it mirrored."""
        cuts, ways_back = [], []
        for pair in (RIGHT_EYE_CORNERS, LEFT_EYE_CORNERS):
            corners = mesh[list(pair), :2]
            side = 2.3 * float(np.linalg.norm(corners[0] - corners[1]))
            cut, back = _cut(rgb, corners.mean(0), max(side, 1.0), angle, 64)
            cuts.append(cut)
            ways_back.append(back)
        contours, points = self._iris(np.stack([cuts[0], cuts[1][:, ::-1]]))
        lids = contours.reshape(2, 71, 3)[:, :16, :2].copy()
        irises = points.reshape(2, 5, 3)[:, :, :2].copy()
        lids[1, :, 0], irises[1, :, 0] = 64 - lids[1, :, 0], 64 - irises[1, :, 0]
        there = [(lid @ back[:, :2].T + back[:, 2], iris @ back[:, :2].T + back[:, 2])
                 for lid, iris, back in zip(lids, irises, ways_back, strict=True)]  # fmt: skip
        return tuple(lid for lid, _ in there), tuple(iris for _, iris in there)

    def person(self, rgb: np.ndarray) -> np.ndarray:
        """How surely each place is the person, float 0 to 1, 256 × 256 whatever the shape of the picture."""
        small = shrunk(rgb, 256, 256)
        return self._mask(np.multiply(small, np.float32(1 / 255), dtype=np.float32))[0][..., 0]


_kept = threading.local()


def nets(folder: Path | None = None) -> Nets:
    """The nets of this thread, loaded on first use (0.2 s). Raises ModelsMissing."""
    key = str(folder)
    if getattr(_kept, "key", None) != key:
        _kept.nets = Nets(folder)
        _kept.key = key
    return _kept.nets
