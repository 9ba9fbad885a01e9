"""Spelling the own name (姓名拼音填报): which reading of a character, which characters are the surname, or a copied name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from xueji.catalogue.text import Text
from xueji.confirmation.commands.spellings import choose_spelling, confirm_spelling
from xueji.confirmation.queries.confirmations import copies_name, spelling_of, written
from xueji.desks.acting import act_of
from xueji.pinyin import suggest
from xueji.pinyin.readings import possible_readings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xueji.records.models import StudentRecord

SPELLED = Text("姓名拼音已确认：{written}。", "Your name will be spelled {written}.")


@dataclass(frozen=True, slots=True)
class Sound:
    """One character of the name with its choices (一个字的读音); ``typed`` is a reading written in by hand."""

    position: int
    character: str
    chosen: str
    likely: tuple[str, ...]
    others: tuple[str, ...]
    typed: str = ""


def _sounds(record: StudentRecord, sent: Mapping[str, str]) -> list[Sound]:
    proposed, kept = suggest(record.person.name), spelling_of(record)
    doubtful = {doubt.position: doubt.readings for doubt in proposed.doubtful}
    chosen = kept.syllables if kept is not None and len(kept.syllables) == len(proposed.syllables) else proposed.syllables
    return [
        Sound(
            n, character, sent.get(f"reading_{n}") or chosen[n], doubtful.get(n, ()), possible_readings(character),
            sent.get(f"other_{n}", "")[:7],
        )
        for n, character in enumerate(proposed.name)
        if proposed.syllables[n] != "·"
    ]  # fmt: skip


def _lengths(record: StudentRecord, sent: Mapping[str, str]) -> list[tuple[int, str, str, bool]]:
    """Possible divisions of the name: length, surname, given name, whether it is the one in use."""
    proposed, kept = suggest(record.person.name), spelling_of(record)
    name, asked = proposed.name, _number(sent.get("surname_length", ""))
    now = asked if asked is not None else kept.surname_length if kept is not None else proposed.surname_length
    offered = dict.fromkeys((*proposed.surname_lengths, *range(min(3, len(name))), *([now] if now <= len(name) else [])))
    return [(n, name[:n], name[n:], n == now) for n in sorted(offered)]


def _number(sent: str) -> int | None:
    return int(sent) if sent.isdecimal() and len(sent) < 4 else None


def spelling_shown(record: StudentRecord, sent: Mapping[str, str]) -> dict[str, Any]:
    """What the page shows of the spelling; what was chosen in a form that comes back stands in it."""
    spelling, copies = spelling_of(record), copies_name(record)
    return {
        "copies": copies, "copied": sent.get("copied", "")[:120], "sounds": [] if copies else _sounds(record, sent),
        "spelling": spelling, "lengths": _lengths(record, sent), "written": written(spelling), "passport": written(spelling, "passport"),
        "another": any(key.startswith("other_") and value for key, value in sent.items()),
    }  # fmt: skip


def spell(request: HttpRequest, record: StudentRecord) -> Text:
    """Keep the chosen spelling: a reading picked among several, another one from the full list, or a copied name. Raises Stopped."""
    act = act_of(request, "student")
    if copies_name(record):
        kept = choose_spelling(act, record, copied=request.POST.get("copied", "")).result
    else:
        syllables = list(suggest(record.person.name).syllables)
        for sound in _sounds(record, {}):
            asked = request.POST.get(f"other_{sound.position}", "") or request.POST.get(f"reading_{sound.position}", "")
            syllables[sound.position] = asked.strip().lower().replace("v", "ü") or sound.chosen
        length = _number(request.POST.get("surname_length", ""))
        kept = choose_spelling(act, record, syllables=syllables, surname_length=length or 0).result
    return SPELLED.format(written=written(kept))


def as_written(request: HttpRequest, record: StudentRecord) -> Text:
    """Confirm what the college filled in. Raises Stopped."""
    return SPELLED.format(written=written(confirm_spelling(act_of(request, "student"), record).result))
