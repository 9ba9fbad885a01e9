"""The college's graduation review (毕业资格审核): proposals by rule, a decision by a person for each doubt, four eyes."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import cases_for, day_of, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.progress import campaign_seen, college_of
from xueji.desks.college.review_forms import OpinionForm, PaperRequestForm, ProposalForm, TellForm
from xueji.desks.components.languages import said
from xueji.desks.components.reviews import explained
from xueji.graduation import commands
from xueji.graduation.queries import adverse_notice_of, beyond_limit, open_request, proposal_of, reviewed
from xueji.graduation.terms import CONCLUSION_WORDS
from xueji.journal.command import Stopped
from xueji.rules.conclusions import Conclusion
from xueji.rules.findings import Level

SEEN = for_staff(Permission.CASE_READ)
FILTERS = ("all", "open", "doubt", "approve", "adverse")


def _campaign(code: str):
    campaign = campaign_seen(code)
    if campaign.kind != "graduation":
        raise Http404
    return campaign


@SEEN
def graduation(request: HttpRequest, code: str) -> HttpResponse:
    """Everybody of the college: what the rules propose, what was decided, what still needs a person."""
    campaign = _campaign(code)
    college, colleges = college_of(request)
    rows = [_line(*one) for one in reviewed(viewer_of(request), campaign, day_of(campaign, timezone.now()), college=college.code)]
    chosen = request.GET.get("show", "all")
    shown = [row for row in rows if chosen == "all" or chosen in row["tags"]]
    counts = {name: sum(name in row["tags"] for row in rows) for name in FILTERS[1:]} | {"all": len(rows)}
    return render(request, "college/graduation.html",
                  {"campaign": campaign, "notice": notice_of(campaign), "college": college, "colleges": colleges, "rows": shown,
                   "counts": counts, "chosen": chosen, "now": timezone.now(), "plain": [r for r in rows if r["plain"]],
                   "lateness": notice_of(campaign).lateness.get("college")})  # fmt: skip


def _line(case, review, proposal):
    doubts = [f for f in review.findings if f.level is Level.DOUBT]
    tags = {"open"} if proposal is None else set()
    if doubts and proposal is None:
        tags.add("doubt")
    if proposal is not None and not proposal.approved_at:
        tags.add("approve")
    if (proposal.conclusion if proposal else review.proposed) in {Conclusion.COMPLETION, Conclusion.INCOMPLETION, Conclusion.WITHDRAWAL}:
        tags.add("adverse")
    return {"case": case, "word": CONCLUSION_WORDS[review.proposed], "findings": review.findings, "tags": tags, "proposal": proposal,
            "decided": CONCLUSION_WORDS[proposal.conclusion] if proposal else None,
            "plain": proposal is None and not review.findings and review.proposed in {Conclusion.GRADUATION, Conclusion.UPGRADE}}  # fmt: skip


@for_staff(Permission.CONCLUSION_PROPOSE)
def propose_plain(request: HttpRequest, code: str) -> HttpResponse:
    """Propose what the rules propose for everybody in whose way nothing stands; doubts stay for a person."""
    campaign = _campaign(code)
    college, _ = college_of(request)
    if request.method == "POST":
        count = 0
        for case, review, proposal in reviewed(viewer_of(request), campaign, day_of(campaign, timezone.now()), college=college.code):
            if _line(case, review, proposal)["plain"]:
                commands.propose_conclusion(act_of(request, "college"), case, conclusion=str(review.proposed), on=day_of(campaign, timezone.now()))
                count += 1
        messages.success(request, said(Text(f"已为 {count} 人提出结论。", f"Conclusions proposed for {count} students.")))
    return redirect("college-graduation", code=code)


@for_staff(Permission.CONCLUSION_APPROVE)
def approve_plain(request: HttpRequest, code: str) -> HttpResponse:
    """Approve the ticked proposals; what cannot be approved is named with its reason and stays."""
    campaign = _campaign(code)
    college, _ = college_of(request)
    wanted, done = set(request.POST.getlist("case")), 0
    for case, _review, proposal in reviewed(viewer_of(request), campaign, day_of(campaign, timezone.now()), college=college.code):
        if proposal is not None and str(case.pk) in wanted and not proposal.approved_at:
            try:
                commands.approve_conclusion(act_of(request, "college"), proposal)
                done += 1
            except Stopped as stopped:
                for f in stopped.findings:
                    messages.error(request, f"{case.record.student_number} {said(f.message)} {said(f.remedy)} {f.id}")
    messages.success(request, said(Text(f"已批准 {done} 人。", f"{done} approved.")))
    return redirect("college-graduation", code=code)


def _case(request: HttpRequest, code: str, number: str):
    case = cases_for(viewer_of(request), _campaign(code)).filter(record__student_number=number).first()
    if case is None:
        raise Http404
    return case


@SEEN
def student(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One student: the explanation, and every act the viewer may do."""
    case = _case(request, code, number)
    form = None
    findings = []
    if request.method == "POST":
        form, findings = _acted(request, case)
        if form is None and not findings:
            return redirect("college-graduation-student", code=code, number=number)
    it = explained(case, day_of(case.campaign, timezone.now()), rule=beyond_limit(case.campaign))
    viewer = viewer_of(request)
    return render(
        request, "college/graduation_student.html",
        {"case": case, "campaign": case.campaign, "it": it, "findings": findings, "college": case.record.college,
         "may_propose": viewer.holds(Permission.CONCLUSION_PROPOSE), "may_approve": viewer.holds(Permission.CONCLUSION_APPROVE),
         "proposal_form": form if isinstance(form, ProposalForm) else ProposalForm(initial={"conclusion": it.review.proposed}),
         "paper_form": form if isinstance(form, PaperRequestForm) else PaperRequestForm(),
         "tell_form": form if isinstance(form, TellForm) else TellForm(), "opinion_form": form if isinstance(form, OpinionForm) else OpinionForm()},
        status=422 if findings or form is not None else 200,
    )  # fmt: skip


def _acted(request: HttpRequest, case):
    """Do what the pressed button says. Returns (a form with mistakes, findings); (None, []) when it is done."""
    act, what = act_of(request, "college"), request.POST.get("act", "")
    forms = {"propose": ProposalForm, "paper": PaperRequestForm, "tell": TellForm, "opinion": OpinionForm}
    form = forms[what](request.POST, request.FILES) if what in forms else None
    if form is not None and not form.is_valid():
        return form, []
    values = form.cleaned_data if form is not None else {}
    try:
        if what == "propose":
            commands.propose_conclusion(act, case, on=day_of(case.campaign, act.at), **values)
        elif what == "paper":
            scan = values.pop("scan")
            commands.record_request(act, case, **values, scan=scan.read(), title=scan.name)
        elif what == "tell":
            commands.tell_student(act, case, facts=values["facts"])
        elif what == "opinion" and open_request(case):
            commands.approve_request(act, open_request(case), opinion=values["opinion"])
        elif what == "join" and open_request(case):
            commands.join_request(act, open_request(case))
        elif what == "approve" and proposal_of(case):
            commands.approve_conclusion(act, proposal_of(case))
        elif what == "deliver" and adverse_notice_of(case):
            commands.deliver_notice(act, adverse_notice_of(case), how=request.POST.get("how", ""))
        else:
            raise Http404
    except Stopped as stopped:
        return form, stopped.findings
    messages.success(request, said(Text("已记录。", "Recorded.")))
    return None, []
