"""Photo rounds at the registry (图像采集): lists, timetable, results, disputes, faces, make-up, prints, keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI, campaign_of, explain, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.photo_rows import annex, group_words, rows_of, workbook
from xueji.desks.files import file_address
from xueji.exchange.photos_files import look_through_faces, look_through_list, look_through_photos, read_timetable
from xueji.journal.command import Stopped
from xueji.photos.day.commands import after, codes, sessions, turns
from xueji.photos.day.queries import (
    absentees,
    cases_in,
    disputes_for,
    face_cases_for,
    keys_now,
    nominations_for,
    open_conflicts,
    photos_of,
    prints_of,
    rounds,
    sessions_of,
    tallies,
    terms_of,
)  # fmt: skip
from xueji.photos.day.terms import ENTRIES
from xueji.records.queries import colleges_for
from xueji.rules.findings import Finding, stops

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

MANAGE = for_staff(Permission.SCHEDULE_MANAGE)
LIMIT = 64 * 1024 * 1024


def _round(code: str) -> Campaign:
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
    """Every photo round with its figures."""
    viewer = viewer_of(request)
    blocks = [{"campaign": c, "terms": terms_of(c), "tallies": tallies(viewer, c), "words": group_words(c)} for c in rounds()]
    for b in blocks:
        b["groups"] = [(word, b["tallies"].get(group, 0)) for group, word in b["words"].items()]
    return render(request, "registry/photos.html", {"blocks": blocks, "keys": keys_now()})


@MANAGE
def round_lists(request: HttpRequest, code: str) -> HttpResponse:
    """The lists of a round by group, a page at a time; as a workbook or a printed annex with ?as=."""
    campaign, viewer = _round(code), viewer_of(request)
    words, group = group_words(campaign), request.GET.get("group", "")
    cases = cases_in(viewer, campaign).select_related("slot__session", "record__person", "record__college", "campaign")
    if group in words:
        cases = cases.filter(group=group)
    name = f"{words[group].zh if group in words else '全部名单'}".replace("：", " ")
    if request.GET.get("as") == "xlsx":
        return workbook(campaign, cases, name=name)
    if request.GET.get("as") == "pdf":
        return annex(campaign, cases, name=name, at=timezone.now())
    page = Paginator(cases, 50).get_page(request.GET.get("page"))
    return render(request, "registry/photos_round.html",
                  {"campaign": campaign, "page": page, "rows": rows_of(campaign, page), "words": words.items(), "chosen": group, "tallies": tallies(viewer, campaign)})  # fmt: skip


@MANAGE
def student(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One student of a round: group and why, every version, which counts and why. Looking at the photo is journaled."""
    campaign, viewer = _round(code), viewer_of(request)
    case = cases_in(viewer, campaign).filter(record__student_number=number).first()
    if case is None:
        raise Http404
    photos = photos_of(case)
    shown = [(v, file_address(viewer, v.capture.file_id) if v.capture.file_id else "") for v in photos.versions]
    return render(request, "registry/photos_student.html",
                  {"campaign": campaign, "case": case, "photos": photos, "versions": shown, "why": explain(case.record, notice_of(campaign))})  # fmt: skip


@MANAGE
def timetable(request: HttpRequest, code: str) -> HttpResponse:
    """The timetable: import it, see what is wrong with it, move a session."""
    campaign, viewer = _round(code), viewer_of(request)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            found = _timetable(request, campaign)
        except Stopped as stopped:
            found = stopped.findings
        if not stops(found):
            _told(request, found)
            return redirect("registry-photos-timetable", code=code)
    names = {c.code: c.name for c in colleges_for(viewer)}
    listed = [(s, [names.get(c, c) for c in s.colleges]) for s in sessions_of(campaign)]
    return render(request, "registry/photos_timetable.html", {"campaign": campaign, "sessions": listed, "findings": found, "posted": request.POST},
                  status=422 if found else 200)  # fmt: skip


def _timetable(request: HttpRequest, campaign: Campaign) -> list[Finding]:
    act = act_of(request, "registry")
    if "session" in request.POST:
        try:
            wanted = sessions_of(campaign).filter(pk=UUID(request.POST["session"])).first()
        except ValueError:
            raise Http404 from None
        if wanted is None:
            raise Http404
        opens, closes = (_instant(request.POST.get(k, "")) for k in ("opens", "closes"))
        told = sessions.move_session(act, wanted, room=request.POST.get("room", ""), opens=opens or wanted.opens, closes=closes or wanted.closes,
                                     reason=request.POST.get("reason", "")).result  # fmt: skip
        _done(request, Text("场次已调整，已通知 {n} 名学生。", "The session was moved; {n} students were told.").format(n=told))
        return []
    rows, found = read_timetable(_sent(request), viewer_of(request))
    if stops(found):
        return found + sessions.judged_timetable(campaign, rows) if rows else found
    made, noticed, left = sessions.plan_sessions(act, campaign, rows=rows).result
    _done(request, Text("已发布 {n} 个场次；{left} 人没有位置。", "{n} sessions published; {left} students without a place.").format(n=len(made), left=left))
    return noticed


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


