"""The registry's menu (学籍管理的菜单): seven places by the course of the year, and below them the pages of the place one is in."""

from __future__ import annotations

from dataclasses import dataclass

from django import template
from django.urls import reverse

from xueji.catalogue.text import Text
from xueji.desks.components import languages

register = template.Library()


@dataclass(frozen=True, slots=True)
class Entry:
    """One page of the menu; ``beside`` are addresses elsewhere whose pages belong to it."""

    name: str
    label: Text
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Pages that belong together; the place opens with its first one."""

    label: Text
    entries: tuple[Entry, ...]


REGISTRY = (
    Place(Text("总览", "Overview"), (Entry("registry", Text("总览", "Overview")),)),
    Place(Text("通知", "Notices"), (
        Entry("registry-notices", Text("全部通知", "All notices")),
        Entry("college-extension-requests", Text("延期申请", "Later ends")),
    )),
    Place(Text("学生", "Students"), (
        Entry("registry-students", Text("查找学生", "Find a student")),
        Entry("roster", Text("名册导入", "Roster import")),
    )),
    Place(Text("信息核对", "Confirming"), (
        Entry("registry-compare", Text("比对", "Comparison")),
        Entry("registry-corrections", Text("更正", "Corrections")),
        Entry("registry-majors", Text("专业英文名", "English majors")),
        Entry("registry-sheets", Text("表册", "Sheets")),
    )),
    Place(Text("图像采集", "Photos"), (
        Entry("registry-photos", Text("图像采集", "Photo capture")),
        Entry("registry-photo-judgements", Text("照片判断", "Photo verdicts")),
    )),
    Place(Text("毕业与证书", "Graduation"), (
        Entry("registry-graduation", Text("毕业审核", "Graduation review")),
        Entry("registry-certificates", Text("证书", "Certificates")),
    )),
    Place(Text("管理", "Administration"), (
        Entry("registry-colleges", Text("学院", "Colleges")),
        Entry("registry-staff", Text("人员", "Staff")),
        Entry("registry-journal", Text("操作记录", "Journal")),
    )),
)  # fmt: skip
"""In the order in which a year needs them: a notice, the roster, names and corrections, photos, graduation, certificates."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as drawn: ``current`` is the value of aria-current, "" for none."""

    address: str
    label: str
    current: str


def _here(path: str) -> str:
    """The name of the entry a page belongs to: the one with the longest address that begins the page's; "" for none."""
    found = [
        (len(address), entry.name)
        for place in REGISTRY
        for entry in place.entries
        for address in (reverse(entry.name), *entry.beside)
        if (path == address if entry.name == "registry" else path.startswith(address))
    ]
    return max(found)[1] if found else ""


@register.inclusion_tag("components/menu_places.html", takes_context=True)
def registry_places(context):
    """The first line: one link for each place. It is "true" current on every page of the place, "page" where it is the only one."""
    here = _here(context["request"].path)
    links = []
    for place in REGISTRY:
        inside = any(entry.name == here for entry in place.entries)
        current = ("page" if len(place.entries) == 1 else "true") if inside else ""
        links.append(Link(reverse(place.entries[0].name), str(languages.said(place.label)), current))
    return {"links": links}


@register.inclusion_tag("components/menu_pages.html", takes_context=True)
def registry_pages(context):
    """The second line: the pages of the place one is in; nothing where the place is one page."""
    here = _here(context["request"].path)
    place = next((one for one in REGISTRY if any(entry.name == here for entry in one.entries)), None)
    if place is None or len(place.entries) == 1:
        return {"links": [], "label": ""}
    links = [
        Link(reverse(entry.name), str(languages.said(entry.label)), "page" if entry.name == here else "") for entry in place.entries
    ]
    return {"links": links, "label": languages.said(place.label)}
