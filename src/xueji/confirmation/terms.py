"""Words of confirmation: how somebody confirmed, and where a spelling comes from."""

from __future__ import annotations

from django.db import models

from xueji.catalogue.text import Text

CHSI = "chsi"
SOURCES: dict[str, Text] = {
    CHSI: Text("学信网", "CHSI"),
    "degrees": Text("学位信息系统", "Degree information system"),
    "academic": Text("教务系统", "Academic affairs system"),
    "admission": Text("录取数据", "Admission list"),
}
"""The sources that have a name of their own; any other is called by its code."""


class How(models.TextChoices):
    """How a confirmation reached the school (确认方式)."""

    ONLINE = "online", "本人网上确认"
    IN_PERSON = "in_person", "本人当面确认，代为登记"
    TELEPHONE = "telephone", "电话确认，代为登记"
    SILENCE = "silence", "逾期未答，视为确认"


HOW_WORDS: dict[str, Text] = {
    How.ONLINE: Text("本人网上确认", "confirmed online by the student"),
    How.IN_PERSON: Text("本人当面确认，代为登记", "confirmed in person, registered on behalf"),
    How.TELEPHONE: Text("电话确认，代为登记", "confirmed by telephone, registered on behalf"),
    How.SILENCE: Text("逾期未答，视为确认", "no answer by the deadline, taken as confirmed"),
}


class Filler(models.TextChoices):
    """Who filled in a spelling (填写人)."""

    STUDENT = "student", "本人填写"
    COLLEGE = "college", "学院补全"


class Verdict(models.TextChoices):
    """What the registry says of a proposed major name (审定意见)."""

    APPROVE = "approve", "同意"
    REFUSE = "refuse", "不同意"


class Accord(models.TextChoices):
    """How a field stands for a student (核对状态)."""

    SAME = "same", "一致"
    KNOWN = "known", "有差异，属正常"
    DIFFERS = "differs", "不一致"
    SCHOOL_ONLY = "school_only", "仅学校有"
    DISPUTED = "disputed", "已提出更正"


ACCORD_WORDS: dict[str, Text] = {
    Accord.SAME: Text("一致", "the same"),
    Accord.KNOWN: Text("有差异，属正常", "differs, and that is normal"),
    Accord.DIFFERS: Text("不一致", "differs"),
    Accord.SCHOOL_ONLY: Text("仅学校有", "school only"),
    Accord.DISPUTED: Text("已提出更正", "correction requested"),
}
ACCORD_DRAWN: dict[str, str] = {
    Accord.SAME: "done", Accord.KNOWN: "done", Accord.DIFFERS: "back", Accord.SCHOOL_ONLY: "idle", Accord.DISPUTED: "review",
}  # fmt: skip
