"""The door: signing in and out, the password, and the way to one's own desk (登录)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.hashers import check_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xueji.accounts import commands, throttle
from xueji.accounts.permissions import Permission
from xueji.accounts.queries import SystemActor
from xueji.accounts.sign_in import recognise
from xueji.campaigns.queries import SHANGHAI, campaigns
from xueji.catalogue.text import Text
from xueji.desks.access.forms import ChangePasswordForm, SignInForm
from xueji.desks.acting import act_of, address_of, for_the_signed_in, viewer_of
from xueji.desks.components.languages import keep, said
from xueji.journal.command import Stopped
from xueji.records.queries import colleges_for
from xueji.rules.findings import Finding, finding

DESK_OF = (
    (Permission.CAMPAIGN_MANAGE, "/registry/"),
    (Permission.CASE_READ, "/college/"),
    (Permission.STATION_OPERATE, "/capture/"),
    (Permission.ARCHIVE_RECEIVE, "/archive/"),
)


def home(request: HttpRequest) -> HttpResponse:
    """Everybody to the own desk."""
    viewer = viewer_of(request)
    if not request.user.is_authenticated:
        return redirect("sign-in")
    if viewer.is_student:
        return redirect("/student/")
    for permission, address in DESK_OF:
        if viewer.holds(permission):
            return redirect(address)
    return render(request, "access/no_desk.html")


@sensitive_post_parameters("password")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """One form, one honest answer. Does not tell whether the account exists."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignInForm(request.POST or None)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        findings = _try(request, form.cleaned_data["username"], form.cleaned_data["password"])
        if not findings:
            return _onward(request)
    now = timezone.now()
    going_on = [c for c in campaigns() if c.opens <= now < c.closes and not c.closed_at][:6]
    return render(
        request, "access/sign_in.html",
        {"form": form, "findings": findings, "going_on": going_on, "next": request.GET.get("next", ""),
         "colleges": colleges_for(SystemActor("门口"))},
        status=429 if any(f.id == "ACCT.002" for f in findings) else 200,
    )  # fmt: skip


def _try(request: HttpRequest, username: str, password: str) -> list[Finding]:
    now, address = timezone.now(), address_of(request)
    until = throttle.waiting_until(username, address, now)
    left = 0 if until else throttle.failed(username, address, now)
    if until or left < 0:
        until = until or now + throttle.WINDOW
        return [finding("ACCT.002", until=f"{until.astimezone(SHANGHAI):%H:%M}")]
    account = recognise(username, password, now)
    if account is None:
        return [finding("ACCT.001", left=left)]
    throttle.succeeded(username, address)
    login(request, account, backend="xueji.accounts.sign_in.StudentNumberBackend")
    return []


def _onward(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        target = "/"
    answer = redirect("change-password" if request.user.first_password_digest else target)  # type: ignore[union-attr]
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and request.user.language != "zh-hans":  # type: ignore[union-attr]
        keep(request, answer, request.user.language)  # type: ignore[union-attr]
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, and back to the door."""
    logout(request)
    return redirect("sign-in")


def _present_is_wrong(account: Any, present: str, address: str, now: datetime) -> list[Finding]:
    """Guessing the present password at a screen that somebody left open is counted like guessing at the door."""
    until = throttle.waiting_until(account.username, address, now)
    left = 0 if until else throttle.failed(account.username, address, now)
    if until or left < 0:
        until = until or now + throttle.WINDOW
        return [finding("ACCT.002", field="present", until=f"{until.astimezone(SHANGHAI):%H:%M}")]
    if not check_password(present, account.password):
        return [finding("ACCT.017", field="present")]
    throttle.succeeded(account.username, address)
    return []


@sensitive_post_parameters()
@never_cache
@for_the_signed_in
def change_password(request: HttpRequest) -> HttpResponse:
    """Choose an own password; after a first password nothing else opens before this."""
    account = request.user
    first, now, address = bool(account.first_password_digest), timezone.now(), address_of(request)  # type: ignore[union-attr]
    form = ChangePasswordForm(request.POST or None)
    findings: list[Finding] = []
    if request.method == "POST" and form.is_valid():
        findings += [] if first else _present_is_wrong(account, form.cleaned_data["present"], address, now)
        if form.cleaned_data["new"] != form.cleaned_data["again"]:
            findings.append(finding("ACCT.016", field="again"))
        if findings:  # all problems at once
            findings += commands.weakness_of(account, form.cleaned_data["new"])  # type: ignore[arg-type]
        else:
            try:
                commands.change_password(act_of(request, "access"), account, new=form.cleaned_data["new"])
            except Stopped as stopped:
                findings = stopped.findings
            else:
                update_session_auth_hash(request, account)
                messages.success(request, said(Text("密码已改好，以后用新密码登录。", "The password is changed; use it from now on.")))
                return redirect("home")
    return render(request, "access/change_password.html", {"form": form, "findings": findings, "first": first})