@MANAGE
def results(request: HttpRequest, code: str) -> HttpResponse:
    """Results of bureau and CHSI: looked through first, every problem at once, taken over when nothing stops."""
    campaign = _round(code)
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
    return render(request, "registry/photos_results.html", {"campaign": campaign, "findings": found, "today": timezone.now().astimezone(SHANGHAI).date().isoformat()},
                  status=422 if found else 200)  # fmt: skip


def _taken_over(request: HttpRequest, campaign: Campaign, content: bytes, kind: str) -> list[Finding]:
    act, title = act_of(request, "registry"), getattr(request.FILES.get("file"), "name", "")[:100]
    if kind == "faces":
        answers, found = look_through_faces(content)
        if not stops(found):
            new, cases = after.take_over_faces(act, rows=answers, source=title).result
            _done(request, Text("导入 {n} 条结果，新增 {c} 件身份复核。", "{n} answers taken over, {c} cases opened.").format(n=new, c=cases))
        return found
    try:
        on = date.fromisoformat(request.POST.get("taken_on", ""))
    except ValueError:
        on = timezone.now().astimezone(SHANGHAI).date()
    look = look_through_photos if kind == "zip" else look_through_list
    delivery = look(content, campaign, taken_on=on)
    if not stops(delivery.findings):
        new, skipped = after.take_over_captures(act, campaign, arrivals=delivery.arrivals, source=title).result
        _done(request, Text("导入 {n} 人，{s} 人此前已导入。", "{n} taken over, {s} were there already.").format(n=new, s=skipped))
    return delivery.findings


@MANAGE
def work(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for the registry: reported students, disputes, faces, conflicts; the make-up list."""
    campaign, viewer = _round(code), viewer_of(request)
    found: list[Finding] = []
    if request.method == "POST":
        try:
            _decided(request, campaign)
            _done(request, Text("已办理。", "Done."))
            return redirect("registry-photos-work", code=code)
        except Stopped as stopped:
            found = stopped.findings
    missing = absentees(viewer, campaign, timezone.now())
    if request.GET.get("as") == "xlsx":
        return workbook(campaign, missing.select_related("slot__session", "record__person", "record__college", "campaign"), name="补采名单")
    disputes = [(d, file_address(viewer, d.evidence_id) if d.evidence_id else "") for d in disputes_for(viewer, campaign)]
    return render(request, "registry/photos_work.html", {
        "campaign": campaign, "terms": terms_of(campaign), "nominations": nominations_for(viewer, campaign), "disputes": disputes,
        "faces": face_cases_for(viewer), "conflicts": open_conflicts(viewer, campaign), "missing": missing[:200], "count": missing.count(), "findings": found},
        status=422 if found else 200)  # fmt: skip


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


@MANAGE
def prints(request: HttpRequest, code: str) -> HttpResponse:
    """The register of prints per college, with counts that add up."""
    campaign, viewer = _round(code), viewer_of(request)
    found: list[Finding] = []
    if request.method == "POST":
        college = colleges_for(viewer).filter(code=request.POST.get("college", "")).first()
        count = request.POST.get("count", "")
        if college is None or request.POST.get("entry") not in ENTRIES:
            raise Http404
        try:
            after.enter_prints(act_of(request, "registry"), campaign, college=college, entry=request.POST["entry"],
                               count=int(count) if count.isdigit() and len(count) < 7 else 0, note=request.POST.get("note", ""))  # fmt: skip
            return redirect("registry-photos-prints", code=code)
        except Stopped as stopped:
            found = stopped.findings
    return render(request, "registry/photos_prints.html", {"campaign": campaign, "rows": prints_of(viewer, campaign), "entries": ENTRIES.items(), "findings": found, "posted": request.POST},
                  status=422 if found else 200)  # fmt: skip


@MANAGE
def keys(request: HttpRequest) -> HttpResponse:
    """Make the keys of codes and envelopes, or replace them: every code given out ends with its keys."""
    if request.method == "POST":
        codes.make_keys(act_of(request, "registry"), retire=request.POST.get("retire") == "1")
        _done(request, Text("采集密钥已启用；学生刷新页面即得到新的凭证。", "The keys are in use; students get a new code by reloading."))
    return redirect("registry-photos")
