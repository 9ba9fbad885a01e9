"""Photos that the rules rejected (照片判断与人工放行): the queue, one photo with what was measured, the count per rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import current, said
from xueji.desks.files import file_address
from xueji.imaging.overlay import overlay_svg
from xueji.journal.command import Scope, Stopped, undoable
from xueji.photos.commands import LEAST_REASON, LONGEST_REASON, overrule_finding
from xueji.photos.queries import (
    judgement_for,
    overruled_for,
    overrules_per_rule,
    picture_of,
    rejecting_rules,
    unexamined_for,
    waiting_for,
)  # fmt: skip
from xueji.rules.findings import Finding, finding
from xueji.rules.photo_profile import ProfileFault, load_profile
from xueji.rules.photo_verdict import LOOK_FOR, RULE_NAMES

if TYPE_CHECKING:
    from xueji.photos.models import Judgement

A_PAGE = 50
LISTS = {"waiting": waiting_for, "unexamined": unexamined_for, "overruled": overruled_for}
NAMES = {
    "waiting": Text("待处理", "To decide"), "unexamined": Text("未检查", "Not examined"), "overruled": Text("已放行", "Overruled"),
}  # fmt: skip
DONE = Text("已放行：{rules}。理由已记入操作记录。", "Overruled: {rules}. The reason is in the journal.")
WEIGHTS = {
    "reject": Text("不通过", "rejects"), "warn": Text("存疑", "doubt"), "info": Text("提示", "hint"), "unchecked": Text("未检查", "not examined"),
}  # fmt: skip
OVERRULES = for_staff(Permission.PHOTO_OVERRULE)


def _base(request: HttpRequest) -> str:
    """Who works in the registry keeps its bar; an operator of a station has a shorter one."""
    return "registry/base.html" if viewer_of(request).may(Permission.STUDENT_READ, Scope()) else "registry/judgements_base.html"


@never_cache
@OVERRULES
@require_safe
def judgements(request: HttpRequest) -> HttpResponse:
    """The photos that wait for somebody's word, those not examined, those let through."""
    shown = request.GET.get("show", "")
    shown = shown if shown in LISTS else "waiting"
    page = Paginator(LISTS[shown](viewer_of(request)), A_PAGE).get_page(request.GET.get("page"))
    lines = [(one, [RULE_NAMES[rule] for rule in rejecting_rules(one)], {o.rule for o in one.overrules.all()}) for one in page]
    lists = [(code, name, code == shown) for code, name in NAMES.items()]
    return render(request, "registry/judgements.html", {"base": _base(request), "page": page, "lines": lines, "lists": lists, "shown": shown})


@never_cache
@OVERRULES
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Per rule how often it rejected and how often a person overruled it: what to calibrate."""
    counts = [(RULE_NAMES[c.rule], c, round(100 * c.overruled / c.rejected) if c.rejected else 0) for c in overrules_per_rule(viewer_of(request))]
    return render(request, "registry/judgement_rules.html", {"base": _base(request), "counts": counts})


@never_cache
@OVERRULES
@require_http_methods(["GET", "HEAD", "POST"])
def judgement(request: HttpRequest, judgement_id: UUID) -> HttpResponse:
    """One photo with every finding drawn and said, and the form that lets it pass against a rule."""
    viewer = viewer_of(request)
    try:
        looked_at = judgement_for(viewer, judgement_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    found: list[Finding] = []
    if request.method == "POST":
        found = _overruled(request, looked_at)
        if not found:
            following = waiting_for(viewer).first()
            return redirect("registry-photo-judgement", following.pk) if following else redirect("registry-photo-judgements")
    return render(request, "registry/judgement.html", _one(request, looked_at) | {"findings": found}, status=422 if found else 200)


def _overruled(request: HttpRequest, looked_at: Judgement) -> list[Finding]:
    """Overrule the ticked rules with the one reason, all or none; what stood in the way."""
    ticked = list(dict.fromkeys(request.POST.getlist("rule")))[: len(RULE_NAMES)]
    if not ticked:
        return [finding("PHOTO.203", field="rule")]
    try:
        with undoable():
            for rule in ticked:
                overrule_finding(act_of(request, "registry"), looked_at, rule=rule, reason=request.POST.get("reason", ""))
    except Stopped as stopped:
        return stopped.findings
    names = [RULE_NAMES[rule] for rule in ticked]
    messages.success(request, said(DONE.format(rules=Text("、".join(n.zh for n in names), ", ".join(n.en for n in names)))))
    return []


def _one(request: HttpRequest, looked_at: Judgement) -> dict[str, Any]:
    viewer, picture = viewer_of(request), picture_of(looked_at)
    overruled = {one.rule: one for one in looked_at.overrules.all()}
    address = file_address(viewer, picture) if picture else ""
    following = waiting_for(viewer).exclude(pk=looked_at.pk).first()
    return {
        "base": _base(request), "judgement": looked_at, "record": looked_at.record, "address": address,
        "overlay": _overlay(looked_at), "said": _said(looked_at), "look_for": LOOK_FOR, "overruled": [(RULE_NAMES[rule], one) for rule, one in overruled.items()],
        "open_rules": [(rule, RULE_NAMES[rule]) for rule in rejecting_rules(looked_at) if rule not in overruled],
        "ticked": request.POST.getlist("rule"), "reason": request.POST.get("reason", ""), "following": following,
        "least": LEAST_REASON, "most": LONGEST_REASON, "profile": _profile_title(looked_at),
    }  # fmt: skip


def _said(looked_at: Judgement) -> list[dict[str, Any]]:
    """The findings with their words in the page's language; the same numbers as on the drawing."""
    lang, number, lines = current(), 0, []
    for one in looked_at.findings:
        number += one["level"] in ("reject", "warn")
        measured = f"{one['measured']:.3g}" if isinstance(one["measured"], float) else one["measured"]
        lines.append(
            {
                "number": number if one["level"] in ("reject", "warn") else "", "level": one["level"], "weight": WEIGHTS[one["level"]],
                "rule": RULE_NAMES[one["rule"]], "id": one["id"], "message": one["message"][lang], "remedy": one["remedy"][lang],
                "measured": measured, "limit": one["limit"], "source": one.get("source", ""),
            }
        )
    return lines


def _overlay(looked_at: Judgement) -> SafeString:
    """The drawing over the photo; only the bands' and findings' own numbers and escaped words are in it."""
    try:
        return mark_safe(overlay_svg({"findings": looked_at.findings}, load_profile(looked_at.profile), lang=current()))
    except ProfileFault:  # the profile was removed after the photo was judged: the words remain
        return SafeString("")


def _profile_title(looked_at: Judgement) -> Text:
    try:
        return load_profile(looked_at.profile).title
    except ProfileFault:
        return Text(looked_at.profile, looked_at.profile)
