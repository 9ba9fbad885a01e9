"""Certificates on paper (证书): A4 landscape, one page each, from plain words; and what does not fit its place.

The template knows no student and no school: every word comes from a master and a record. Where the sentence breaks is
reckoned from the fonts' widths, so what does not fit is known exactly and nothing is set twice to be measured. A long
name gets the sentence in the next smaller of three sizes; what does not fit the smallest is not set at all, so the
longest names are tried before a master is approved.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from xueji.documents.engine import Press, Unprintable, press
from xueji.documents.faces import Faces
from xueji.documents.joining import Joining, joined
from xueji.documents.ornament import certificate_art
from xueji.documents.pictures import code, photo
from xueji.documents.wrapping import lines, width
from xueji.rules.findings import Finding, finding

PORTION = 32
"""Pages set at once: enough to share the fonts' subset, few enough to keep the memory flat."""
MM = 72 / 25.4
BODY_MM = (184.0, 73.0)
"""The place of the sentence: width and height."""
HAIR = 0.1
"""In em: what kerning may add to a line beyond the sum of its widths."""


@dataclass(frozen=True, slots=True)
class Cut:
    """How the sentence is set (正文字级): size in pt; tracking, pitch of lines and indent in em."""

    size: float
    tracking: float
    pitch: float
    indent: float


CUTS = {
    False: (Cut(19.5, 0.05, 1.74, 2.0), Cut(17.0, 0.04, 1.7, 2.0), Cut(15.0, 0.03, 1.66, 2.0)),
    True: (Cut(18.0, 0.0, 1.52, 0.0), Cut(16.5, 0.0, 1.5, 0.0), Cut(15.0, 0.0, 1.46, 0.0)),
}
LINES = {
    False: {"school": (96.0, 18.0, 0.16), "school_small": (96.0, 9.0, 0.0), "president": (96.0, 14.0, 0.0), "date": (96.0, 14.0, 0.08),
            "number": (98.0, 13.0, 0.06), "title": (240.0, 42.0, 0.42)},
    True: {"school": (104.0, 16.0, 0.0), "school_small": (104.0, 10.0, 0.0), "president": (104.0, 13.0, 0.0), "date": (104.0, 13.0, 0.0),
           "number": (98.0, 13.0, 0.06), "title": (240.0, 34.0, 0.06)},
}  # fmt: skip
"""What stands on one line: room in mm, size in pt, tracking in em."""
UNIT = (98.0, 11.5, 2)
"""The 培养单位: room in mm, size in pt, lines at most."""


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """One page (一页证书): the words as they are printed, the photo's own bytes, what the QR holds.

    ``mark`` is the printer's: order, college, class; it stands outside the frame, where the paper is cut.
    ``whose`` stands in findings: a student number, not a name, where findings are kept.
    """

    whose: str
    title: str
    body: str
    school: str
    date: str
    qr_text: str = field(repr=False)
    number: str = ""
    president: str = ""
    school_small: str = ""
    unit: str = ""
    mark: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    photo: bytes | None = field(default=None, repr=False)
    english: bool = False

    @property
    def words(self) -> dict[str, str]:
        """The printed words by their place, as they must be read back from the page."""
        shown = {"title": self.title, "body": self.body, "school": self.school, "date": self.date, "number": self.number,
                 "president": self.president, "school_small": self.school_small, "unit": self.unit}  # fmt: skip
        return {place: words for place, words in shown.items() if words}


def render(press_: Press, pages: Sequence[CertificatePage], *, at: datetime) -> bytes:
    """The pages as one PDF/A-2b in the order given. Raises Unprintable with every page's reasons."""
    if found := findings_for(press_, pages):
        raise Unprintable(found)
    if len(pages) <= PORTION:
        return _portion(press_, pages, at)
    return joined(_portion(press_, pages[start : start + PORTION], at) for start in range(0, len(pages), PORTION))


def render_by(workers: int, folders: tuple[Path, ...], pages: Sequence[CertificatePage], *, at: datetime, done: Any = None) -> bytes:
    """The same file, set by several processes; ``folders`` hold the school's fonts. ``done`` is told how many pages stand.

    Raises Unprintable with every page's reasons.
    """
    if workers < 2 or len(pages) <= PORTION:
        return render(press(folders), pages, at=at)
    tasks = ((folders, list(pages[start : start + PORTION]), at) for start in range(0, len(pages), PORTION))
    whole = Joining()
    found: list[Finding] = []
    with get_context("spawn").Pool(workers, _alone) as pool:
        for number, part in enumerate(pool.imap(_set_apart, tasks), 1):
            if isinstance(part, bytes):
                whole.add(part)
            else:
                found += part
            if done is not None:
                done(min(number * PORTION, len(pages)))
    if found:
        raise Unprintable(found)
    return whole.whole()


