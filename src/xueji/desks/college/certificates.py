"""Handing out certificates at the college (证书发放): boxes, signatures, proxies, the post, old certificates, requests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.catalogue.text import Text
from xueji.certificates.commands import papers, places
from xueji.certificates.papers import sign_for_sheet
from xueji.certificates.queries.places import (
    boxes_for,
    certificates_for,
    classes_waiting,
    counts_for,
    narrowed,
    requests_for,
    returns_for,
    returns_to_send,
    returns_until,
    sheet_rows,
)
from xueji.certificates.terms import HOW_WORDS, KIND_WORDS, PLACE_WORDS, How
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.documents.engine import Unprintable
from xueji.journal.command import Stopped
from xueji.records.queries import colleges_for

if TYPE_CHECKING:
    from xueji.records.models import College

HAND_OVER = for_staff(Permission.CERTIFICATE_HAND_OVER)
PER_PAGE = 50
PER_SHEET = 200
KEYS = [("J K", Text("上下", "move")), ("Enter", Text("打开", "open")), ("/", Text("查找", "search"))]
SHEET_KEYS = [("J K", Text("上下", "move")), ("X", Text("勾选", "tick")), ("R", Text("登记", "record"))]


class HandForm(forms.Form):
    """How it was handed over, and by whom it was collected."""

    how = forms.ChoiceField()
    signer = forms.CharField(max_length=120, required=False)
    proxy = forms.CharField(max_length=120, required=False)
    authorisation = forms.FileField(required=False, max_length=200)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["how"].choices = [(how.value, said(words)) for how, words in HOW_WORDS.items()]
        for name, zh, en in (("how", "签收方式", "How"), ("signer", "本人在这里写下姓名（屏幕签收）", "The holder writes the name here (on the screen)"), ("proxy", "代领人姓名和证件", "Proxy's name and document"),
                             ("authorisation", "本人签字的委托书（扫描件）", "Authorisation signed by the holder (scan)")):  # fmt: skip
            self.fields[name].label = said(Text(zh, en))


@HAND_OVER
def certificates(request: HttpRequest) -> HttpResponse:
    """The college's certificates with where each is, boxes to count, old certificates and requests."""
    viewer, findings = viewer_of(request), []
    if request.method == "POST":
        try:
            _acted(request)
            messages.success(request, said(Text("已记录。", "Recorded.")))
            return redirect("college-certificates")
        except Stopped as stopped:
            findings = stopped.findings
    words, place = request.GET.get("q", "").strip()[:60], request.GET.get("place", "")
    page = Paginator(narrowed(certificates_for(viewer), words=words, place=place), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(c, KIND_WORDS[c.kind], PLACE_WORDS[c.place]) for c in page]
    asked = [(r, KIND_WORDS[r.kind]) for r in requests_for(viewer).filter(reviewed_at=None, refused_at=None).exclude(kind="exchange")[:100]]
    counts = [(c, [(PLACE_WORDS[p], n) for p, n in sorted(c.at.items())]) for c in counts_for(viewer)]
    return render(request, "college/certificates.html", {
        "rows": rows, "page": page, "words": words, "place": place, "places": PLACE_WORDS.items(), "keys": KEYS, "classes": classes_waiting(viewer),
        "until": returns_until(), "to_send": returns_to_send(viewer), "boxes": boxes_for(viewer).filter(received_at=None), "returns": returns_for(viewer), "asked": asked,
        "counts": counts, "findings": findings}, status=422 if findings else 200)  # fmt: skip


def _acted(request: HttpRequest) -> None:
    act, viewer, sent = act_of(request, "college"), viewer_of(request), request.POST
    if "box" in sent:
        counted = sent.get("counted", "")
        places.receive_box(act, _found(boxes_for(viewer), sent["box"]), counted=int(counted) if counted.isascii() and counted.isdigit() else -1)
    elif "old" in sent:
        record = next((r for r, _ in returns_for(viewer) if r.student_number == sent["old"]), None)
        if record is None:
            raise Http404
        papers.take_back_completion(act, record, note=sent.get("note", ""))
    elif "send" in sent:
        college = colleges_for(viewer, Permission.CERTIFICATE_HAND_OVER).filter(code=sent["send"]).first()
        if college is None:
            raise Http404
        papers.send_returns(act, college, until=returns_until(), late_reason=sent.get("late_reason", ""))
    elif "review" in sent:
        papers.review_paper(act, _found(requests_for(viewer), sent["review"]))
    elif "refuse" in sent:
        papers.refuse_paper(act, _found(requests_for(viewer), sent["refuse"]), reason=sent.get("reason", ""))


