"""Certificates at the registry (证书): numbers and gaps, masters, print runs, boxes, requests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI
from xueji.catalogue.text import Text
from xueji.certificates.commands import masters as master_commands
from xueji.certificates.commands import runs as run_commands
from xueji.certificates.commands.copies import install_seal
from xueji.certificates.commands.papers import approve_paper, settle_exchange
from xueji.certificates.commands.places import send_box
from xueji.certificates.papers import sample_of_masters, sample_of_run
from xueji.certificates.queries.masters import masters_for, wording_for
from xueji.certificates.queries.numbers import to_be_degree_numbered, to_be_numbered
from xueji.certificates.queries.photos import bytes_of
from xueji.certificates.queries.places import certificates_for, counts_for, requests_for, to_decide
from xueji.certificates.queries.publishing import keys_made
from xueji.certificates.queries.runs import printable_for, runs_for
from xueji.certificates.terms import KIND_WORDS, PLACE_WORDS, Place
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.registry.certificates_forms import MasterForm, RunForm, WordingForm
from xueji.documents.engine import Unprintable
from xueji.jobs.commands import start_job
from xueji.journal.command import Stopped
from xueji.records.queries import colleges_for
from xueji.rules.findings import Finding
from xueji.vault.commands import note_opening

PER_PAGE = 30
NEWEST = 8
RELEASE, MASTER = for_staff(Permission.CERTIFICATE_RELEASE), for_staff(Permission.CERTIFICATE_MASTER)
KEYS = [("J K", Text("上下", "move")), ("Enter", Text("打开", "open"))]


def _done(request: HttpRequest) -> None:
    messages.success(request, said(Text("已记录。", "Recorded.")))


@RELEASE
def overview(request: HttpRequest) -> HttpResponse:
    """Numbers, runs, where everything is, boxes to send, requests to decide."""
    viewer, findings = viewer_of(request), []
    today = timezone.now().astimezone(SHANGHAI).date()
    colleges = [(c.code, c.name) for c in colleges_for(viewer, Permission.CERTIFICATE_RELEASE)]
    draft = RunForm(request.POST if "draft" in request.POST else None, colleges=colleges, initial={"issued_on": today})
    if request.method == "POST":
        try:
            if made := _acted(request, draft):
                _done(request)
                return made
        except Stopped as stopped:
            findings = stopped.findings
    places = [(place, words) for place, words in PLACE_WORDS.items() if place != Place.PRESS]
    counts = [(c, [c.at.get(place, 0) for place, _ in places]) for c in counts_for(viewer)]
    page = Paginator(to_decide(viewer), PER_PAGE).get_page(request.GET.get("page"))
    runs = list(runs_for(viewer)[: NEWEST + 1])
    return render(request, "registry/certificates.html", {
        "waiting": to_be_numbered(viewer).count(), "waiting_degree": to_be_degree_numbered(viewer).count(), "draft": draft,
        "runs": [(r, KIND_WORDS[r.master.kind]) for r in runs[:NEWEST]], "more_runs": len(runs) > NEWEST, "places": places, "counts": counts,
        "papers": [(r, KIND_WORDS.get(r.kind, Text("结业换毕业", "Exchange"))) for r in page], "page": page, "findings": findings, "keys": KEYS,
        "keys_missing": not {"statement", "document"} <= keys_made(),
    }, status=422 if findings or draft.errors else 200)  # fmt: skip


def _acted(request: HttpRequest, draft: RunForm) -> HttpResponse | None:
    act, viewer = act_of(request, "registry"), viewer_of(request)
    here = redirect("registry-certificates")
    if "draft" in request.POST and draft.is_valid():
        values = dict(draft.cleaned_data)
        records = printable_for(viewer, values["kind"], values.pop("college"))
        return redirect("registry-run", pk=run_commands.draft_run(act, records=records, **values).result.pk)
    if "seal" in request.POST:
        made = keys_made()
        if "statement" not in made:
            run_commands.make_issuer_key(act)
        if "document" not in made:
            install_seal(act)
        return here
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


@require_safe
@RELEASE
def runs(request: HttpRequest) -> HttpResponse:
    """Every print run, newest first."""
    page = Paginator(runs_for(viewer_of(request)), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "registry/runs.html", {"runs": [(r, KIND_WORDS[r.master.kind]) for r in page], "page": page, "keys": KEYS})


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
@MASTER
def masters_sample(request: HttpRequest) -> HttpResponse:
    """One page of each newest version, drafts too, with the longest names and with rare characters: to be looked at."""
    newest = {m.kind: m for m in reversed(masters_for(viewer_of(request)).filter(recalled_at=None))}
    if not newest:
        raise Http404
    return _sample(request, lambda at: sample_of_masters(newest.values(), at.astimezone(SHANGHAI).date(), at), "registry-masters", "masters-sample.pdf")


@require_safe
@MASTER
def master_sample(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same for one version."""
    row = masters_for(viewer_of(request)).filter(pk=pk).first()
    if row is None:
        raise Http404
    return _sample(request, lambda at: sample_of_masters([row], at.astimezone(SHANGHAI).date(), at), "registry-master", "master-sample.pdf", pk=pk)


@require_safe
@RELEASE
def run_sample(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The pages of a run that are looked at: first, last, longest names and majors, rare characters."""
    found = runs_for(viewer_of(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return _sample(request, lambda at: sample_of_run(found, at), "registry-run", "run-sample.pdf", pk=pk)


def _sample(request: HttpRequest, made: Callable[[datetime], bytes], back: str, name: str, **where: object) -> HttpResponse:
    """A sample sheet as a download; what cannot be set is said on the page it came from."""
    try:
        content = made(timezone.now())
    except Unprintable as wrong:
        messages.error(request, said(wrong.findings[0].message))
        return redirect(back, **where)
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_safe
@RELEASE
def print_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The print file, once two people released it: before that, and after a recall, nobody can print from it; the sample is for looking."""
    found = runs_for(viewer_of(request)).filter(pk=pk, file__isnull=False).first()
    if found is None or not found.released:
        raise Http404
    note_opening(act_of(request, "registry"), found.file)
    answer = HttpResponse(bytes_of(found.file), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="print-{found.sha256[:8]}.pdf"'
    return answer
