"""The timetable of a photo round at the registry (采集时间安排): import, warnings that stay in sight, moving a session, print and workbook."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.photo_rows import XLSX, file_answer
from xueji.desks.registry.photos import AT_ONCE, LIMIT, MANAGE, jobs_shown, photo_round
from xueji.documents.engine import press
from xueji.documents.signed_list import Column, SignedList
from xueji.documents.signed_list import render as printed
from xueji.exchange.photos_files import PART_TIME, TIMETABLE, read_timetable
from xueji.exchange.tasks.photos import TELLING, tell_again, tell_by_job, telling_that_ended
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Act, Stopped, undoable
from xueji.photos.day.commands import sessions
from xueji.photos.day.queries import sessions_of
from xueji.photos.day.telling import moved_since, places_of, tell_places
from xueji.photos.day.worklists import planned_rows
from xueji.records.queries import colleges_for, school
from xueji.rules.findings import Finding, finding, stops

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign
    from xueji.rules.station import Planned

WIDTHS = (12.0, 24.0, 12.0, 8.0, 8.0, 8.0, 60.0, 10.0)


@MANAGE
def timetable(request: HttpRequest, code: str) -> HttpResponse:
    """The timetable: import it, see what is wrong with it, move a session; ?as=xlsx (also empty, to fill in) and ?as=pdf."""
    campaign, viewer = photo_round(code), viewer_of(request)
    names = {c.code: c.name for c in colleges_for(viewer)}
    planned = planned_rows(campaign)
    if request.GET.get("as") in {"xlsx", "pdf"}:
        return (_workbook if request.GET["as"] == "xlsx" else _print)(campaign, [_cells(row, names) for row in planned])
    found: list[Finding] = []
    if request.method == "POST":
        try:
            found = _acted(request, campaign)
        except Stopped as stopped:
            found = stopped.findings
        if not stops(found):
            return redirect("registry-photos-timetable", code=code)
    words = {c.code: Text(c.name, c.name_en or c.name) for c in colleges_for(viewer)}
    listed = [(s, [said(words[c]) if c in words else c for c in s.colleges]) for s in sessions_of(campaign)]
    return render(request, "registry/photos_timetable.html", {
        "campaign": campaign, "sessions": listed, "findings": found, "posted": request.POST, "headings": TIMETABLE,
        "jobs": jobs_shown(viewer_of(request), campaign, TELLING), "ended": telling_that_ended(viewer_of(request), campaign),
        "warnings": sessions.judged_timetable(campaign, planned) if planned and not found else []},
        status=422 if found else 200)  # fmt: skip


def _acted(request: HttpRequest, campaign: Campaign) -> list[Finding]:
    act = act_of(request, "registry")
    if request.POST.get("act") == "tell-again":
        job = telling_that_ended(viewer_of(request), campaign)
        if job is None or str(job.pk) != request.POST.get("job"):
            raise Http404
        tell_again(act, job)
        messages.success(request, said(Text("正在接着通知，已通知过的不会再收到。", "Going on; who was told is not told again.")))
        return []
    if "session" in request.POST:
        try:
            wanted = sessions_of(campaign).filter(pk=UUID(request.POST["session"])).first()
        except ValueError:
            raise Http404 from None
        if wanted is None:
            raise Http404
        times = {key: _instant(request.POST.get(key, "")) for key in ("opens", "closes")}
        wrong = [finding("SESS.007", field=key, column={"opens": "开始", "closes": "结束"}[key], value=request.POST.get(key, "")[:30] or "—")
                 for key, at in times.items() if at is None]  # fmt: skip
        room = request.POST.get("room", "").strip()
        if not 0 < len(room) <= 80:
            wrong.append(finding("SESS.007", field="room", column="地点", value=room[:30] or "—"))
        if wrong:
            return wrong
        with undoable():  # moved and told, or neither: moving it to the same place again would tell nobody
            moved = sessions.move_session(act, wanted, room=room, opens=times["opens"], closes=times["closes"], reason=request.POST.get("reason", "")).result
            told = _tell(act, campaign, moved)
        messages.success(request, said(Text("场次已调整。{told}", "The session was moved. {told}").format(told=told)))
        return []
    file = request.FILES.get("file")
    rows, found = read_timetable(file.read(LIMIT) if file else b"", viewer_of(request))
    if stops(found):
        return found + sessions.judged_timetable(campaign, rows) if rows else found
    former = places_of(campaign)
    made, _, left = sessions.plan_sessions(act, campaign, rows=rows).result
    moved = moved_since(campaign, former)
    messages.success(request, said(Text("已发布 {n} 个场次，{left} 人没有位置。{told}", "{n} sessions published; {left} without a place. {told}").format(
        n=len(made), told=_tell(act, campaign, moved), left=left)))  # fmt: skip
    for one in found:
        messages.warning(request, f"{one.id} {said(one.message)} {said(one.remedy)}")
    return []


def _tell(act: Act, campaign: Campaign, cases: list[str]) -> Text:
    """Tell these students where they come, by the worker when they are many; what is said of it."""
    if len(cases) > AT_ONCE:
        tell_by_job(act, campaign, cases)
        return Text("正在后台通知 {n} 名学生，进度在本页。", "{n} students are being told in the background; this page shows how far it is.").format(n=len(cases))
    return Text("已通知 {n} 名学生。", "{n} students were told.").format(n=tell_places(act, campaign, cases) if cases else 0)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None
    return at if 2000 <= at.year <= 2100 else None


def _cells(row: Planned, names: dict[str, str]) -> list[str]:
    opens, closes = row.opens.astimezone(SHANGHAI), row.closes.astimezone(SHANGHAI)
    return [row.campus, row.room, f"{opens:%F}", f"{opens:%H:%M}", f"{closes:%H:%M}", str(row.capacity), "、".join(names.get(c, c) for c in row.colleges),
            "是" if row.open_day else "否", "是" if row.part_time else "否"]  # fmt: skip


def _columns(rows: list[list[str]]) -> list[tuple[str, float]]:
    """Headings and widths; the one for part-time students only where a session is theirs alone."""
    columns = list(zip(TIMETABLE, WIDTHS, strict=True))
    return [*columns, (PART_TIME, 14.0)] if any(row[-1] == "是" for row in rows) else columns


def _workbook(campaign: Campaign, rows: list[list[str]]) -> HttpResponse:
    """The timetable in the columns it is imported with; without a timetable, the empty form to fill in."""
    target = io.BytesIO()
    columns = _columns(rows)
    write(target, [Heading(h, w) for h, w in columns], [row[: len(columns)] for row in rows], name="采集时间安排表")
    return file_answer(target.getvalue(), XLSX, f"采集时间安排表 {campaign.code}.xlsx")


def _print(campaign: Campaign, rows: list[list[str]]) -> HttpResponse:
    """The timetable as the annex that hangs at the door. Http404 while there is none."""
    if not rows:
        raise Http404
    columns = [Column(h, w / 10) for h, w in _columns(rows)]
    signed = SignedList(school=school().name, title=campaign.title, subtitle="采集时间安排表", source=campaign.number, columns=columns, rows=[row[: len(columns)] for row in rows],
                        frozen_at=timezone.now(), signatures=(), seal=None, unit="场")  # fmt: skip
    return file_answer(printed(press(()), signed), "application/pdf", f"采集时间安排表 {campaign.code}.pdf")
