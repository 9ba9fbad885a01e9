"""Photo rounds at the registry (图像采集): lists, timetable, results, disputes, faces, make-up, prints, keys."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI, campaign_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.photo_files import opened
from xueji.desks.components.photo_lists import list_page, makeup_price
from xueji.desks.components.photo_person import acted_on_code, person_of, person_page
from xueji.desks.components.photo_prints import booked, prints_shown
from xueji.desks.components.photo_slips import slips_page, slips_pdf
from xueji.desks.jobs import shown as shown_job
from xueji.exchange.photos_files import look_through
from xueji.exchange.tasks.photos import TAKING, take_over_by_job
from xueji.jobs.queries import jobs_for
from xueji.journal.command import Stopped
from xueji.photos.day.commands import after, codes, turns
from xueji.photos.day.queries import (
    absentees,
    disputes_for,
    face_cases_for,
    keys_now,
    may_be_absent,
    nominations_for,
    open_conflicts,
    rounds,
    terms_of,
)  # fmt: skip
from xueji.photos.day.worklists import faces_in, open_first, rules_say, tallied
from xueji.rules.capture import FACE_WORDS
from xueji.rules.findings import Finding, finding, stops

if TYPE_CHECKING:
    from xueji.accounts.queries import Viewer
    from xueji.campaigns.models import Campaign

MANAGE = for_staff(Permission.SCHEDULE_MANAGE)
LIMIT = 64 * 1024 * 1024
AT_ONCE = 200
"""Students taken over while the registrar waits, some two seconds; more are left to the worker."""
PAGE = 20
"""Things to decide on one page, of each kind."""


def photo_round(code: str) -> Campaign:
    """The photo round of that code. Raises Http404 for any other campaign."""
    campaign = campaign_of(code)
    if campaign is None or campaign.kind != "photo":
        raise Http404
    return campaign


def _sent(request: HttpRequest, name: str = "file") -> bytes:
    file = request.FILES.get(name)
    return file.read(LIMIT) if file else b""


def _done(request: HttpRequest, text: Text) -> None:
    messages.success(request, said(text))


def _told(request: HttpRequest, found: list[Finding]) -> None:
    for one in found:
        messages.warning(request, f"{one.id} {said(one.message)} {said(one.remedy)}")


@MANAGE
def overview(request: HttpRequest) -> HttpResponse:
    """Every photo round with where its students stand, and the keys."""
    viewer, now = viewer_of(request), timezone.now()
    blocks = [{"campaign": c, "terms": terms_of(c), "tallies": tallied(viewer, c, now)} for c in rounds()]
    return render(request, "registry/photos.html", {"blocks": blocks, "keys": keys_now()})


@MANAGE
def round_lists(request: HttpRequest, code: str) -> HttpResponse:
    """The lists of a round, a page at a time; the same as a workbook or a printed annex with ?as=."""
    return list_page(request, viewer_of(request), photo_round(code), timezone.now(), template="registry/photos_round.html", student="registry-photos-student")


@MANAGE
def student(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One student of a round: group and why, every version, which counts and why, the code. Looking at the photo is journaled."""
    campaign, viewer = photo_round(code), viewer_of(request)
    case, found = person_of(viewer, campaign, number), []
    if request.method == "POST":
        try:
            _done(request, acted_on_code(request, "registry", case))
            return redirect("registry-photos-student", code=code, number=number)
        except Stopped as stopped:
            found = stopped.findings
    shown = person_page(viewer, campaign, case) | {"findings": found, "posted": request.POST}
    return render(request, "registry/photos_student.html", shown, status=422 if found else 200)


@MANAGE
def slips(request: HttpRequest, code: str) -> HttpResponse:
    """Paper slips with capture codes, for who comes without a phone."""
    campaign, found = photo_round(code), []
    if request.method == "POST":
        try:
            return slips_pdf(request, campaign, "registry")
        except Stopped as stopped:
            found = stopped.findings
    shown = {"campaign": campaign, **slips_page(viewer_of(request), campaign, request.GET.get("college", "")), "has_keys": keys_now() is not None, "findings": found, "posted": request.POST}
    return render(request, "registry/photos_slips.html", shown, status=422 if found else 200)


@MANAGE
def open_file(request: HttpRequest, code: str, what: str, pk: UUID) -> HttpResponse:
    """The photo or the material of a dispute, the material of an identity case."""
    return opened(viewer_of(request), photo_round(code), what, pk)


@MANAGE
def results(request: HttpRequest, code: str) -> HttpResponse:
    """Results of bureau and CHSI: looked through first, every problem at once, taken over when nothing stops."""
    campaign = photo_round(code)
    found: list[Finding] = []
    if request.method == "POST":
        content, kind = _sent(request), request.POST.get("kind", "zip")
        try:
            found = _taken_over(request, campaign, content, kind)
        except Stopped as stopped:
            found = stopped.findings
        if not stops(found):
            _told(request, found)
            return redirect("registry-photos-results", code=code)
    return render(request, "registry/photos_results.html", {"campaign": campaign, "findings": found, "posted": request.POST, "jobs": jobs_shown(viewer_of(request), campaign, TAKING), "today": request.POST.get("taken_on") or timezone.now().astimezone(SHANGHAI).date().isoformat()},
                  status=422 if found else 200)  # fmt: skip


