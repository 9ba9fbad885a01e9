"""Handing out certificates at the college (证书发放): boxes, signatures, proxies, the post, old certificates, requests."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.certificates.commands import papers, places
from xueji.certificates.queries.places import boxes_for, certificates_for, counts_for, requests_for, returns_for
from xueji.certificates.terms import HOW_WORDS, KIND_WORDS, PLACE_WORDS, How
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped

HAND_OVER = for_staff(Permission.CERTIFICATE_HAND_OVER)
PER_PAGE = 50


class HandForm(forms.Form):
    """How it was handed over, and by whom it was collected."""

    how = forms.ChoiceField()
    proxy = forms.CharField(max_length=120, required=False)
    authorisation = forms.FileField(required=False, max_length=200)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["how"].choices = [(how.value, said(words)) for how, words in HOW_WORDS.items()]
        for name, zh, en in (("how", "签收方式", "How"), ("proxy", "代领人姓名和证件", "Proxy's name and document"),
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
    page = Paginator(certificates_for(viewer), PER_PAGE).get_page(request.GET.get("page"))
    rows = [(c, KIND_WORDS[c.kind], PLACE_WORDS[c.place]) for c in page]
    asked = [(r, KIND_WORDS[r.kind]) for r in requests_for(viewer).filter(reviewed_at=None, refused_at=None).exclude(kind="exchange")[:100]]
    counts = [(c, [(PLACE_WORDS[p], n) for p, n in sorted(c.at.items())]) for c in counts_for(viewer)]
    return render(request, "college/certificates.html", {
        "rows": rows, "page": page, "boxes": boxes_for(viewer).filter(received_at=None), "returns": returns_for(viewer), "asked": asked,
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
                                                        "form": form, "findings": findings}, status=422 if findings or form.errors else 200)  # fmt: skip


def _handed(request: HttpRequest, found, form: HandForm) -> bool:
    act = act_of(request, "college")
    if "hand" in request.POST and form.is_valid():
        values = form.cleaned_data
        scan = values["authorisation"] if values["how"] == How.PROXY else None
        places.hand_over(act, found, how=values["how"], proxy=values["proxy"], authorisation=scan.read() if scan else None,
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
