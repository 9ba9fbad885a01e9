"""Certificates at the registry (证书): numbers and gaps, masters, print runs, boxes, requests."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.text import Text
from xueji.certificates.commands import masters as master_commands
from xueji.certificates.commands import runs as run_commands
from xueji.certificates.commands.numbers import allocate_numbers
from xueji.certificates.commands.papers import approve_paper, settle_exchange
from xueji.certificates.commands.places import send_box
from xueji.certificates.queries.masters import masters_for, wording_for
from xueji.certificates.queries.numbers import gaps_for, series_for, to_be_numbered
from xueji.certificates.queries.photos import bytes_of
from xueji.certificates.queries.places import certificates_for, counts_for, requests_for
from xueji.certificates.queries.runs import printable_for, runs_for
from xueji.certificates.terms import KIND_WORDS, PLACE_WORDS, Place
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.registry.certificates_forms import MasterForm, NumberingForm, RunForm, WordingForm
from xueji.jobs.commands import start_job
from xueji.journal.command import Stopped
from xueji.records.queries import colleges_for
from xueji.rules.findings import Finding
from xueji.vault.commands import note_opening

SHOWN_GAPS = 50
NUMBER, RELEASE, MASTER = (for_staff(p) for p in (Permission.CERTIFICATE_NUMBER, Permission.CERTIFICATE_RELEASE, Permission.CERTIFICATE_MASTER))


def _done(request: HttpRequest) -> None:
    messages.success(request, said(Text("已记录。", "Recorded.")))


@NUMBER
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers, runs, where everything is, boxes to send, requests to decide."""
    viewer, findings = viewer_of(request), []
    today = timezone.now().astimezone(SHANGHAI).date()
    colleges = [(c.code, c.name) for c in colleges_for(viewer, Permission.CERTIFICATE_RELEASE)]
    number = NumberingForm(request.POST if "number" in request.POST else None, initial={"year": today.year})
    draft = RunForm(request.POST if "draft" in request.POST else None, colleges=colleges, initial={"issued_on": today})
    if request.method == "POST":
        try:
            if made := _acted(request, number, draft):
                _done(request)
                return made
        except Stopped as stopped:
            findings = stopped.findings
    waiting = to_be_numbered(viewer)
    places = [(place, words) for place, words in PLACE_WORDS.items() if place != Place.PRESS]
    counts = [(c, [c.at.get(place, 0) for place, _ in places]) for c in counts_for(viewer)]
    papers = [(r, KIND_WORDS.get(r.kind, Text("结业换毕业", "Exchange"))) for r in requests_for(viewer, Permission.CERTIFICATE_RELEASE).filter(
        reviewed_at__isnull=False, approved_at=None, refused_at=None)[:200]]  # fmt: skip
    return render(request, "registry/certificates.html", {
        "series": series_for(viewer), "gaps": list(gaps_for(viewer))[:SHOWN_GAPS], "waiting": waiting.count(), "number": number, "draft": draft,
        "runs": [(r, KIND_WORDS[r.master.kind]) for r in runs_for(viewer)[:30]], "places": places, "counts": counts, "papers": papers,
        "findings": findings,
    }, status=422 if findings or number.errors or draft.errors else 200)  # fmt: skip


def _acted(request: HttpRequest, number: NumberingForm, draft: RunForm) -> HttpResponse | None:
    act, viewer = act_of(request, "registry"), viewer_of(request)
    here = redirect("registry-certificates")
    if "number" in request.POST and number.is_valid():
        allocate_numbers(act, records=to_be_numbered(viewer).select_related("person", "college"), **number.cleaned_data)
        return here
    if "draft" in request.POST and draft.is_valid():
        values = dict(draft.cleaned_data)
        records = printable_for(viewer, values["kind"], values.pop("college"))
        return redirect("registry-run", pk=run_commands.draft_run(act, records=records, **values).result.pk)
    if code := request.POST.get("box"):
        college = colleges_for(viewer, Permission.CERTIFICATE_RELEASE).filter(code=code).first()
        if college is None:
            raise Http404
        waiting = certificates_for(viewer, Permission.CERTIFICATE_RELEASE).filter(college=college, place=Place.REGISTRY, commissioned=False,
                                                                                  revoked_at=None, not_called_at=None)  # fmt: skip
        send_box(act, college=college, certificates=waiting)
        return here
    if asked := request.POST.get("paper"):
        found = requests_for(viewer, Permission.CERTIFICATE_RELEASE).filter(pk=_uuid(asked)).first()
        if found is None:
            raise Http404
        if found.kind == "exchange":
            settle_exchange(act, found, filed="filed" in request.POST)
        else:
            approve_paper(act, found)
        return here
    return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@MASTER