def _set_apart(task: tuple[tuple[Path, ...], list[CertificatePage], datetime]) -> bytes | list[Finding]:
    """In a process of its own. What is wrong comes back as findings, so that all of the run's are told at once."""
    folders, pages, at = task
    try:
        return render(press(folders), pages, at=at)
    except Unprintable as wrong:
        return wrong.findings
    finally:
        press(folders).forget()


def _alone() -> None:
    """One thread is enough where every core has a process; the typesetter asks at its first work."""
    os.environ["RAYON_NUM_THREADS"] = "1"


def findings_for(press_: Press, pages: Iterable[CertificatePage]) -> list[Finding]:
    """What keeps pages from being printed: a character without a glyph (DOC.001), a photo that is none (DOC.003), words
    without room (MASTER.008)."""
    pages = list(pages)
    found: list[Finding] = overflows(press_, pages)
    for page in pages:
        found += press_.unprintable([*page.words.values(), *page.labels.values(), page.mark], place=page.whose)
        if page.photo is not None:
            try:
                photo(page.photo)
            except ValueError:
                found.append(finding("DOC.003", place=page.whose, who=page.whose))
    return found


def overflows(press_: Press, pages: Iterable[CertificatePage]) -> list[Finding]:
    """MASTER.008 for each place whose words do not fit, reckoned from the widths of the fonts."""
    found: list[Finding] = []
    for page in pages:
        advance = _advance(press_.faces, page.english)
        places = [] if _body(page.body, page.english, advance) else ["body"]
        for place, (room, size, tracking) in LINES[page.english].items():
            label = page.labels.get(place, "") + "：" if place in ("president", "number") else ""
            if (width(label + getattr(page, place), advance, tracking) + HAIR) * size > room * MM:
                places.append(place)
        if len(_unit(page, advance)) > UNIT[2]:
            places.append("unit")
        found += [finding("MASTER.008", place=page.whose, field=place, who=page.whose) for place in places]
    return found


def _advance(faces: Faces, english: bool) -> Callable[[str], float]:
    """Widths as the template sets them: an English page in the Latin face, a Chinese one in the Song face."""
    return faces.western_advance if english else faces.advance


@lru_cache(maxsize=4 * PORTION)  # a portion's sentences are asked for twice: to find what does not fit, and to set them
def _body(body: str, english: bool, advance: Callable[[str], float]) -> tuple[Cut, list[str]] | None:
    """The sentence in lines, in the largest size at which it fits its place; None when it fits in none."""
    wide, high = (side * MM for side in BODY_MM)
    for cut in CUTS[english]:
        set_in = lines(body, wide / cut.size - HAIR, advance, tracking=cut.tracking, indent=cut.indent)
        if (len(set_in) - 1) * cut.pitch + 1 <= high / cut.size:
            return cut, set_in
    return None


def _unit(page: CertificatePage, advance: Callable[[str], float]) -> list[str]:
    return lines(page.unit, UNIT[0] * MM / UNIT[1] - HAIR, advance)


def _portion(press_: Press, pages: Sequence[CertificatePage], at: datetime) -> bytes:
    payload = {"title": pages[0].title, "lang": "en" if pages[0].english else "zh", "art": certificate_art(),
               "certificates": [_values(press_, p) for p in pages]}  # fmt: skip
    return press_.print("certificate", payload, at=at, place=pages[0].whose)


def _values(press_: Press, page: CertificatePage) -> dict[str, Any]:
    """Raises Unprintable for a sentence without room, however the page got here."""
    labels = {"president": "", "number": "", "seal": "", "scan": ""} | page.labels
    advance = _advance(press_.faces, page.english)
    if (body := _body(page.body, page.english, advance)) is None:
        raise Unprintable([finding("MASTER.008", place=page.whose, field="body", who=page.whose)])
    return {
        "title": page.title, "cut": asdict(body[0]), "lines": body[1], "school": page.school, "school_small": page.school_small, "date": page.date,
        "number": page.number, "number_label": labels["number"], "president": page.president, "president_label": labels["president"],
        "mark": page.mark, "seal": labels["seal"], "scan": labels["scan"], "unit": _unit(page, advance), "photo_alt": f"照片 {page.whose}",
        "picture": photo(page.photo) if page.photo else None, "picture_qr": code(page.qr_text),
    }  # fmt: skip
