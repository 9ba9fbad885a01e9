"""Who has done what, as a workbook (进度导出): no sensitive value, no formula."""

from __future__ import annotations

import io

from django.db.models import QuerySet

from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, cases_for, notice_of
from xueji.formats.workbooks import Heading, write

STAGES = {"idle": "未开始", "going": "进行中", "review": "待审核", "done": "已完成", "back": "退回", "late": "逾期"}


def cases_workbook(viewer: Viewer, campaign: Campaign, cases: QuerySet[Case] | None = None) -> bytes:
    """The cases of a campaign that the viewer may see (or the given part of them), sorted by college, class, number."""
    part = cases if cases is not None else cases_for(viewer, campaign)
    part = part.order_by("record__college_id", "record__class_number", "record__student_number")
    notice = notice_of(campaign)
    steps = notice.steps
    headings = [Heading(title) for title in ("学院", "班号", "学号", "姓名", "组别", "状态", "停在哪一步", "最近办理", "完成时间")]
    headings += [Heading(step.title.zh) for step in steps]
    titles = {step.code: step.title.zh for step in steps}

    def rows():
        for case in part.prefetch_related("marks").iterator(chunk_size=2000):
            marks = {m.step: m for m in case.marks.all()}
            record = case.record
            yield [
                record.college.name, record.class_number, record.student_number, record.person.name, case.group,
                STAGES.get(case.stage, case.stage), titles.get(case.at_step, ""), _moment(case.touched_at),
                _moment(case.finished_at),
                *(f"{STAGES[marks[s.code].mark]} {_moment(marks[s.code].at)}" if s.code in marks else "" for s in steps),
            ]  # fmt: skip

    target = io.BytesIO()
    write(target, headings, rows(), name="名单", title=f"{campaign.number} {campaign.title}")
    return target.getvalue()


def _moment(at) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""
