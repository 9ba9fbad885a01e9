"""Where is my certificate (我的证书); asking for an attestation or a study certificate; the signed electronic copy."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from xueji.catalogue.text import Text
from xueji.certificates.commands.copies import electronic_copy
from xueji.certificates.commands.papers import WORDS, request_paper
from xueji.certificates.queries.places import own_certificates, requests_for
from xueji.certificates.terms import HOW_WORDS, KIND_WORDS, PLACE_WORDS
from xueji.desks.acting import act_of, for_students, viewer_of
from xueji.desks.components.languages import said
from xueji.journal.command import Stopped
from xueji.records.queries import own_record


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
                             ("evidence", "遗失声明或损坏照片（学历证明书必交）", "Notice of loss or picture of the damage (for an attestation)"),
                             ("fee_paid", "工本费已缴", "The fee is paid")):  # fmt: skip
            self.fields[name].label = said(Text(zh, en))


@for_students
def certificates(request: HttpRequest) -> HttpResponse:
    """Each paper with every move, the requests made, and a new one."""
    viewer, findings = viewer_of(request), []
    form = PaperForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        scan = values["evidence"]
        try:
            request_paper(act_of(request, "student"), own_record(request.user), kind=values["kind"], reason=values["reason"],
                          evidence=scan.read() if scan else None, title=scan.name if scan else "", fee_paid=values["fee_paid"])  # fmt: skip
            messages.success(request, said(Text("已提交，学院会审核。", "Sent; the college will review it.")))
            return redirect("student:certificates")
        except Stopped as stopped:
            findings = stopped.findings
    mine = [(c, KIND_WORDS[c.kind], PLACE_WORDS[c.place], [(m, PLACE_WORDS[m.after], HOW_WORDS.get(m.how)) for m in c.moves.all()])
            for c in own_certificates(viewer)]  # fmt: skip
    asked = [(r, KIND_WORDS.get(r.kind, Text("结业换毕业", "Exchange"))) for r in requests_for(viewer)]
    return render(request, "student/certificates.html", {"mine": mine, "asked": asked, "form": form, "findings": findings},
                  status=422 if findings or form.errors else 200)  # fmt: skip


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