def masters(request: HttpRequest) -> HttpResponse:
    """Every master and version, the register of official wording; a new master as a file."""
    viewer, findings = viewer_of(request), []
    upload = MasterForm(request.POST if "upload" in request.POST else None, request.FILES if "upload" in request.POST else None)
    wording = WordingForm(request.POST if "wording" in request.POST else None)
    act = act_of(request, "registry")
    if request.method == "POST":
        try:
            if "upload" in request.POST and upload.is_valid():
                row = master_commands.draft_master(act, text=upload.cleaned_data["file"]).result
                return redirect("registry-master", pk=row.pk)
            if "wording" in request.POST and wording.is_valid():
                master_commands.propose_wording(act, **wording.cleaned_data)
                return redirect("registry-masters")
            if asked := request.POST.get("confirm"):
                row = wording_for(viewer).filter(pk=_uuid(asked)).first()
                if row is None:
                    raise Http404
                master_commands.confirm_wording(act, row)
                return redirect("registry-masters")
        except Stopped as stopped:
            findings = stopped.findings
    listed = [(m, KIND_WORDS[m.kind]) for m in masters_for(viewer)]
    return render(request, "registry/masters.html", {"masters": listed, "wordings": wording_for(viewer), "upload": upload, "wording": wording,
                                                     "findings": findings}, status=422 if findings or upload.errors or wording.errors else 200)  # fmt: skip


@MASTER
def master(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One version: its text, what the lint found, its two approvals."""
    row = masters_for(viewer_of(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    act, findings = act_of(request, "registry"), []
    if request.method == "POST":
        try:
            if "lint" in request.POST:
                master_commands.lint_master(act, row, issued_on=act.at.astimezone(SHANGHAI).date())
            elif "approve" in request.POST:
                master_commands.approve_master(act, row)
            elif "recall" in request.POST:
                master_commands.recall_master(act, row, reason=request.POST.get("reason", ""))
            _done(request)
            return redirect("registry-master", pk=pk)
        except Stopped as stopped:
            findings = stopped.findings
    return render(request, "registry/master.html", {"master": row, "words": KIND_WORDS[row.kind], "lint": [Finding.from_json(f) for f in row.lint],
                                                    "findings": findings}, status=422 if findings else 200)  # fmt: skip


@RELEASE
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One print run: the proof, its differences, the release by two people."""
    found = runs_for(viewer_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    findings: list[Finding] = []
    if request.method == "POST":
        try:
            _run_acted(request, found)
            _done(request)
            return redirect("registry-run", pk=pk)
        except Stopped as stopped:
            findings = stopped.findings
    shown = [Finding.from_json(f) for f in found.differences[:100]]
    return render(request, "registry/run.html", {"run": found, "words": KIND_WORDS[found.master.kind], "differences": shown, "findings": findings,
                                                 "count": found.certificates.count()}, status=422 if findings else 200)  # fmt: skip


def _run_acted(request: HttpRequest, found) -> None:
    act = act_of(request, "registry")
    if "prove" in request.POST:
        start_job(act, "proving_run", arguments={"run": str(found.pk)}, purpose=Text(found.title, found.title))
    elif "look" in request.POST:
        run_commands.look_at_sample(act, found)
    elif "release" in request.POST:
        run_commands.release_run(act, found)
    elif "printed" in request.POST:
        run_commands.receive_prints(act, found)
    elif "recall" in request.POST:
        run_commands.recall_run(act, found, reason=request.POST.get("reason", ""))


@require_safe
@RELEASE
def print_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The print file; before two people released it, it says so in its name."""
    found = runs_for(viewer_of(request)).filter(pk=pk, file__isnull=False).first()
    if found is None:
        raise Http404
    note_opening(act_of(request, "registry"), found.file)
    answer = HttpResponse(bytes_of(found.file), content_type="application/pdf")
    name = "print" if found.released else "sample-not-released"
    answer["Content-Disposition"] = f'attachment; filename="{name}-{found.sha256[:8]}.pdf"'
    return answer
