"""Verifying and confirming (核对与确认): every field beside CHSI, what is wrong asked for on the spot, one act for "all right".

The page is one form: whatever is pressed, nothing typed elsewhere on it is lost.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from xueji.catalogue.fields import APPROVERS
from xueji.catalogue.text import Text, listed
from xueji.collection.queries import own_case
from xueji.confirmation.commands.confirmations import confirm_record
from xueji.confirmation.queries.confirmations import PINYIN, FieldLine, confirmation_standing, field_lines
from xueji.confirmation.queries.sources import newest_snapshots, round_of, values_elsewhere
from xueji.confirmation.terms import HOW_WORDS, Accord
from xueji.corrections.queries import correctable, open_of
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.asking import Asked, ask, keep_files, typed
from xueji.desks.components.languages import said
from xueji.desks.student.showing import words_of
from xueji.desks.student.spelling import as_written, spell, spelling_shown
from xueji.journal.command import Stopped, undoable
from xueji.rules.comparison import CHSI
from xueji.rules.findings import Finding, finding

if TYPE_CHECKING:
    from xueji.campaigns.models import Case
    from xueji.campaigns.notice import NoticeStep

CONFIRMED = Text("已确认，{count} 项的值和时间都记下了。", "Confirmed: the values of {count} fields and the time are recorded.")
REQUESTED = Text("{fields}：更正申请已提出，等{who}审核。", "{fields}: the correction was asked for and waits for {who}.")
TO_LOOK_AT = (Accord.DIFFERS, Accord.DISPUTED)


@dataclass(frozen=True, slots=True)
class Line:
    """One field as it stands on the page: words instead of codes, and the form that says what is right instead.

    ``in_full`` are the unmasked values of a sensitive field, for its owner to open: nobody can confirm what is masked.
    """

    line: FieldLine
    school: str
    elsewhere: str
    box: Asked | None
    in_full: tuple[str, str] | None


@dataclass(slots=True)
class Page:
    """A confirming step of the viewer's own case, with what the request holds of it."""

    request: HttpRequest
    case: Case
    steps: CaseSteps
    declared: NoticeStep
    lines: list[Line]

    @property
    def boxes(self) -> list[Asked]:
        return [one.box for one in self.lines if one.box]

    @property
    def filled(self) -> list[Asked]:
        return [box for box in self.boxes if box.filled]

    def box(self, code: str) -> Asked:
        """The form of one field. Raises Http404 for a field that cannot be asked for here."""
        found = next((box for box in self.boxes if box.field.code == code), None)
        if found is None:
            raise Http404
        return found


def _lines(request: HttpRequest, case: Case, steps: CaseSteps) -> list[Line]:
    record, viewer = case.record, viewer_of(request)
    lines = field_lines(record, round_of(steps.notice), values_elsewhere(record), disputed=open_of(record))
    found = []
    for one in lines:
        if one.field.code == PINYIN:
            continue
        taken = one.chsi if one.accord == Accord.DIFFERS else ""
        asks = correctable(one.field.code) is not None and one.accord != Accord.DISPUTED
        box = typed(request, viewer, record, one.field, prefix=f"{one.field.code}.", taken=taken) if asks else None
        full = (one.school, one.chsi) if one.field.sensitive else None
        found.append(Line(one, words_of(one.field, one.school), words_of(one.field, one.chsi), box, full))
    return found


def _page(request: HttpRequest, case_id: UUID, code: str) -> Page:
    try:
        case = own_case(viewer_of(request), case_id)
        steps = steps_of(case, timezone.now())
        declared = next(step for step in steps.steps if step.code == code)
    except (ObjectDoesNotExist, StopIteration):
        raise Http404 from None
    if declared.kind != "confirm":
        raise Http404
    return Page(request, case, steps, declared, _lines(request, case, steps))