def _found(rows, key: str):
    try:
        found = rows.filter(pk=UUID(key)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


@HAND_OVER
def certificate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One certificate: its moves, and the next one."""
    found = _found(certificates_for(viewer_of(request)), str(pk))
    form, findings = HandForm(request.POST if "hand" in request.POST else None, request.FILES or None), []
    if request.method == "POST":
        try:
            if _handed(request, found, form):
                messages.success(request, said(Text("已记录。", "Recorded.")))
                return redirect("college-certificate", pk=pk)
        except Stopped as stopped:
            findings = stopped.findings
    moves = [(m, PLACE_WORDS[m.after], HOW_WORDS.get(m.how)) for m in found.moves.all()]
    return render(request, "college/certificate.html", {"c": found, "words": KIND_WORDS[found.kind], "place": PLACE_WORDS[found.place], "moves": moves,
                                                        "form": form, "posted": request.POST if "post" in request.POST else None,
                                                        "findings": findings}, status=422 if findings or form.errors else 200)  # fmt: skip


def _handed(request: HttpRequest, found, form: HandForm) -> bool:
    act = act_of(request, "college")
    if "hand" in request.POST and form.is_valid():
        values = form.cleaned_data
        scan = values["authorisation"] if values["how"] == How.PROXY else None
        places.hand_over(act, found, how=values["how"], signer=values["signer"], proxy=values["proxy"], authorisation=scan.read() if scan else None,
                         title=scan.name if scan else "")  # fmt: skip
    elif "post" in request.POST:
        places.post_certificate(act, found, tracking=request.POST.get("tracking", ""), declared="declared" in request.POST)
    elif "uncalled" in request.POST:
        places.return_uncalled(act, found)
    elif "cover" in request.POST:
        places.give_cover(act, found)
    else:
        return False
    return True


@HAND_OVER
def sheet(request: HttpRequest, college: str) -> HttpResponse:
    """The sign-for sheet of a college or a class: print it, then tick who signed; the scan of the signed sheet may come with it."""
    viewer, findings = viewer_of(request), []
    here, number = _college(viewer, college), request.GET.get("class", "")
    rows = sheet_rows(viewer, here.code, number)
    if request.method == "POST":
        ticked = {key for key in request.POST.getlist("certificate")}
        scan = request.FILES.get("scan")
        try:
            chosen = [one for one in rows if str(one.pk) in ticked]
            places.record_sheet(act_of(request, "college"), here, certificates=chosen, scan=scan.read() if scan else None, title=scan.name if scan else "")
            messages.success(request, said(Text(f"已登记 {len(chosen)} 人签收。", f"{len(chosen)} signed for.")))
            return redirect(request.get_full_path())
        except Stopped as stopped:
            findings = stopped.findings
    page = Paginator(rows, PER_SHEET).get_page(request.GET.get("page"))
    listed = [(c, KIND_WORDS[c.kind]) for c in page]
    return render(request, "college/certificate_sheet.html", {"college": here, "number": number, "rows": listed, "page": page, "findings": findings,
                                                              "keys": SHEET_KEYS}, status=422 if findings else 200)  # fmt: skip


@require_safe
@HAND_OVER
def sheet_file(request: HttpRequest, college: str) -> HttpResponse:
    """The sheet as PDF, to be printed and signed."""
    viewer = viewer_of(request)
    here, number = _college(viewer, college), request.GET.get("class", "")
    try:
        content = sign_for_sheet(here, number, sheet_rows(viewer, here.code, number), timezone.now())
    except Unprintable as wrong:
        return render(request, "college/unprintable.html", {"findings": wrong.findings}, status=422)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, f"签收表 {here.name} {number}.pdf".replace(" .", "."))
    return answer


def _college(viewer: Viewer, code: str) -> College:
    found = colleges_for(viewer, Permission.CERTIFICATE_HAND_OVER).filter(code=code).first()
    if found is None:
        raise Http404
    return found
