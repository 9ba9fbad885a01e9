"""The demo university in the middle of its graduation review: results reported, some conclusions proposed, some approved."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from xueji.accounts.models import Account
from xueji.accounts.queries import AccountActor, actor_for
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import day_of
from xueji.graduation.commands import approve_conclusion, propose_conclusion, publish_plan, report_studies, request_conclusion
from xueji.graduation.queries import reviewed
from xueji.journal.command import Act
from xueji.rules.conclusions import Conclusion
from xueji.stories.notice_n3_conclusions import PROGRAMME

TURNS = ("done", "done", "done", "undefended", "done", "unreported", "done", "asks", "done", "short of credits")


def bring_to_review(registrar: AccountActor, staff: Mapping[str, Account], cases: list[Case], campaign: Campaign, now: datetime) -> int:
    """Report everybody's studies, let one in ten ask for completion, propose and approve part of the clear ones; how many were proposed."""
    day = day_of(campaign, now)
    office = Act(registrar, now - timedelta(days=2), "registry")
    publish_plan(office, text=PROGRAMME.replace("until = 2019", "until = 2030"))
    rows = []
    for number, case in enumerate(cases):
        turn = TURNS[number % len(TURNS)]
        facts: dict[str, object] = {"credits": {"学位课": 12 if turn == "short of credits" else 18, "选修课": 10}, "courses": {"学术道德": 85, "专业课": 78},
                                    "limit_years": 6, "holds": {"图书": False}}  # fmt: skip
        if turn != "unreported":
            facts |= {"defence_on": day - timedelta(days=6), "defence_passed": turn not in {"undefended", "asks"}, "defence_grade": "良好"}
        rows.append((case.record, facts))
    report_studies(office, rows=rows, source="研究生成绩系统", on=day - timedelta(days=3))
    for number, case in enumerate(cases):
        if TURNS[number % len(TURNS)] == "asks" and case.record.account and case.record.conclusion == "":
            own = Act(actor_for(case.record.account), now - timedelta(days=1), "student")
            request_conclusion(own, case, conclusion="completion", reason="工作需要，不再继续答辩", supervisor="周教授")
    proposed = 0
    for case, review, _ in reviewed(registrar, campaign, day):
        if review.findings or review.proposed is not Conclusion.GRADUATION:
            continue
        college = case.record.college_id
        secretary = Act(actor_for(staff[f"SEC{college}"]), now - timedelta(hours=20), "college")
        proposal = propose_conclusion(secretary, case, conclusion=review.proposed, on=day).result
        proposed += 1
        if proposed % 2:
            approve_conclusion(Act(actor_for(staff[f"DEAN{college}"]), now - timedelta(hours=4), "college"), proposal)
    return proposed
