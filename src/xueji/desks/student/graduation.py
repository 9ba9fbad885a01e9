"""The student's view of the graduation review (毕业审核): what is met, what is missing, the joint request, the own statement."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from xueji.campaigns.queries import day_of, notice_of, own_cases
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.components.reviews import explained
from xueji.graduation import commands
from xueji.graduation.queries import adverse_notice_of, beyond_limit, open_request
from xueji.graduation.terms import CONCLUSION_WORDS
from xueji.journal.command import Stopped
from xueji.rules.conclusions import Conclusion


class RequestForm(forms.Form):
    """What the student asks for, together with the supervisor."""

    conclusion = forms.ChoiceField()
    supervisor = forms.CharField(max_length=60)
    reason = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        wanted = (Conclusion.COMPLETION, Conclusion.INCOMPLETION)
        self.fields["conclusion"].choices = [(c.value, said(CONCLUSION_WORDS[c])) for c in wanted]
        for name, zh, en in (("conclusion", "申请", "I ask for"), ("supervisor", "导师姓名", "Supervisor"), ("reason", "理由", "Reason")):
            self.fields[name].label = said(Text(zh, en))


@for_students
def graduation(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One's own review: the explanation, the request and the statement; wrong input stays in the form."""
    case = own_cases(viewer_of(request)).filter(pk=case_id, campaign__kind="graduation").first()
    if case is None:
        raise Http404
    form = RequestForm(request.POST if "ask" in request.POST else None)
    findings = []
    if request.method == "POST":
        try:
            if _acted(request, case, form):
                messages.success(request, said(Text("已提交。", "Sent.")))
                return redirect("student:graduation", case_id=case_id)
        except Stopped as stopped:
            findings = stopped.findings
    now = timezone.now()
    it = explained(case, day_of(case.campaign, now), rule=beyond_limit(case.campaign))
    return render(request, "student/graduation.html",
                  {"case": case, "notice": notice_of(case.campaign), "it": it, "form": form, "findings": findings, "now": now,
                   "statement": request.POST.get("statement", "")}, status=422 if findings or form.errors else 200)  # fmt: skip


def _acted(request: HttpRequest, case, form: RequestForm) -> bool:
    act = act_of(request, "student")
    if "ask" in request.POST and form.is_valid():
        commands.request_conclusion(act, case, **form.cleaned_data)
        return True
    if "withdraw" in request.POST and open_request(case):
        commands.withdraw_request(act, open_request(case))
        return True
    if "answer" in request.POST and adverse_notice_of(case):
        commands.answer_notice(act, adverse_notice_of(case), statement=request.POST.get("statement", ""))
        return True
    return False
