"""Words of collecting: which draft is which, and how a check code is written."""

from __future__ import annotations

import secrets

from django.db import models

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Letters and digits that are not taken for each other when typed from paper: no I, L, O, U."""
CODE_LENGTH = 10
MOST_ROWS = 40
"""How many rows of one table a draft keeps; the form itself takes fewer and says so."""
PHOTO_MEGABYTES = 10
DRAFT_DAYS = 30
"""How long a draft outlives the closing of its campaign (个人信息保护法 第十九条: 最短时间)."""


class Slot(models.TextChoices):
    """Which draft of a step (草稿): the one in work, one set aside by another device, one that came too late."""

    CURRENT = "current", "正在填写"
    ASIDE = "aside", "另一台设备"
    LATE = "late", "逾期留存"


def new_code() -> str:
    """A check code (校验码): fifty random bits, so that nobody guesses another person's."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def typed_code(text: str) -> str:
    """A check code as typed or scanned: an address is cut to its last part before the signed statement, I and L read as 1, O as 0, hyphens dropped."""
    last = text.partition("#")[0].strip().rstrip("/").rsplit("/", 1)[-1].upper()
    return "".join(c for c in last.translate(str.maketrans("ILO", "110")) if c in ALPHABET)[:CODE_LENGTH]
