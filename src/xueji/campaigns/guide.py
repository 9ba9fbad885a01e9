"""The operating guide of a campaign (操作指南, N1 附件1): made from the declared steps, so that the two cannot differ."""

from __future__ import annotations

from django.conf import settings

from xueji.campaigns.models import Campaign
from xueji.campaigns.queries import notice_of
from xueji.catalogue.text import Text
from xueji.documents.guide import Contact, Guide, GuideStep
from xueji.documents.words import window_words
from xueji.records.queries import school
from xueji.rules.progress import Doer

DOERS: dict[Doer, Text] = {
    Doer.STUDENT: Text("学生本人", "the student"),
    Doer.COUNSELLOR: Text("辅导员", "the counsellor"),
    Doer.COLLEGE: Text("学院（培养单位）", "the college"),
    Doer.REGISTRY: Text("学校学籍管理部门", "the registry"),
}


def notice_address(campaign: Campaign) -> str:
    """Where the notice stands, to be typed or scanned: whoever doubts a message looks here."""
    return f"{settings.XUEJI_ADDRESS}/notices/{campaign.code}/"


def guide_of(campaign: Campaign) -> Guide:
    """The guide to the campaign's current version: steps with windows and doers, remarks, whom to ask."""
    notice = notice_of(campaign)
    ours = school()
    issuer = Text(
        f"{ours.name}{notice.issuer.zh or ours.office}", f"{notice.issuer.en or ours.office_en}, {ours.name_en}".strip(", ")
    )
    audience = list(dict.fromkeys(a.label for a in notice.audiences if a.label.zh))
    return Guide(
        school=issuer,
        title=notice.title,
        notice=notice.number,
        audience=Text("；".join(a.zh for a in audience), "; ".join(a.en or a.zh for a in audience)),
        window=window_words(notice.window.opens, notice.window.closes),
        steps=[
            GuideStep(
                step.title,
                DOERS[step.who],
                window_words(step.window.opens, step.window.closes),
                [step.guide] if step.guide.zh else [],
            )
            for step in notice.steps
        ],
        contacts=[Contact(c.office, Text(c.name, c.name_en or c.name), c.phone, c.email) for c in notice.contacts],
        notes=notice.remarks,
        address=notice_address(campaign),
        made_at=campaign.versions.get(version=campaign.version).published_at,
    )
