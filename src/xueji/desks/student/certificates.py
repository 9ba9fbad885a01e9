"""Where is my certificate (我的证书); asking for an attestation or a study certificate; the signed electronic copy."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xueji.catalogue.text import Text
from xueji.certificates.commands.copies import electronic_copy
from xueji.certificates.commands.disclosures import disclose, withdraw_disclosure
from xueji.certificates.commands.papers import WORDS, request_paper
from xueji.certificates.queries.disclosures import disclosures_of
from xueji.certificates.queries.places import own_certificates, requests_for
from xueji.certificates.terms import DISCLOSED_DAYS, HOW_WORDS, ITEM_WORDS, KIND_WORDS, PLACE_WORDS, Place
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped
from xueji.records.queries import own_record
from xueji.rules.findings import Finding


class DisclosureForm(forms.Form):
    """What verifiers may see beyond the minimum, and for how long."""

    items = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)
    days = forms.TypedChoiceField(coerce=int, required=False, empty_value=0)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["items"].choices = [(item.value, said(words)) for item, words in ITEM_WORDS.items()]
        self.fields["days"].choices = [(n, said(Text(f"{n} 天", f"{n} days"))) for n in DISCLOSED_DAYS]
        self.fields["items"].label = said(Text("核验的人还可以看到", "Who verifies it may also see"))
        self.fields["days"].label = said(Text("多久", "For how long"))


class PaperForm(forms.Form):
    """What is asked for, why, with which evidence."""

    kind = forms.ChoiceField()
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    evidence = forms.FileField(required=False, max_length=200)
    fee_paid = forms.BooleanField(required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["kind"].choices = [(kind.value, said(words)) for kind, words in WORDS.items()]
        for name, zh, en in (("kind", "申请", "I ask for"), ("reason", "理由", "Reason"),
                             ("evidence", "遗失声明或损坏照片（只申请学习证明的不用交）", "Notice of loss or picture of the damage (not for a study certificate)"),
                             ("fee_paid", "工本费已缴", "The fee is paid")):  # fmt: skip
            self.fields[name].label = said(Text(zh, en))


@for_students
def certificates(request: HttpRequest) -> HttpResponse:
    """Each paper with every move, the requests made, and a new one."""
    viewer, findings, now = viewer_of(request), [], timezone.now()
    papers = list(own_certificates(viewer))
    if request.method == "POST" and "certificate" in request.POST:
        findings = _showing(request, papers)
        if not findings:
            return redirect("student:certificates")
    sending = request.method == "POST" and "certificate" not in request.POST
    form = PaperForm(request.POST if sending else None, request.FILES if sending else None)
    if sending and form.is_valid():
        values = form.cleaned_data
        scan = values["evidence"]
        try:
            request_paper(act_of(request, "student"), own_record(request.user), kind=values["kind"], reason=values["reason"],
                          evidence=scan.read() if scan else None, title=scan.name if scan else "", fee_paid=values["fee_paid"])  # fmt: skip
            messages.success(request, said(Text("已提交，学院会审核。", "Sent; the college will review it.")))
            return redirect("student:certificates")
        except Stopped as stopped:
            findings = stopped.findings
    shown = disclosures_of(papers, now)
    mine = [(c, KIND_WORDS[c.kind], PLACE_WORDS[c.place], [(m, PLACE_WORDS[m.after], HOW_WORDS.get(m.how)) for m in c.moves.all()], _offer(c, shown.get(c.pk)), _at_college(c))
            for c in papers]  # fmt: skip
    asked = [(r, KIND_WORDS.get(r.kind, Text("结业换毕业", "Exchange"))) for r in requests_for(viewer)]
    return render(request, "student/certificates.html", {"mine": mine, "asked": asked, "form": form, "findings": findings},
                  status=422 if findings or form.errors else 200)  # fmt: skip


def _at_college(paper: Any) -> str:
    """"waits" when the college has counted it and it can be collected, "coming" while its box is on the way, "" elsewhere."""
    if paper.place != Place.COLLEGE or paper.revoked_at or paper.commissioned:
        return ""
    box = next((m.box for m in reversed(list(paper.moves.all())) if m.box), None)
    return "coming" if box is not None and not box.received_at else "waits"


def _offer(paper: Any, row: Any) -> dict[str, Any]:
    """What the page says of showing more: the form, and what is shown now."""
    form = DisclosureForm(prefix=f"p{paper.pk.hex[:8]}", initial={"items": row.items if row else [], "days": 30})
    return {"may": not paper.revoked_at and (paper.signed_for_at or paper.place == Place.ARCHIVE), "form": form, "row": row,
            "items": [ITEM_WORDS[item] for item in row.items] if row else []}  # fmt: skip


def _showing(request: HttpRequest, papers: list[Any]) -> list[Finding]:
    """Show more of one's own certificate, or take it back; what stands in the way comes back."""
    paper = next((c for c in papers if str(c.pk) == request.POST["certificate"]), None)
    if paper is None:
        raise Http404
    act, form = act_of(request, "student"), DisclosureForm(request.POST, prefix=f"p{paper.pk.hex[:8]}")
    form.is_valid()
    try:
        if "withdraw" in request.POST:
            withdraw_disclosure(act, paper)
            messages.success(request, said(Text("已收回：核验的人只看得到最少的几项。", "Withdrawn: a verifier sees the minimum only.")))
        else:
            disclose(act, paper, items=form.cleaned_data.get("items", []), days=form.cleaned_data.get("days", 0))
            messages.success(request, said(Text("已授权。凭这份证书的二维码核验的人能看到所选项目。", "Done. Who verifies this certificate by its code sees what you chose.")))
    except Stopped as stopped:
        return stopped.findings
    return []


@require_safe
@for_students
def copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The signed electronic copy of one's own certificate."""
    found = own_certificates(viewer_of(request)).filter(pk=pk, revoked_at=None).first()
    if found is None:
        raise Http404
    try:
        content = electronic_copy(found, timezone.now())
    except Stopped:
        raise Http404 from None
    answer = HttpResponse(content, content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="certificate-{found.issued_on}.pdf"'
    return answer
