"""The list of a photo round as both desks show it (采集名单): counts, filters, a page of rows; the same list as workbook and on paper."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.desks.components.photo_rows import annex, group_words, rows_of, workbook
from xueji.photos.day.queries import may_be_absent, terms_of, unready
from xueji.photos.day.worklists import WHEREABOUTS, classes_in, narrowed, tallied
from xueji.records.queries import colleges_for

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign

PAGE = 50


def list_page(request: HttpRequest, viewer: Viewer, campaign: Campaign, now: datetime, *, template: str, student: str) -> HttpResponse:
    """The list as asked for by ?group= &where= &q= &college= &class=; ``student`` names the address of one person's page."""
    words, colleges = group_words(campaign), list(colleges_for(viewer, Permission.CASE_READ))
    asked = {k: request.GET.get(k, "").replace("\0", "").strip()[:60] for k in ("group", "where", "q", "college", "class")}
    asked["group"] = asked["group"] if asked["group"] in words else ""
    asked["where"] = asked["where"] if asked["where"] in WHEREABOUTS else ""
    asked["college"] = asked["college"] if asked["college"] in {c.code for c in colleges} else ""
    cases = narrowed(viewer, campaign, now, group=asked["group"], where=asked["where"], words=asked["q"], college=asked["college"], class_number=asked["class"])
    name = " ".join(part for part in (words[asked["group"]].zh if asked["group"] else "", WHEREABOUTS[asked["where"]].zh if asked["where"] else "") if part)
    if request.GET.get("as") == "xlsx":
        return workbook(campaign, cases, name=name or "全部名单")
    if request.GET.get("as") == "pdf":
        return annex(campaign, cases, name=name or "全部名单", at=now)
    page = Paginator(cases, PAGE).get_page(request.GET.get("page"))
    return render(request, template, {
        "campaign": campaign, "terms": terms_of(campaign), "page": page, "rows": seen_rows(campaign, list(page)), "asked": asked, "words": words.items(),
        "tallies": tallied(viewer, campaign, now), "colleges": colleges, "classes": classes_in(viewer, campaign), "student": student,
        "makeup_price": makeup_price(campaign), "too_early": not may_be_absent(campaign, now)})  # fmt: skip


def makeup_price(campaign: Campaign) -> str:
    """What the make-up costs, "" where the notice does not say."""
    fee = terms_of(campaign).makeup.fee
    return "" if fee is None else f"{fee / 100:g}"


def seen_rows(campaign: Campaign, page: list[Any]) -> list[dict[str, Any]]:
    """The rows of a page, with how many things each has not prepared yet."""
    waiting = unready(page, terms_of(campaign))
    return [row | {"not_ready": len(waiting[row["case"].pk])} for row in rows_of(campaign, page)]
