"""Filling in a step (填写): the form from notice and catalogue, drafts, rows, the photo, and submitting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from xueji.catalogue.fields import FIELDS, POLICY_MEANINGS, Kind
from xueji.catalogue.text import Text, listed
from xueji.collection.commands import Kept, Submitted, choose_draft, keep_draft, keep_form_photo, submit_step
from xueji.collection.forms import typed_values, with_row_added, with_row_removed
from xueji.collection.photo_hints import photo_hints
from xueji.collection.queries import Filling, differences, drafts_of, filling, given_by_notice, kept_values, own_case, population_of
from xueji.collection.terms import Slot
from xueji.corrections.commands import request_correction
from xueji.corrections.queries import open_of
from xueji.corrections.terms import STAGE_WORDS, Origin
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.languages import current, said
from xueji.desks.components.moments import SHANGHAI
from xueji.desks.files import file_address
from xueji.desks.student.showing import WAITING, PhotoHints, hints_of, label_of, sections_of, words_of
from xueji.journal.command import Stopped, undoable
from xueji.records.queries import values_of
from xueji.rules.findings import Finding, Level
from xueji.vault.store import FileGone

if TYPE_CHECKING:
    from xueji.campaigns.models import Case

SAVED = Text("草稿已存，{at}。换一台设备登录也能接着填。", "Draft saved, {at}. You can go on from any device.")
SENT = Text("“{step}”已提交。", "“{step}” was submitted.")
ASKED = Text("{fields}改后待审，批准前沿用原值。", "{fields}: your change waits for approval; until then the old value stands.")
BESIDE = Text(
    "另一台设备上有更新的草稿。你填的这一份也留着，请在下面比较。",
    "Another device saved a newer draft. Yours is kept as well; compare them below.",
)
TAKEN = Text("已换成选中的那一份草稿。", "The chosen draft is now in use.")
MISSING, MANY = "FIELD.001", 3
"""So many empty fields are named in one message, each with its link; on a phone a box for each of them hides the form."""
PHOTO_KEPT = Text("照片已上传，提交这一步后生效。", "The photo is uploaded; it counts once you submit this step.")


def _clock(at: Any) -> str:
    return f"{at.astimezone(SHANGHAI):%H:%M}"


@dataclass(slots=True)
class StepPage:
    """A step of the viewer's own case as it stands now."""

    request: HttpRequest
    case: Case
    filling: Filling

    @property
    def address(self) -> str:
        return reverse("student:step", args=[self.case.pk, self.filling.declared.code])

    @property
    def where(self) -> dict[str, Any]:
        """Which step, and which opened page writes it; a form that is shown again is still the same page."""
        base = self.request.POST.get("base", "")
        return {
            "step": self.filling.declared.code,
            "page": self.request.POST.get("page", "")[:36],
            "base": int(base) if base.isdecimal() and len(base) < 9 else 0,
        }

    def shown(self, values: dict[str, Any] | None = None, found: list[Finding] = (), status: int = 200) -> HttpResponse:
        """The form with what was typed, or as values where it cannot be filled now."""
        now, declared, record = self.filling, self.filling.declared, self.case.record
        population, known, drafts = population_of(record), values_of(record), drafts_of(self.case, declared.code)
        kept = {**given_by_notice(now.steps.notice, declared), **kept_values(now.asked, drafts, declared.code, known)}
        late, aside = drafts.get((declared.code, Slot.LATE)), drafts.get((declared.code, Slot.ASIDE))
        current_draft = drafts.get((declared.code, Slot.CURRENT))
        locked = bool(now.problems)
        if late and not locked and current_draft and current_draft.saved_at > late.saved_at:
            late = None  # the step was opened again, and the student went on from what had come too late
        typed = {**kept, **(values or (late.values if late else {}))}
        asked_for = open_of(record)
        order = [one.code for one in now.steps.steps]
        empty = [one for one in found if one.id == MISSING and one.field]
        empty = empty if len(empty) >= MANY else []
        context = {
            "case": self.case, "declared": declared, "standing": now.standing, "locked": locked, "now": timezone.now(),
            "findings": [*now.problems, *(found if not empty else [one for one in found if one.id != MISSING])], "late": late,
            "empty": [(one.field, label_of(one.field)) for one in empty], "missing": MISSING,
            "stopping": [one for one in found if one.level is Level.STOP],
            "sections": sections_of(
                now.asked, typed, population=population, findings=found, locked=locked,
                also_required=declared.extra.get("required", ()),
                waiting={code: str(said(WAITING.format(new=words_of_field(code, one.new), stage=STAGE_WORDS[one.stage]))) for code, one in asked_for.items()},
                hints=self._hints(typed) if not locked else None,
                photos={one.field.code: file_address(viewer_of(self.request), typed[one.field.code]) for one in now.asked if one.field.kind is Kind.PHOTO and typed.get(one.field.code)},
            ),
            "page": self.where["page"] or uuid4().hex, "base": current_draft.revision if current_draft else 0, "draft": current_draft,
            "differences": [(one, words_of(one, mine), words_of(one, theirs)) for one, mine, theirs in differences(now.asked, kept, {**known, **aside.values})] if aside else [],
            "aside": aside, "number": order.index(declared.code) + 1,
            "count": len(order),
            "saved": _clock(current_draft.saved_at) if current_draft else "",
            "policies": list(POLICY_MEANINGS.items()), "address": self.address,
        }  # fmt: skip
        return render(self.request, "student/step.html", context, status=status)

    def _hints(self, typed: dict[str, Any]) -> dict[str, PhotoHints]:
        """What the photo rules say of the pictures in this step; nothing for one that is not the viewer's or is gone."""
        found = {}
        for code in (one.field.code for one in self.filling.asked if one.field.kind is Kind.PHOTO and one.editable and typed.get(one.field.code)):
            try:
                found[code] = hints_of(photo_hints(viewer_of(self.request), typed[code]))
            except (ObjectDoesNotExist, FileGone):
                continue
        return found


