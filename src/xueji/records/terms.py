"""Words of the register: the states of a student record and the legal moves between them."""

from __future__ import annotations

from django.db import models


class Population(models.TextChoices):
    """Whose documents and rules apply (学生类别)."""

    DOMESTIC = "domestic", "境内"
    HMT = "hmt", "港澳台"
    INTERNATIONAL = "international", "国际"


class Certificates(models.TextChoices):
    """Which certificates the studies lead to (双证 / 单证)."""

    BOTH = "both", "双证"
    DEGREE = "degree", "单证"


class Standing(models.TextChoices):
    """Where a student stands (学籍状态): JY/T 1001 4.2.42 in words; the moves are in rules/standing.py."""

    ADMITTED = "admitted", "已录取"
    RETAINED = "retained", "保留入学资格"
    ENROLLED = "enrolled", "在读"
    SUSPENDED = "suspended", "休学"
    KEPT = "kept", "保留学籍"
    WITHDRAWN = "withdrawn", "退学"
    TRANSFERRED = "transferred", "转学（转出）"
    CANCELLED = "cancelled", "取消学籍"
    EXPELLED = "expelled", "开除学籍"
    DECEASED = "deceased", "死亡"
    GRADUATED = "graduated", "毕业"
    COMPLETED = "completed", "结业"
    LEFT = "left", "肄业"


PRESENT = (Standing.ADMITTED, Standing.ENROLLED, Standing.SUSPENDED, Standing.KEPT)
"""Standings in which somebody still belongs to the school."""