def _taken_over(request: HttpRequest, campaign: Campaign, content: bytes, kind: str) -> list[Finding]:
    act, title = act_of(request, "registry"), getattr(request.FILES.get("file"), "name", "")[:100]
    today, typed = timezone.now().astimezone(SHANGHAI).date(), request.POST.get("taken_on", "")
    try:
        on = date.fromisoformat(typed) if typed else today
    except ValueError:
        return [finding("SESS.007", field="taken_on", column="采集日期", value=typed[:20])]
    if kind not in {"zip", "list", "faces"}:
        raise Http404
    seen = look_through(kind, content, campaign, taken_on=on, today=today)
    if stops(seen.findings):
        return seen.findings
    if seen.count > AT_ONCE:
        take_over_by_job(act, campaign.code, kind=kind, content=content, source=title, taken_on=on)
        _done(request, Text("检查通过，{n} 人正在后台导入。", "Looked through; {n} are being taken over in the background.").format(n=seen.count))
    elif kind == "faces":
        new, cases = after.take_over_faces(act, rows=seen.answers, source=title).result
        _done(request, Text("导入 {n} 条结果，新增 {c} 件身份复核。", "{n} answers taken over, {c} cases opened.").format(n=new, c=cases))
    else:
        new, skipped = after.take_over_captures(act, campaign, arrivals=seen.arrivals, source=title).result
        _done(request, Text("导入 {n} 人，{s} 人此前已导入。", "{n} taken over, {s} were there already.").format(n=new, s=skipped))
    return seen.findings


def jobs_shown(viewer: Viewer, campaign: Campaign, kind: str) -> list[tuple[Any, str]]:
    """The latest work of one kind that the worker does for the round, each with the address to ask again."""
    rows = jobs_for(viewer).filter(kind=kind, arguments__campaign=campaign.code).order_by("-created_at")[:3]
    return [(shown_job(job), reverse("jobs:progress", args=[job.pk])) for job in rows]


@MANAGE
def work(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for the registry: reported students, disputes, faces, conflicts; the make-up list."""
    campaign, viewer, now = photo_round(code), viewer_of(request), timezone.now()
    found: list[Finding] = []
    if request.method == "POST":
        try:
            _decided(request, campaign)
            _done(request, Text("已办理。", "Done."))
            return redirect("registry-photos-work", code=code)
        except Stopped as stopped:
            found = stopped.findings
    shown = {name: Paginator(rows, PAGE).get_page(request.GET.get(name)) for name, rows in _waiting(viewer, campaign).items()}
    return render(request, "registry/photos_work.html", {
        "campaign": campaign, "terms": terms_of(campaign), "makeup_price": makeup_price(campaign), **shown, "reported": rules_say(shown["nominations"], campaign),
        "face_words": FACE_WORDS, "count": absentees(viewer, campaign, now).count(), "too_early": not may_be_absent(campaign, now), "findings": found, "posted": request.POST},
        status=422 if found else 200)  # fmt: skip


def _waiting(viewer: Viewer, campaign: Campaign) -> dict[str, Any]:
    return {
        "nominations": open_first(nominations_for(viewer, campaign)), "disputes": open_first(disputes_for(viewer, campaign)),
        "faces": open_first(faces_in(viewer, campaign), "settled_at"), "conflicts": open_conflicts(viewer, campaign).order_by("received_at"),
    }  # fmt: skip


def _one(rows: Any, request: HttpRequest) -> Any:
    try:
        found = rows.filter(pk=UUID(request.POST.get("row", ""))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _decided(request: HttpRequest, campaign: Campaign) -> None:
    act, viewer, asked, note = act_of(request, "registry"), viewer_of(request), request.POST.get("act", ""), request.POST.get("note", "")
    if asked in {"approve", "refuse"}:
        after.decide_nomination(act, _one(nominations_for(viewer, campaign), request), approved=asked == "approve", note=note)
    elif asked in {"uphold", "reject"}:
        after.decide_dispute(act, _one(disputes_for(viewer, campaign), request), upheld=asked == "uphold", note=note)
    elif asked == "verify":
        after.verify_face(act, _one(face_cases_for(viewer), request), evidence=_sent(request, "evidence"), title=getattr(request.FILES.get("evidence"), "name", ""))
    elif asked == "file":
        after.file_face(act, _one(face_cases_for(viewer), request), number=note)
    elif asked == "agree":
        after.agree_face(act, _one(face_cases_for(viewer), request))
    elif asked == "settle":
        turns.settle_envelope(act, _one(open_conflicts(viewer, campaign), request), note=note)
    else:
        raise Http404


@MANAGE
def prints(request: HttpRequest, code: str) -> HttpResponse:
    """The register of prints per college, with counts that add up."""
    campaign, viewer = photo_round(code), viewer_of(request)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            _done(request, booked(request, campaign, "registry"))
            return redirect("registry-photos-prints", code=code)
        except Stopped as stopped:
            found = stopped.findings
    shown = {"campaign": campaign, **prints_shown(request, viewer, campaign), "findings": found, "posted": request.POST}
    return render(request, "registry/photos_prints.html", shown, status=422 if found else 200)


@MANAGE
def keys(request: HttpRequest) -> HttpResponse:
    """Make the keys of codes and envelopes, or replace them: every code given out ends with its keys."""
    if request.method == "POST":
        codes.make_keys(act_of(request, "registry"), retire=request.POST.get("retire") == "1")
        _done(request, Text("采集密钥已启用；学生刷新页面即得到新的凭证。", "The keys are in use; students get a new code by reloading."))
    return redirect("registry-photos")