def words_of_field(code: str, value: Any) -> str:
    """A value of a field by its code, as a person reads it."""
    return words_of(FIELDS[code], value)


def _page(request: HttpRequest, case_id: UUID, code: str) -> StepPage:
    try:
        case = own_case(viewer_of(request), case_id)
        return StepPage(request, case, filling(case, code, timezone.now()))
    except (ObjectDoesNotExist, KeyError):
        raise Http404 from None


@require_http_methods(["GET", "HEAD", "POST"])
@for_students
def step(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """The step's form. What the pressed button is called says what is done with what was typed."""
    page = _page(request, case_id, code)
    if request.method != "POST":
        return page.shown()
    values = typed_values(page.filling.asked, request.POST)
    action, _, rest = request.POST.get("action", "save").partition(":")
    doing = {"submit": _submit, "save": _save, "add": _add, "remove": _remove, "photo": _photo, "choose": _choose}.get(action, _save)
    try:
        _take_photos(page, values, action)
        return doing(page, values, rest)
    except Stopped as stopped:
        return _refused(page, values, stopped.findings)


def _refused(page: StepPage, values: dict[str, Any], found: list[Finding]) -> HttpResponse:
    """Nothing was submitted; what was typed is kept (as late, after the closing) and shown with every finding."""
    try:
        keep_draft(act_of(page.request, "student"), page.case, values=values, **page.where)
    except Stopped:
        pass  # before the opening or after the form was received there is no draft; the page still shows what was typed
    again = _page(page.request, page.case.pk, page.filling.declared.code)
    beside = any(one.id == "COLL.002" for one in found)
    own = {one.id for one in again.filling.problems}
    return again.shown(None if beside else values, [one for one in found if one.id not in own], status=409 if own or beside else 422)


def _save(page: StepPage, values: dict[str, Any], rest: str) -> HttpResponse:
    kept: Kept = keep_draft(act_of(page.request, "student"), page.case, values=values, **page.where).result
    if kept.late:
        return _refused(page, values, list(kept.late))
    if kept.beside:
        messages.warning(page.request, said(BESIDE))
    else:
        messages.success(page.request, said(SAVED.format(at=_clock(kept.draft.saved_at))))
    return redirect(page.address)


def _add(page: StepPage, values: dict[str, Any], table: str) -> HttpResponse:
    return _rows_changed(page, with_row_added(values, table) if table in values else values, table)


def _remove(page: StepPage, values: dict[str, Any], rest: str) -> HttpResponse:
    table, _, number = rest.partition(":")
    changed = with_row_removed(values, table, int(number)) if table in values and number.isdecimal() and len(number) < 4 else values
    return _rows_changed(page, changed, table)


def _rows_changed(page: StepPage, values: dict[str, Any], table: str) -> HttpResponse:
    kept: Kept = keep_draft(act_of(page.request, "student"), page.case, values=values, **page.where).result
    if kept.late:
        return _refused(page, values, list(kept.late))
    if kept.beside:
        messages.warning(page.request, said(BESIDE))
    return redirect(f"{page.address}#id_{table}")


def _take_photos(page: StepPage, values: dict[str, Any], action: str) -> None:
    """A picture that was chosen is kept with whatever button was pressed, not only with its own.

    Raises Stopped for a file that is no picture, together with everything else that is wrong when the step is submitted.
    """
    chosen = [] if action == "photo" else [one.field.code for one in page.filling.asked if one.field.kind is Kind.PHOTO and one.field.code in page.request.FILES]
    refused: list[Finding] = []
    for field in chosen:
        try:
            _keep_photo(page, values, field)
        except Stopped as stopped:
            refused += stopped.findings
    if not refused:
        return
    if action == "submit":
        try:
            with undoable():
                submit_step(act_of(page.request, "student"), page.case, values=values, **page.where)
                raise Stopped([])  # nothing is submitted with a picture that was refused: only what else is wrong is asked
        except Stopped as stopped:
            refused += [one for one in stopped.findings if one.field not in chosen and one.id not in {it.id for it in refused}]
    raise Stopped(refused)


def _keep_photo(page: StepPage, values: dict[str, Any], field: str) -> None:
    sent = page.request.FILES.get(field)
    with undoable():
        keep_draft(act_of(page.request, "student"), page.case, values=values, **page.where)
        keep_form_photo(
            act_of(page.request, "student"), page.case, step=page.filling.declared.code, field=field,
            content=sent.read(11 * 1024 * 1024) if sent else b"",
        )  # fmt: skip


def _photo(page: StepPage, values: dict[str, Any], field: str) -> HttpResponse:
    _keep_photo(page, values, field)
    messages.success(page.request, said(PHOTO_KEPT))
    return redirect(f"{page.address}#id_{field}")


def _choose(page: StepPage, values: dict[str, Any], which: str) -> HttpResponse:
    choose_draft(act_of(page.request, "student"), page.case, step=page.filling.declared.code, take_aside=which == "aside")
    messages.success(page.request, said(TAKEN))
    return redirect(page.address)


def _submit(page: StepPage, values: dict[str, Any], rest: str) -> HttpResponse:
    """Submit, and ask for approval of what is not the student's own, both or neither."""
    act = act_of(page.request, "student")
    with undoable():
        made: Submitted = submit_step(act, page.case, values=values, **page.where).result
        waiting = open_of(page.case.record)
        asked = []
        for code, (_, new) in made.to_approve.items():
            if code not in waiting:
                request_correction(act, page.case.record, field=code, new=new, origin=Origin.STEP)
                asked.append(next(one.field.label for one in page.filling.asked if one.field.code == code))
    messages.success(page.request, said(SENT.format(step=page.filling.declared.title)))
    if asked:
        fields = listed(asked)
        messages.info(page.request, said(ASKED.format(fields=fields)))
    return redirect("student:receipt", page.case.pk, page.filling.declared.code, made.submission.number)


def _line(text: str, status: int) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)


@require_POST
@for_students
def draft(request: HttpRequest, case_id: UUID, code: str) -> HttpResponse:
    """Saving while typing: one line of plain text, never a page. 409 when what is typed is not in the draft in work."""
    page = _page(request, case_id, code)
    values = typed_values(page.filling.asked, request.POST)
    try:
        kept: Kept = keep_draft(act_of(request, "student"), page.case, values=values, **page.where).result
    except Stopped as stopped:
        return _line(str(said(stopped.findings[0].message)), 409)
    if kept.late:
        return _line(f"{said(kept.late[0].message)} {said(kept.late[0].remedy)}", 409)
    if kept.beside:
        return _line(str(said(BESIDE)), 409)
    at = _clock(kept.draft.saved_at)
    return _line(f"Saved {at}" if current() == "en" else f"{at} 已存", 200)
