"""Reading the table of English major names."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib.resources import files

from django.db.models import Max, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.confirmation.models import EnglishMajor, MajorProposal
from xueji.journal.command import Scope
from xueji.records.queries import records_for


def newest_version() -> int:
    """The version in use, 0 before the first."""
    return EnglishMajor.objects.aggregate(top=Max("version"))["top"] or 0


def english_majors(version: int = 0) -> QuerySet[EnglishMajor]:
    """The table in a version, the newest by default."""
    return EnglishMajor.objects.filter(version=version or newest_version())


def english_names() -> dict[str, str]:
    """English name by major code in the newest version; one query besides finding it."""
    return dict(english_majors().values_list("code", "name_en"))


@dataclass(frozen=True, slots=True)
class CollegeMajor:
    """A major that a college trains students in, with its English name (本院专业)."""

    code: str
    name: str
    students: int
    name_en: str
    proposal: MajorProposal | None


def majors_of(viewer: Viewer, college: str) -> list[CollegeMajor]:
    """The majors of the college's students whom the viewer may see, with English names and open proposals."""
    counts = Counter(records_for(viewer).filter(college_id=college).exclude(major_code="").values_list("major_code", "major_name"))
    names = english_names()
    waiting = {one.code: one for one in MajorProposal.objects.filter(college_id=college, decided_at=None)}
    return [CollegeMajor(code, name, n, names.get(code, ""), waiting.get(code)) for (code, name), n in sorted(counts.items())]


def proposals_for(viewer: Viewer) -> QuerySet[MajorProposal]:
    """Proposals the viewer may decide, or made for a college in which the viewer may review names."""
    found = MajorProposal.objects.select_related("college")
    if viewer.may(Permission.MAJOR_NAME_DECIDE, Scope()):
        return found
    return found.filter(college_id__in=viewer.colleges_for(Permission.MAJOR_NAME_REVIEW) or ())


def national_disciplines() -> dict[str, str]:
    """The first-level disciplines of the national catalogue of 2022, code → Chinese name. The English is the school's."""
    text = files("xueji.confirmation").joinpath("disciplines.tsv").read_text("utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {code: name for code, name in lines}
