"""The operating guide of a notice (操作指南): the campaign's steps as a print, with windows and whom to ask.

N1 sends it as annex 1. It is made from the declared campaign, so that guide and system cannot differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from xueji.catalogue.text import Text
from xueji.documents.engine import Press
from xueji.documents.pictures import code

PREVAILS = Text("", "Where the two languages differ, the Chinese text prevails.")


@dataclass(frozen=True, slots=True)
class GuideStep:
    """One step (步骤): its title, who does it, its window in words, and what to do, one line each."""

    title: Text
    who: Text
    window: Text
    lines: Sequence[Text] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """An office that answers (联系方式): its name, person, telephone, e-mail; what is unknown is ""."""

    office: Text
    person: Text = Text("", "")
    telephone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Guide:
    """What the guide says (操作指南). ``address`` is where the notice can be proved genuine, printed and as a QR."""

    school: Text
    title: Text
    notice: str
    audience: Text
    window: Text
    steps: Sequence[GuideStep]
    contacts: Sequence[Contact]
    notes: Sequence[Text]
    address: str
    made_at: datetime


WORDS = {
    "guide": Text("操作指南", "Operating guide"),
    "notice": Text("通知文号", "Notice"),
    "audience": Text("适用对象", "For"),
    "window": Text("办理时间", "Open"),
    "who": Text("办理人", "Who"),
    "when": Text("时间", "When"),
    "notes": Text("注意事项", "Please note"),
    "contacts": Text("联系方式", "Whom to ask"),
    "address": Text("本通知可在以下网址核实", "Check at this address that the notice is genuine"),
}


def render(press: Press, guide: Guide, lang: str) -> bytes:
    """The guide in ``lang`` ("zh" or "en") as PDF/A-2b. Raises Unprintable for a character without a glyph."""
    said = lambda text: text.in_(lang)  # noqa: E731 - one word for one thing, used twenty times below
    values = {
        "lang": "en" if lang.startswith("en") else "zh",
        "title": f"{said(guide.title)} {said(WORDS['guide'])}",
        "heading": said(guide.title),
        "school": said(guide.school),
        "notice": guide.notice,
        "audience": said(guide.audience),
        "window": said(guide.window),
        "words": {key: said(word) for key, word in WORDS.items()},
        "steps": [
            {
                "title": said(step.title),
                "who": said(step.who),
                "window": said(step.window),
                "lines": [said(line) for line in step.lines],
            }
            for step in guide.steps
        ],
        "notes": _notes(guide, lang),
        "contacts": [[said(c.office), said(c.person), c.telephone, c.email] for c in guide.contacts],
        "address": guide.address,
        "picture_qr": code(guide.address),
    }
    return press.print("guide", values, at=guide.made_at, place=f"{guide.notice} {said(WORDS['guide'])}")


def _notes(guide: Guide, lang: str) -> list[str]:
    """The remarks; in English with the sentence on which text prevails, unless the notice says it itself."""
    notes = [note.in_(lang) for note in guide.notes]
    if lang.startswith("en") and not any("prevail" in note for note in notes):
        notes.append(PREVAILS.en)
    return notes
