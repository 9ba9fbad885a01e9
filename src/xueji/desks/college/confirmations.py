"""The counsellor's list (辅导员核对登记): who has confirmed, who has not answered, and registering on behalf."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import cases_for, narrowed, notice_of
from xueji.catalogue.fields import FIELDS
from xueji.catalogue.text import Text
from xueji.confirmation.commands.confirmations import register_confirmation
from xueji.confirmation.queries.confirmations import (
    PINYIN,
    FieldLine,
    confirmation_standing,
    confirmations_of,
    field_lines,
    spelling_of,
    standings_of,
    written,
)
from xueji.confirmation.queries.sources import round_of, values_elsewhere
from xueji.confirmation.sheet import confirming_step
from xueji.confirmation.terms import HOW_WORDS, Accord, How
from xueji.corrections.queries import correctable, open_of
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.progress import campaign_seen
from xueji.desks.components.asking import Asked, ask, keep_files, typed
from xueji.desks.components.languages import said
from xueji.desks.components.values import shown
from xueji.journal.command import Stopped
from xueji.rules.findings import Finding, finding

PAGE = 50
REGISTERED = Text("已登记{name}的确认。", "The confirmation of {name} is registered.")
ASKED = Text("已登记{name}要更正的{field}。", "The correction of {field} for {name} is registered.")
WAYS = (How.IN_PERSON, How.TELEPHONE)


def _step(code: str) -> tuple[Any, str]:
    campaign = campaign_seen(code)
    step = confirming_step(campaign)
    if not step:
        raise Http404
    return campaign, step


@for_staff(Permission.CONFIRM_ON_BEHALF)
@require_safe
def confirmations(request: HttpRequest, code: str) -> HttpResponse:
    """Own classes in a round: confirmed, void, not answered."""
    campaign, step = _step(code)
    cases = cases_for(viewer_of(request), campaign, Permission.CONFIRM_ON_BEHALF)
    asked = {
        "words": request.GET.get("q", "")[:60],
        "class_number": request.GET.get("number", "")[:32],
        "stage": request.GET.get("stage", "")[:8],
    }
    classes = sorted(set(cases.values_list("record__class_number", flat=True)))
    page = Paginator(narrowed(cases, **asked).order_by("record__class_number", "record__student_number"), PAGE).get_page(
        request.GET.get("page")
    )
    standings = standings_of(page.object_list, step)
    lines = [(case, standings[case.pk], _word(standings[case.pk]), _drawn(standings[case.pk])) for case in page.object_list]
    context = {"campaign": campaign, "notice": notice_of(campaign), "page": page, "lines": lines, "classes": classes, "asked": asked}
    return render(request, "college/confirmations.html", context)


def _drawn(standing: Any) -> str:
    return "done" if standing.holds else "back" if standing.confirmation else "idle"


def _word(standing: Any) -> Text:
    if standing.holds:
        return HOW_WORDS[standing.confirmation.how]
    return Text("有变动，要再确认", "changed, to be confirmed again") if standing.confirmation else Text("没有回答", "no answer")


@for_staff(Permission.CONFIRM_ON_BEHALF)
@require_http_methods(["GET", "POST"])
def confirmation(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One student: every field beside CHSI, register the confirmation, or what is to be corrected."""
    campaign, step = _step(code)
    try:
        case = cases_for(viewer_of(request), campaign, Permission.CONFIRM_ON_BEHALF).get(record__student_number=number)
    except ObjectDoesNotExist:
        raise Http404 from None
    found: list[Finding] = []
    box = _box(request, case)
    if request.method == "POST":
        try:
            messages.success(request, said(_registered(request, case, step, box)))
            return redirect("college-confirmation", code, number)
        except Stopped as stopped:
            found = [one for one in stopped.findings if box is None or one not in box.findings]
            keep_files(act_of(request, "college"), case.record, [box] if box else [])
    stopped_by = bool(found or (box and box.findings))
    return render(request, "college/confirmation.html", _context(request, case, step, found, box), status=422 if stopped_by else 200)


def _box(request: HttpRequest, case: Any) -> Asked | None:
    """The form of the field that is to be corrected, named in the address or by the pressed button."""
    one = correctable(request.POST.get("field") or request.GET.get("wrong", ""))
    if one is None or one.code in open_of(case.record):
        return None
    differs = {line.field.code: line.chsi for line in _lines(case) if line.accord == Accord.DIFFERS}
    return typed(request, viewer_of(request), case.record, one, prefix="wrong.", taken=differs.get(one.code, ""))


def _lines(case: Any) -> list[FieldLine]:
    record = case.record
    lines = field_lines(record, round_of(notice_of(case.campaign)), values_elsewhere(record), disputed=open_of(record))
    return [one for one in lines if one.field.code != PINYIN]


def _registered(request: HttpRequest, case: Any, step: str, box: Asked | None) -> Text:
    act, name = act_of(request, "college"), case.record.person.name
    if request.POST.get("action") == "correct":
        if box is None:
            raise Stopped([finding("CONF.016", field="field")])
        ask(act, case.record, box)
        return ASKED.format(name=name, field=box.field.label)
    register_confirmation(
        act, case, step=step, how=request.POST.get("how", ""), note=request.POST.get("note", ""), left_out=sorted(open_of(case.record))
    )
    return REGISTERED.format(name=name)


def _context(request: HttpRequest, case: Any, step: str, found: list[Finding], box: Asked | None) -> dict[str, Any]:
    record, notice = case.record, notice_of(case.campaign)
    waiting, standing = open_of(record), confirmation_standing(case, step)
    return {
        "case": case, "record": record, "notice": notice, "findings": found, "standing": standing, "word": _word(standing),
        "drawn": _drawn(standing), "now": timezone.now(), "college": record.college, "box": box,
        "taken": shown(box.field, box.taken) if box else "", "how": request.POST.get("how", ""), "note": request.POST.get("note", "")[:200],
        "lines": [
            (one, shown(one.field, one.school), shown(one.field, one.chsi) if one.chsi else "", shown(one.field, one.right_value),
             correctable(one.field.code) is not None and one.field.code not in waiting)
            for one in _lines(case)
        ],
        "asks_pinyin": PINYIN in {field.code for field in round_of(notice).fields}, "written": written(spelling_of(record)),
        "ways": [(way, HOW_WORDS[way]) for way in WAYS], "history": confirmations_of(case), "how_words": HOW_WORDS,
        "waiting": [FIELDS[code].label for code in waiting],
    }  # fmt: skip
