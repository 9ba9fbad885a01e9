"""Colleges and whom to ask there (学院)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.registry.forms import CollegeForm
from xueji.records.commands import declare_college
from xueji.records.queries import college_contact, colleges_for

MANAGE = for_staff(Permission.GRANT_ROLES)


@MANAGE
def colleges(request: HttpRequest) -> HttpResponse:
    """Every college."""
    return render(request, "registry/colleges.html", {"colleges": colleges_for(viewer_of(request))})


@MANAGE
def college(request: HttpRequest, code: str) -> HttpResponse:
    """One college: names, campus, contact."""
    found = college_contact(code)
    if found is None:
        raise Http404
    names = list(CollegeForm.base_fields)
    form = CollegeForm(request.POST or None, initial={name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        declare_college(act_of(request, "registry"), code=code, **form.cleaned_data)
        messages.success(request, said(Text("已保存。", "Saved.")))
        return redirect("registry-colleges")
    return render(request, "registry/college.html", {"form": form, "college": found})
