"""The college's graduation review (毕业资格审核): proposals by rule, a decision by a person for each doubt, four eyes."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import cases_for, day_of, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.college.forms import PAGE
from xueji.desks.college.progress import campaign_seen, college_of
from xueji.desks.college.review_forms import OpinionForm, PaperRequestForm, ProposalForm, TellForm
from xueji.desks.components.languages import said
from xueji.desks.components.reviews import explained
from xueji.graduation import commands
from xueji.graduation.queries import (
    adverse_notice_of,
    beyond_limit,
    next_open,
    open_request,
    proposal_of,
    review_counts,
    reviewed,
    reviewed_cases,
    to_review,
)  # fmt: skip
from xueji.graduation.terms import CONCLUSION_WORDS
from xueji.journal.command import Stopped
from xueji.rules.conclusions import Conclusion

SEEN = for_staff(Permission.CASE_READ)
FILTERS = {
    "all": Text("全部", "All"), "open": Text("未提议", "Not proposed"), "doubt": Text("要人看", "For a person to look at"),
    "approve": Text("待批准", "To approve"), "adverse": Text("不利结论", "Adverse"),
}  # fmt: skip
KEYS = (("J", Text("下一行", "next")), ("K", Text("上一行", "previous")), ("X", Text("勾选", "tick")), ("A", Text("批准所选", "approve the ticked")))


def _campaign(code: str):
    campaign = campaign_seen(code)
    if campaign.kind != "graduation":
        raise Http404
    return campaign


@SEEN
def graduation(request: HttpRequest, code: str) -> HttpResponse:
    """The college in pages: what the rules propose, what was decided, what still needs a person.

    Only the page shown is judged. The doubts are not known before everybody open is judged, so they are looked for
    when somebody asks for them and never counted in passing.
    """
    campaign = _campaign(code)
    college, colleges = college_of(request)
    viewer, now = viewer_of(request), timezone.now()
    on, chosen = day_of(campaign, now), request.GET.get("show", "all")
    counts = review_counts(viewer, campaign, college=college.code)
    if chosen == "doubt":
        found = [one for one in reviewed(viewer, campaign, on, college=college.code, show="open") if not _line(*one)["plain"]]
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        rows = page.object_list
    else:
        people = Paginator(to_review(viewer, campaign, college=college.code, show=chosen), PAGE)
        people.count = counts.get(chosen, counts["all"])
        page = people.get_page(request.GET.get("page"))
        rows = reviewed_cases(page.object_list, campaign, on)
    return render(request, "college/graduation.html",
                  {"campaign": campaign, "notice": notice_of(campaign), "college": college, "colleges": colleges, "page": page,
                   "rows": [_line(*one) for one in rows], "counts": counts, "chosen": chosen, "now": now, "keys": KEYS if viewer.holds(Permission.CONCLUSION_APPROVE) else KEYS[:2],
                   "filters": [(name, said(word), counts.get(name)) for name, word in FILTERS.items()],
                   "may_propose": viewer.holds(Permission.CONCLUSION_PROPOSE), "may_approve": viewer.holds(Permission.CONCLUSION_APPROVE),
                   "lateness": notice_of(campaign).lateness.get("college")})  # fmt: skip


def _line(case, review, proposal):
    return {"case": case, "word": CONCLUSION_WORDS[review.proposed], "findings": review.findings, "proposal": proposal,
            "decided": CONCLUSION_WORDS[proposal.conclusion] if proposal else None,
            "plain": proposal is None and not review.findings and review.proposed in {Conclusion.GRADUATION, Conclusion.UPGRADE}}  # fmt: skip


@for_staff(Permission.CONCLUSION_PROPOSE)
def propose_plain(request: HttpRequest, code: str) -> HttpResponse:
    """Propose what the rules propose for everybody in whose way nothing stands; doubts stay for a person."""
    campaign = _campaign(code)
    college, _ = college_of(request)
    if request.method == "POST":
        count = 0
        for case, review, proposal in reviewed(viewer_of(request), campaign, day_of(campaign, timezone.now()), college=college.code, show="open"):
            if _line(case, review, proposal)["plain"]:
                commands.propose_conclusion(act_of(request, "college"), case, conclusion=str(review.proposed), on=day_of(campaign, timezone.now()))
                count += 1
        messages.success(request, said(Text(f"已为 {count} 人提出结论。", f"Conclusions proposed for {count} students.")))
    return _back(request, code)


@for_staff(Permission.CONCLUSION_APPROVE)
def approve_plain(request: HttpRequest, code: str) -> HttpResponse:
    """Approve the ticked proposals; what cannot be approved is named with its reason and stays."""
    campaign = _campaign(code)
    college, _ = college_of(request)
    wanted, done = set(request.POST.getlist("case")), 0
    for case in to_review(viewer_of(request), campaign, college=college.code, show="approve"):
        if str(case.pk) in wanted:
            try:
                commands.approve_conclusion(act_of(request, "college"), case.proposal)
                done += 1
            except Stopped as stopped:
                for f in stopped.findings:
                    messages.error(request, f"{case.record.student_number} {said(f.message)} {said(f.remedy)} {f.id}")
    messages.success(request, said(Text(f"已批准 {done} 人。", f"{done} approved.")))
    return _back(request, code)


def _back(request: HttpRequest, code: str) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(reverse("college-graduation", args=[code]) + (f"?{query}" if query else ""))


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
        {"case": case, "campaign": case.campaign, "it": it, "following": next_open(viewer, case), "findings": findings, "college": case.record.college,
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
