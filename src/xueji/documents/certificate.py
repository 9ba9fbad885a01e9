"""Certificates on paper (证书): A4 landscape, one page each, from plain words; and what does not fit its place.

The template knows no student and no school: every word comes from a master and a record. A page that cannot hold its
text is not set at all, so the longest names are tried before a master is approved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import typst

from xueji.documents.college_file import joined
from xueji.documents.engine import Press, Unprintable, photo, press, qr
from xueji.rules.findings import Finding, finding

PORTION = 50
"""Pages set at once: enough to share the fonts' subset, few enough to keep the memory flat."""
_OVERFLOW = re.compile(r"OVERFLOW (\w+)")


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
    parts = [_portion(press_, pages[start : start + PORTION], at) for start in range(0, len(pages), PORTION)]
    return parts[0] if len(parts) == 1 else joined(parts, at=at)


def render_by(workers: int, folders: tuple[Path, ...], pages: Sequence[CertificatePage], *, at: datetime, done: Any = None) -> bytes:
    """The same file, set by several processes; ``folders`` hold the school's fonts. ``done`` is told how many pages stand."""
    if workers < 2 or len(pages) <= PORTION:
        return render(press(folders), pages, at=at)
    if found := findings_for(press(folders), pages):
        raise Unprintable(found)
    starts = range(0, len(pages), PORTION)
    tasks = [(folders, list(pages[start : start + PORTION]), at) for start in starts]
    parts = []
    with get_context("spawn").Pool(workers) as pool:
        for number, part in enumerate(pool.imap(_set_apart, tasks), 1):
            parts.append(part)
            if done is not None:
                done(min(number * PORTION, len(pages)))
    return joined(parts, at=at)


def _set_apart(task: tuple[tuple[Path, ...], list[CertificatePage], datetime]) -> bytes:
    folders, pages, at = task
    return _portion(press(folders), pages, at)


def findings_for(press_: Press, pages: Iterable[CertificatePage]) -> list[Finding]:
    """What keeps pages from being printed: a character without a glyph (DOC.001), a photo that is none (DOC.003)."""
    found: list[Finding] = []
    for page in pages:
        found += press_.unprintable([*page.words.values(), *page.labels.values(), page.mark], place=page.whose)
        if page.photo is not None:
            try:
                photo(page.photo)
            except ValueError:
                found.append(finding("DOC.003", place=page.whose, who=page.whose))
    return found


def overflows(press_: Press, pages: Iterable[CertificatePage], *, at: datetime) -> list[Finding]:
    """MASTER.008 for each page whose text does not fit, found by setting it; the photo and the code do not matter here."""
    found: list[Finding] = []
    for page in pages:
        try:
            _portion(press_, [page], at)
        except Unprintable as wrong:
            found += wrong.findings
    return found


def _portion(press_: Press, pages: Sequence[CertificatePage], at: datetime) -> bytes:
    payload = {"title": pages[0].title, "lang": "en" if pages[0].english else "zh", "certificates": [_values(p) for p in pages]}
    try:
        return press_.print("certificate", payload, at=at, place=pages[0].whose)
    except typst.TypstError as problem:
        if not (place := _OVERFLOW.search(problem.message)):
            raise
        if len(pages) > 1:  # which of them it is shows when each is set alone
            raise Unprintable(overflows(press_, pages, at=at)) from problem
        whose = pages[0].whose
        raise Unprintable([finding("MASTER.008", place=whose, field=place[1], who=whose)]) from problem


def _values(page: CertificatePage) -> dict[str, Any]:
    labels = {"president": "", "number": "", "seal": "", "scan": ""} | page.labels
    return {
        "title": page.title, "body": page.body, "school": page.school, "school_small": page.school_small, "date": page.date,
        "number": page.number, "number_label": labels["number"], "president": page.president, "president_label": labels["president"],
        "mark": page.mark, "seal": labels["seal"], "scan": labels["scan"], "unit": page.unit, "photo_alt": f"照片 {page.whose}",
        "picture": photo(page.photo) if page.photo else None, "picture_qr": qr(page.qr_text),
    }  # fmt: skip