@require_http_methods(["GET", "HEAD", "POST"])
@for_students
def confirm(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """The page of a confirming step. Whether a confirmation still holds is computed from the values as they are now."""
    page = _page(request, case_id, code)
    if request.method != "POST":
        return _shown(page)
    action, _, field = request.POST.get("action", "").partition(":")
    try:
        if action == "look":
            return _again(page, [])
        if action == "correct":
            return _correct(page, field)
        if action in ("spelling", "as-written"):
            doing = spell if action == "spelling" else as_written
            return _done(page, [doing(request, page.case.record)], "#spelling", others=page.filled)
        return _confirm(page)
    except Stopped as stopped:
        return _again(page, stopped.findings)


def _again(page: Page, found: list[Finding]) -> HttpResponse:
    """The page with everything that was typed, and the good files kept."""
    elsewhere = [one for one in found if not any(one in box.findings for box in page.boxes)]
    keep_files(act_of(page.request, "student"), page.case.record, page.filled)
    return _shown(page, elsewhere, page.request.POST, status=422 if found else 200)


def _done(page: Page, said_of: list[Text], place: str, *, others: list[Asked]) -> HttpResponse:
    """Off to the page as it is now; not while something else typed on it still waits, that stays as it is."""
    for one in said_of:
        messages.success(page.request, said(one))
    if not others:
        return redirect(page.request.path + place)
    keep_files(act_of(page.request, "student"), page.case.record, others)
    now = _page(page.request, page.case.pk, page.declared.code)
    for box in others:
        now.box(box.field.code).kept = box.kept
    return _shown(now, [], page.request.POST)


def _requested(boxes: list[Asked]) -> Text:
    labels = [one.field.label for one in boxes]
    who = APPROVERS[boxes[0].field.approvers[0]]
    return REQUESTED.format(fields=listed(labels), who=who)


def _correct(page: Page, code: str) -> HttpResponse:
    """Ask for the correction of one field, with value, reason and papers in one go. Raises Stopped."""
    box = page.box(code)
    others = [one for one in page.filled if one is not box]
    ask(act_of(page.request, "student"), page.case.record, box)
    return _done(page, [_requested([box])], f"#line_{code}", others=others)


def _confirm(page: Page) -> HttpResponse:
    """Ask for what was found wrong and confirm all the rest, both or neither. The tick says that every line was looked at."""
    act, record, boxes = act_of(page.request, "student"), page.case.record, page.filled
    problems: list[Finding] = []
    with undoable():
        for box in boxes:
            try:
                with undoable():
                    ask(act, record, box)
            except Stopped as stopped:
                problems += stopped.findings
        if page.request.POST.get("looked") != "yes":
            problems.append(finding("CONF.014", field="looked"))
        if problems:
            raise Stopped(problems)
        made = confirm_record(act, page.case, step=page.declared.code, left_out=sorted(open_of(record))).result
    told = [_requested(boxes)] if boxes else []
    return _done(page, [*told, CONFIRMED.format(count=len(made.values))], "", others=[])


def _shown(page: Page, found: list[Finding] = (), sent: Mapping[str, str] | None = None, status: int = 200) -> HttpResponse:
    case, steps, code, now = page.case, page.steps, page.declared.code, timezone.now()
    standing, confirmed = steps.standing(code), confirmation_standing(case, code)
    of_boxes = [(one, href, box.field.label) for box in page.boxes for one, href in box.linked]
    context = {
        "case": case, "declared": page.declared, "standing": standing, "now": now, "notice": steps.notice, "of_boxes": of_boxes,
        "findings": found, "looked": (sent or {}).get("looked") == "yes",
        "closed": why_not(case, page.declared, standing, now) if standing.state != "done" else [],
        "asks_pinyin": PINYIN in page.declared.fields, "chsi_rules": CHSI,
        "differing": [one for one in page.lines if one.line.accord in TO_LOOK_AT],
        "agreeing": [one for one in page.lines if one.line.accord not in TO_LOOK_AT], "confirmed": confirmed,
        "how": HOW_WORDS.get(confirmed.confirmation.how) if confirmed.confirmation else None,
        "chsi": newest_snapshots(round_of(steps.notice).sources).get("chsi"), "lateness": steps.notice.lateness.get("student"),
        **spelling_shown(case.record, sent or {}),
    }  # fmt: skip
    return render(page.request, "student/confirm.html", context, status=status)
