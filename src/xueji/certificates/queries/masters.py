"""Reading masters and official wording, viewer first where a person looks."""

from __future__ import annotations

from datetime import date

from django.db.models import Max, QuerySet
from django.db.models.functions import Length

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.certificates.models import Master, Wording
from xueji.journal.command import ANYWHERE
from xueji.records.models import StudentRecord

LONGEST_NAME = "阿卜杜热西提·买买提依明·阿布都热合曼·努尔麦麦提"
"""25 characters, the longest a name field must take (统一姓名采集应用规范)."""
LONGEST_MAJOR = "马克思主义理论与思想政治教育（少数民族高层次骨干人才）"
LONGEST_PINYIN = "ABUDUREXITI MAIMAITIYIMING ABUDUREHEMAN NUERMAIMAITI"
LONGEST_MAJOR_EN = "Navigation, Guidance and Control Engineering of Autonomous Aerospace Vehicles (Joint Programme)"


def register_on(day: date) -> dict[str, str]:
    """The confirmed official wording in force on a day, by code; the English of ``x`` stands as ``x_en``."""
    found: dict[str, str] = {}
    for row in Wording.objects.filter(since__lte=day, confirmed_at__isnull=False).order_by("since"):
        found[row.code] = row.zh
        if row.en:
            found[f"{row.code}_en"] = row.en
    return found


def wording_for(viewer: Viewer) -> QuerySet[Wording]:
    """The register of official wording."""
    return Wording.objects.all() if viewer.may(Permission.CERTIFICATE_MASTER, ANYWHERE) else Wording.objects.none()


def masters_for(viewer: Viewer) -> QuerySet[Master]:
    """Every version of every master."""
    return Master.objects.all() if viewer.may(Permission.CERTIFICATE_MASTER, ANYWHERE) else Master.objects.none()


def usable_master(kind: str) -> Master | None:
    """The newest frozen version of a kind."""
    return Master.objects.filter(kind=kind, second_at__isnull=False, recalled_at=None).order_by("-version").first()


def longest_facts() -> dict[str, str]:
    """A student with the longest name and the longest majors there are: what every master must have room for."""
    longest = {
        "major_name": LONGEST_MAJOR, "major_name_en": LONGEST_MAJOR_EN,
    }  # fmt: skip
    for column in longest:
        width = StudentRecord.objects.aggregate(width=Max(Length(column)))["width"] or 0
        if width > len(longest[column]):
            longest[column] = StudentRecord.objects.annotate(w=Length(column)).filter(w=width).values_list(column, flat=True)[0]
    return longest | {
        "name": LONGEST_NAME, "name_pinyin": LONGEST_PINYIN, "sex": "2", "born_on": "1995-12-28", "enrolled_on": "2017-10-28",
        "graduated_on": "2020-12-28", "schooling_years": "2.5", "level": "doctor", "certificate_number": "0" * 18, "conclusion": "graduation",
    }  # fmt: skip
