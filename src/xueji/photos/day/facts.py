"""What audiences may ask about photos (采集条件): offered to the engine at start-up, one database expression each."""

from __future__ import annotations

from datetime import date

from django.db.models import DateField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from xueji.campaigns.audience import offer_fact
from xueji.catalogue.text import Text
from xueji.rules.capture import Face

NOT_YET = date(9999, 12, 31)


def _any() -> Exists:
    from xueji.photos.day.models import Capture

    return Exists(Capture.objects.filter(record=OuterRef("pk")))


def _usable() -> Exists:
    from xueji.photos.day.models import Capture

    return Exists(Capture.objects.filter(record=OuterRef("pk")).exclude(face__in=[Face.FAILED, Face.ABNORMAL]))


def _first_day() -> Coalesce:
    from xueji.photos.day.models import Capture

    days = Capture.objects.filter(record=OuterRef("pk")).order_by("taken_on").values("taken_on")[:1]
    return Coalesce(Subquery(days, output_field=DateField()), Value(NOT_YET, output_field=DateField()))


def offer() -> None:
    """Offer the facts. ``first_captured_on`` is in the far future for who has no photo, so that a list stays as it was published."""
    offer_fact("photo_on_file", Text("已有可用照片", "A usable photo is on file"), bool, lambda: Q(_usable()))
    offer_fact("captured_before", Text("曾经采集过图像", "Photographed before"), bool, lambda: Q(_any()))
    offer_fact("first_captured_on", Text("首次采集日期（未采集的视为将来）", "First day of capture (in the future for who has none)"), date, _first_day)
