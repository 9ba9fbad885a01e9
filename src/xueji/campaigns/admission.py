"""Whether a student may act on a step now, and if not, every reason in words (能不能办)."""

from __future__ import annotations

from datetime import datetime

from xueji.campaigns.models import Case
from xueji.campaigns.notice import NoticeStep
from xueji.campaigns.queries import SHANGHAI, notice_of
from xueji.campaigns.terms import STEP_KINDS
from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding
from xueji.rules.progress import Standing
from xueji.rules.windows import Window, admission


def why_not(case: Case, declared: NoticeStep, standing: Standing, now: datetime) -> list[Finding]:
    """What stands in the way of the student's acting on this step at ``now``. Empty means nothing does."""
    college = case.record.college
    ask = Text(
        f"{college.name}{college.contact} {college.phone}".strip(),
        f"{college.name_en or college.name}, {college.contact} {college.phone}".strip(" ,"),
    )
    window = standing.step.window
    if case.campaign.closed_at and (window.closes is None or case.campaign.closed_at < window.closes):
        window = Window(window.opens, case.campaign.closed_at)
    local = Window(
        window.opens.astimezone(SHANGHAI) if window.opens else None,
        window.closes.astimezone(SHANGHAI) if window.closes else None,
    )
    found = admission(local, now, step=declared.title, ask=ask, late=STEP_KINDS[declared.kind].late)
    notice = notice_of(case.campaign)
    for code in standing.waits_for:
        found.append(finding("TIME.003", step=declared.title, before=notice.step(code).title))
    return found
