"""Work on many forms at once (后台任务)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, campaign_of, cases_for, notice_of
from xueji.catalogue.text import Text
from xueji.collection import printing
from xueji.collection.models import PrintedForm
from xueji.collection.queries import newest_forms
from xueji.documents import college_file
from xueji.documents.contents_sheet import FiledForm, contents_sheet
from xueji.documents.engine import Unprintable
from xueji.documents.signed_list import SignedList
from xueji.jobs.reporting import Reporter
from xueji.jobs.terms import job_kind
from xueji.journal.command import Stopped
from xueji.records.issuing import signer_now
from xueji.records.queries import college_contact, school
from xueji.rules.findings import finding
from xueji.vault.commands import store_file


@job_kind(
    "composing_forms",
    title=Text("汇总全院登记表", "Put a college's record forms together"),
    unit=Text("份", "forms"),
    needs=Permission.CASE_EXPORT,
)
def composing_forms(reporter: Reporter, *, campaign: str, college: str) -> UUID | None:
    """One PDF of a college's printed forms, the contents sheet for signature first (全院登记表汇总).

    The newest version of each student is taken; who has printed none stands on the contents sheet only.
    """
    notice_at_work = campaign_of(campaign)
    where = college_contact(college)
    if notice_at_work is None or where is None:
        raise LookupError(f"no campaign {campaign} or no college {college}")
    forms = list(newest_forms(reporter.by, notice_at_work, college))
    if not forms:
        raise Stopped([finding("DOC.004", college=Text(where.name, where.name_en or where.name))])
    reporter.progress(0, len(forms))
    act = reporter.act()
    cases = list(cases_for(reporter.by, notice_at_work).filter(record__college_id=college))
    contents = contents_of(notice_at_work, where.name, cases, forms, act.at)
    sign = signer_now()
    sheets = [printing.sheet_of(form, sign) for form in forms]
    try:
        whole = college_file.render(printing.press(), contents, sheets, by_number=True, done=reporter.progress)
    except Unprintable as unprintable:
        raise Stopped(unprintable.findings) from None
    kept = store_file(act, whole, purpose="form", scope=reporter.scope, title=f"{campaign}-{college}-登记表汇总.pdf")
    return kept.result.pk


def contents_of(campaign: Campaign, college: str, cases: list[Case], forms: list[PrintedForm], at: datetime) -> SignedList:
    """The contents sheet of a college's forms as they stand at ``at``: printed, received, or not yet."""
    newest = {form.case_id: form for form in forms}
    filed = []
    for case in cases:
        form, record = newest.get(case.pk), case.record
        received = form.received_at.astimezone(SHANGHAI).date() if form and form.received_at else None
        filed.append(
            FiledForm(
                record.class_number,
                record.student_number,
                record.person.name,
                form.version if form else 0,
                form.code if form else "",
                received,
            )
        )
    return contents_sheet(
        filed,
        school=school().name,
        college=college,
        title=printing.TITLES[all(case.record.level in ("master", "doctor") for case in cases)].zh,
        notice=notice_of(campaign).number,
        made_at=at,
    )
