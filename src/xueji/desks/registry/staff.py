"""Staff and their roles (教职工与角色)."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from xueji.accounts import commands
from xueji.accounts.permissions import SENTENCES, Permission
from xueji.accounts.queries import staff_accounts
from xueji.accounts.roles import ROLES, TITLES, Role
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.registry.forms import GrantForm, StaffForm
from xueji.records.queries import colleges_for

MANAGE = for_staff(Permission.GRANT_ROLES)


@MANAGE
def staff(request: HttpRequest) -> HttpResponse:
    """Everybody with an account and the roles; a new one at the end."""
    form = StaffForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account, code = commands.add_staff(act_of(request, "registry"), **form.cleaned_data).result
        except IntegrityError:
            form.add_error("username", said(Text("这个工号已有账号。", "This number has an account already.")))
        else:
            return render(request, "registry/staff_code.html", {"account": account, "code": code})
    roles = [(TITLES[r], sorted(said(SENTENCES[p]) for p in ROLES[r])) for r in Role]
    people = [(a, [(TITLES[Role(g.role)], " ".join((g.college, g.campus, g.class_number)).strip()) for g in a.grants.all()])
              for a in staff_accounts(viewer_of(request))]  # fmt: skip
    return render(request, "registry/staff.html", {"people": people, "form": form, "roles": roles})


@MANAGE
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One member of staff: grant, take back, reset the password."""
    account = staff_accounts(viewer_of(request)).filter(pk=pk).first()
    if account is None:
        raise Http404
    form = GrantForm(request.POST if "grant" in request.POST else None, colleges=colleges_for(viewer_of(request)))
    if request.method == "POST":
        act = act_of(request, "registry")
        if "take" in request.POST:
            grant = account.grants.filter(pk=request.POST["take"] if request.POST["take"].isdecimal() else 0).first()
            if grant is not None:
                commands.take_role(act, grant)
            return redirect("registry-staff-person", pk=pk)
        if "reset" in request.POST:
            code = commands.reset_staff_password(act, account).result
            return render(request, "registry/staff_code.html", {"account": account, "code": code})
        if form.is_valid():
            values = form.cleaned_data
            college = values["college"].code if values["college"] else ""
            commands.grant_role(act, account, role=Role(values["role"]), college=college, campus=values["campus"],
                                class_number=values["class_number"])  # fmt: skip
            messages.success(request, said(Text("已授权。", "Granted.")))
            return redirect("registry-staff-person", pk=pk)
    grants = [(g, TITLES[Role(g.role)]) for g in account.grants.all()]
    return render(request, "registry/staff_person.html", {"account": account, "form": form, "grants": grants})
