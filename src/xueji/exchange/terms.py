"""Words of the exchange (数据交换用语)."""

from __future__ import annotations

from django.db import models


class RosterState(models.TextChoices):
    """How far a roster is (名册进度)."""

    RECEIVED = "received", "已上传"
    COMPARED = "compared", "已预演"
    UNREADABLE = "unreadable", "无法读取"
    COMMITTED = "committed", "已提交"
    DISCARDED = "discarded", "已放弃"


OUTCOMES = ("added", "changed", "unchanged", "rejected")
"""What a row of a roster would do to the register (新增、变更、无变化、拒绝)."""
