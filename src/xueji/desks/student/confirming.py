"""Verifying and confirming (核对与确认): the spelling of the name, every field beside CHSI, one act for "all right"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from xueji.campaigns.admission import why_not
from xueji.campaigns.queries import CaseSteps, steps_of
from xueji.catalogue.text import Text
from xueji.collection.queries import own_case
from xueji.confirmation.commands.confirmations import confirm_record
from xueji.confirmation.commands.spellings import choose_spelling, confirm_spelling
from xueji.confirmation.queries.confirmations import (
    PINYIN,
    FieldLine,
    confirmation_standing,
    copies_name,
    field_lines,
    spelling_of,
    written,
)
from xueji.confirmation.queries.sources import newest_snapshots, round_of, values_elsewhere
from xueji.confirmation.terms import HOW_WORDS, Accord
from xueji.corrections.queries import correctable, open_of
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.student.showing import words_of
from xueji.journal.command import Stopped
from xueji.pinyin import suggest
from xueji.pinyin.readings import possible_readings
from xueji.rules.findings import Finding, finding

if TYPE_CHECKING:
    from xueji.campaigns.models import Case
    from xueji.records.models import StudentRecord

SPELLED = Text("姓名拼音已确认：{written}。", "Your name will be spelled {written}.")
CONFIRMED = Text("已确认，{count} 项的值和时间都记下了。", "Confirmed: the values of {count} fields and the time are recorded.")


@dataclass(frozen=True, slots=True)
class Sound:
    """One character of the name with its choices (一个字的读音)."""

    position: int
    character: str
    chosen: str
    likely: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One field as it stands on the page: words instead of codes, and where to say that it is wrong.

    ``in_full`` are the unmasked values of a sensitive field, for its owner to open: nobody can confirm what is masked.
    """

    line: FieldLine
    school: str
    elsewhere: str
    right: str
    correctable: bool
    in_full: tuple[str, str] | None


def _sounds(record: StudentRecord) -> list[Sound]:
    proposed, kept = suggest(record.person.name), spelling_of(record)
    doubtful = {doubt.position: doubt.readings for doubt in proposed.doubtful}
    chosen = kept.syllables if kept is not None and len(kept.syllables) == len(proposed.syllables) else proposed.syllables
    return [
        Sound(n, character, chosen[n], doubtful.get(n, ()) if n in doubtful else (), possible_readings(character))
        for n, character in enumerate(proposed.name)
        if proposed.syllables[n] != "·"
    ]


def _lines(record: StudentRecord, steps: CaseSteps) -> list[Line]:
    lines = field_lines(record, round_of(steps.notice), values_elsewhere(record), disputed=open_of(record))
    return [
        Line(
            one,
            words_of(one.field, one.school),
            words_of(one.field, one.chsi),
            words_of(one.field, one.right_value),
            correctable(one.field.code) is not None,
            (one.school, one.chsi) if one.field.sensitive else None,
        )
        for one in lines
        if one.field.code != PINYIN
    ]


def _own(request: HttpRequest, case_id: UUID, code: str) -> tuple[Case, CaseSteps]:
    try:
        case = own_case(viewer_of(request), case_id)
        steps = steps_of(case, timezone.now())
        if next(step for step in steps.steps if step.code == code).kind != "confirm":
            raise Http404
    except (ObjectDoesNotExist, StopIteration):
        raise Http404 from None
    return case, steps


@require_http_methods(["GET", "HEAD", "POST"])
@for_students
def confirm(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """The page of a confirming step. Whether a confirmation still holds is computed from the values as they are now."""
    case, steps = _own(request, case_id, code)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            doing = {"spelling": _spell, "as-written": _as_written}.get(request.POST.get("action", ""), _confirm)
            messages.success(request, said(doing(request, case, code)))
            return redirect(request.path)
        except Stopped as stopped:
            found = stopped.findings
    return render(request, "student/confirm.html", _context(case, steps, code, found), status=422 if found else 200)


def _context(case: Case, steps: CaseSteps, code: str, found: list[Finding]) -> dict[str, object]:
    record, standing = case.record, steps.standing(code)
    declared = next(step for step in steps.steps if step.code == code)
    lines, spelling = _lines(record, steps), spelling_of(record)
    confirmed = confirmation_standing(case, code)
    sources = newest_snapshots(round_of(steps.notice).sources)
    return {
        "case": case, "declared": declared, "standing": standing, "now": timezone.now(), "notice": steps.notice, "findings": found,
        "closed": why_not(case, declared, standing, timezone.now()) if standing.state != "done" else [],
        "lines": lines, "asks_pinyin": PINYIN in declared.fields, "copies": copies_name(record),
        "differing": [one for one in lines if one.line.accord in (Accord.DIFFERS, Accord.DISPUTED)],
        "agreeing": [one for one in lines if one.line.accord not in (Accord.DIFFERS, Accord.DISPUTED)],
        "sounds": [] if copies_name(record) else _sounds(record), "proposal": suggest(record.person.name), "spelling": spelling,
        "lengths": _lengths(record), "written": written(spelling), "passport": written(spelling, "passport"), "confirmed": confirmed,
        "how": HOW_WORDS.get(confirmed.confirmation.how) if confirmed.confirmation else None,
        "chsi": sources.get("chsi"), "lateness": steps.notice.lateness.get("student"),
    }  # fmt: skip


def _lengths(record: StudentRecord) -> list[tuple[int, str, str, bool]]:
    """Possible divisions of the name: length, surname, given name, whether it is the one in use."""
    proposed, kept = suggest(record.person.name), spelling_of(record)
    name = proposed.name
    now = kept.surname_length if kept is not None else proposed.surname_length
    offered = dict.fromkeys((*proposed.surname_lengths, now, *range(min(3, len(name)))))
    return [(n, name[:n], name[n:], n == now) for n in sorted(offered)]


def _spell(request: HttpRequest, case: Case, code: str) -> Text:
    """Keep the chosen spelling: a reading picked among several, another one from the full list, or a copied name."""
    record = case.record
    if copies_name(record):
        spelling = choose_spelling(act_of(request, "student"), record, copied=request.POST.get("copied", "")).result
    else:
        syllables = list(suggest(record.person.name).syllables)
        for sound in _sounds(record):
            asked = request.POST.get(f"other_{sound.position}", "") or request.POST.get(f"reading_{sound.position}", "")
            syllables[sound.position] = asked.strip().lower().replace("v", "ü") or sound.chosen
        length = request.POST.get("surname_length", "")
        act = act_of(request, "student")
        spelling = choose_spelling(act, record, syllables=syllables, surname_length=int(length) if length.isdecimal() and len(length) < 4 else 0).result
    return SPELLED.format(written=written(spelling))


def _as_written(request: HttpRequest, case: Case, code: str) -> Text:
    """Confirm what the college filled in."""
    return SPELLED.format(written=written(confirm_spelling(act_of(request, "student"), case.record).result))


def _confirm(request: HttpRequest, case: Case, code: str) -> Text:
    """All right, for everything but the fields under correction. The tick says that every line was looked at."""
    if request.POST.get("looked") != "yes":
        raise Stopped([finding("CONF.014", field="looked")])
    made = confirm_record(act_of(request, "student"), case, step=code, left_out=sorted(open_of(case.record))).result
    return CONFIRMED.format(count=len(made.values))
