"""Keeping a comparison that was made (保存比对结果)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from xueji.accounts.permissions import Permission
from xueji.campaigns.models import Campaign
from xueji.confirmation.models import ComparisonRun
from xueji.journal.command import ANYWHERE, Act, Change, command
from xueji.vault.commands import set_term, store_file

KEPT_DAYS = 30
"""Days after which the lines of a comparison are removed, once there is a newer one."""
SHANGHAI = ZoneInfo("Asia/Shanghai")


@command(needs=Permission.SOURCE_IMPORT, records="comparison.kept")
def keep_comparison(
    act: Act, *, campaign: Campaign | None, facts: Mapping[str, Any], taken: list[str], lines: bytes, workbook: bytes
) -> Change:
    """Keep what a comparison found, sealed, with its workbook (保存比对结果). The result is the ComparisonRun.

    The one before it, of the same notice, keeps its counts; its files are removed KEPT_DAYS later.
    """
    before = ComparisonRun.objects.filter(campaign=campaign).select_related("lines", "workbook").first()
    name = campaign.code if campaign else "all"
    of_lines = store_file(act, lines, purpose="comparison", scope=ANYWHERE, title=f"comparison-{name}.zip").result
    of_book = store_file(act, workbook, purpose="comparison", scope=ANYWHERE, title=f"comparison-{name}.xlsx").result
    made = ComparisonRun.objects.create(
        campaign=campaign, facts=dict(facts), taken=taken, lines=of_lines, workbook=of_book, made_at=act.at, made_by=act.by.label
    )
    if before is not None:
        until = act.at.astimezone(SHANGHAI).date() + timedelta(days=KEPT_DAYS)
        for file in (before.lines, before.workbook):
            set_term(act, file, purge_on=until)
    detail = {"campaign": campaign.code if campaign else "", "students": facts.get("students", 0), "differences": facts.get("differs", 0)}
    return Change(f"comparison:{made.pk}", ANYWHERE, detail, made)
