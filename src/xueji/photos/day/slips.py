"""Paper slips for who has no phone (采集凭证条): whose, the codes for them, and the sheet that is printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.documents.capture_slips import Slip, SlipSheet
from xueji.journal.command import Act, Stopped
from xueji.photos.day.commands.codes import issue_code_for
from xueji.photos.day.models import Code, Session, Slot
from xueji.photos.day.queries import cases_in, keys_now, secrets_of, sessions_of
from xueji.photos.day.tokens import Inside, made
from xueji.photos.day.worklists import UNCALLED
from xueji.records.queries import school, visible
from xueji.rules.findings import finding


def codes_for(viewer: Viewer, campaign: Campaign) -> QuerySet[Code]:
    """Every code given out in a round to students the viewer receives papers of, newest first, with who holds it."""
    rows = Code.objects.filter(visible(viewer, Permission.CASE_RECEIVE, "case__record__"), case__campaign=campaign)
    return rows.select_related("case__campaign", "case__record__person", "case__record__college").order_by("-issued_at", "-pk")


def cases_for_slips(viewer: Viewer, campaign: Campaign, *, class_number: str | None = None, session: Any = None, number: str = "") -> QuerySet[Case]:
    """Whose paper slips the viewer may print: who may come, of a class, a session (its id) or one student number; in the order of the queue."""
    cases = cases_in(viewer, campaign, Permission.CASE_RECEIVE).exclude(group__in=UNCALLED).select_related("slot__session")
    if class_number is not None:
        cases = cases.filter(record__class_number=class_number)
    if session:
        cases = cases.filter(slot__session=session)
    if number:
        cases = cases.filter(record__student_number=number.strip().upper())
    return cases.order_by("slot__starts", "slot__position", "record__class_number", "record__student_number")


def slips_by_class(viewer: Viewer, campaign: Campaign, college: str) -> list[tuple[str, int]]:
    """How many slips each class of a college takes; one question, however many students there are."""
    cases = cases_for_slips(viewer, campaign).filter(record__college=college).select_related(None)
    return list(cases.order_by("record__class_number").values_list("record__class_number").annotate(n=Count("pk")))


def slips_by_session(viewer: Viewer, campaign: Campaign) -> list[tuple[Session, int]]:
    """How many slips each session takes, those with any, in order; two questions."""
    cases = cases_for_slips(viewer, campaign).exclude(slot=None).select_related(None)
    counts = dict(cases.order_by().values_list("slot__session").annotate(n=Count("pk")))
    return [(session, counts[session.pk]) for session in sessions_of(campaign) if session.pk in counts]


def slips_of(codes: Iterable[Code]) -> list[Slip]:
    """The codes as paper slips, in the given order, each with its holder's place in the timetable. Raises LookupError without keys."""
    given = list(codes)
    numbers = {c.pk: c.record for c in Case.objects.filter(pk__in={one.case_id for one in given}).select_related("record")}
    places = {s.case_id: s for s in Slot.objects.filter(case__in=numbers).select_related("session")}
    slips, keys = [], keys_now()
    if keys is None:
        raise LookupError("no station keys")
    for one in given:
        record, slot = numbers[one.case_id], places.get(one.case_id)
        token = made(Inside(one.case_id, one.expires_at, one.serial), secrets_of(keys))
        place = f"{slot.session.campus} {slot.session.room}" if slot else ""
        slips.append(Slip(token, record.student_number, record.class_number, one.serial, one.expires_at, slot.starts if slot else None, place))
    return slips


def slip_sheet(campaign: Campaign, codes: Iterable[Code], at: datetime) -> SlipSheet:
    """The codes as a sheet to print with documents.capture_slips.render. Raises LookupError without keys."""
    return SlipSheet(school().name, campaign.title, campaign.number, slips_of(codes), at)


@transaction.atomic
def issue_codes_for(act: Act, cases: Sequence[Case]) -> list[Code]:
    """Codes for the slips of a class or a session, in the order of the cases. Each is asked for and journaled by itself.

    Raises Refused, and gives out none, when one of the students is not the actor's to look after; Stopped without keys.
    """
    if keys_now() is None:
        raise Stopped([finding("STAT.035")])
    return [issue_code_for(act, case).result for case in cases]
