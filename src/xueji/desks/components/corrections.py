"""Correction requests as a reviewer sees them (更正申请的审核): the list with what changes, one request, the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.campaigns.letters import tell_of_request
from xueji.catalogue.fields import EVIDENCE, FIELDS
from xueji.catalogue.text import Text
from xueji.corrections.queries import correction_for, waiting_for
from xueji.corrections.terms import OPEN, Origin, Stage, Verdict
from xueji.desks.acting import act_of, viewer_of
from xueji.desks.files import file_address
from xueji.journal.command import Act, Change, Stopped, undoable
from xueji.records.commands import reveal_values
from xueji.rules.findings import Finding, finding

from .languages import said
from .values import shown

if TYPE_CHECKING:
    from uuid import UUID

    from xueji.corrections.models import Correction

REVEALED = "审核更正申请"
WORDS = {
    Verdict.APPROVE: Text("已同意：{name}的{field}。", "Approved: {field} of {name}."),
    Verdict.RETURN: Text("已退回：{name}的{field}，学生能看到原因。", "Returned: {field} of {name}; the student sees the reason."),
    Verdict.REFUSE: Text("不同意：{name}的{field}，学生能看到理由。", "Refused: {field} of {name}; the student sees the reason."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One request in the list: whose, which field, from what to what, how many days it waits."""

    made: Correction
    label: Text
    old: str
    new: str
    days: int

    @property
    def plain(self) -> bool:
        """Made while filling in a step, without papers to look at: the list shows all there is to see."""
        return self.made.origin == Origin.STEP and not FIELDS[self.made.field].sensitive


def lines_of(requests: Iterable[Correction], now: datetime) -> list[Line]:
    """The lines of a page of requests. No query of its own."""
    return [
        Line(one, FIELDS[one.field].label, shown(FIELDS[one.field], one.old), shown(FIELDS[one.field], one.new), (now - one.requested_at).days)
        for one in requests
    ]


def one_of(made: Correction, address: Callable[[str], str], *, open_: bool = False) -> dict[str, object]:
    """What the page of one request shows; sensitive values masked unless ``open_``, files by their addresses."""
    field = FIELDS[made.field]
    files = [(EVIDENCE.get(e.kind, Text(e.kind, e.kind)), address(e.file_id)) for e in made.evidence.all()]
    return {
        "made": made, "field": field, "record": made.record, "college": made.record.college, "old": shown(field, made.old, open_=open_),
        "new": shown(field, made.new, open_=open_), "files": files, "open": made.stage in OPEN, "masked": field.sensitive and not open_,
    }  # fmt: skip


def reveal(act: Act, made: Correction) -> None:
    """Note in the journal that a reviewer looked at the whole of a sensitive value."""
    reveal_values(act, made.record, fields=(made.field,), reason=REVEALED)


def decide(act: Act, made: Correction, command: Callable[..., Change], request: HttpRequest) -> tuple[Text | None, list[Finding]]:
    """Carry out the verdict of a form and tell the student when it is the last word: what was done, or what stands in the way."""
    asked = request.POST.get("verdict", "")
    if asked not in Verdict.values:
        return None, [finding("CORR.010", field="verdict")]
    try:
        with undoable():
            command(act, made, verdict=asked, note=request.POST.get("note", "").strip()[:500])
            if made.stage not in OPEN:
                tell_of_request(act, made.record)
    except Stopped as stopped:
        return None, stopped.findings
    label, name = FIELDS[made.field].label, made.record.person.name
    word = WORDS[Verdict(asked)]
    return Text(word.zh.format(name=name, field=label.zh), word.en.format(name=name, field=label.en)), []


def review_page(request: HttpRequest, correction_id: UUID, *, desk: str, stage: Stage, command: Callable[..., Change]) -> HttpResponse:
    """One request with its papers at the desk that decides at this stage; after the verdict comes the next one waiting there.

    The desk's pages are named after it: ``college-correction``, ``college-corrections``, ``college/correction.html``.
    """
    viewer, act, findings, open_ = viewer_of(request), act_of(request, desk), [], "reveal" in request.POST
    try:
        made = correction_for(viewer, correction_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    if open_:
        reveal(act, made)
    elif request.method == "POST":
        done, findings = decide(act, made, command, request)
        if done:
            messages.success(request, said(done))
            following = waiting_for(viewer, stage).first()
            return redirect(f"{desk}-correction", following.pk) if following else redirect(f"{desk}-corrections")
    context = one_of(made, lambda file_id: file_address(viewer, file_id), open_=open_) | {
        "findings": findings, "mine": made.stage == stage, "note": request.POST.get("note", ""), "now": timezone.now(),
    }  # fmt: skip
    return render(request, f"{desk}/correction.html", context, status=422 if findings else 200)
