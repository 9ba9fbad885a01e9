"""One student of a photo round as a desk sees it (采集个人页): group and why, place, readiness, code, every version, what is in dispute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.queries import explain, notice_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of
from xueji.desks.components.photo_rows import DUTIES, version_rows
from xueji.photos.day.commands.codes import revoke_code, rotate_code
from xueji.photos.day.queries import cases_in, code_of, disputes_for, keys_now, photos_of, slot_of, terms_of, unready
from xueji.photos.day.worklists import faces_of
from xueji.records.queries import scope_of
from xueji.rules.capture import FACE_WORDS, Face

if TYPE_CHECKING:
    from xueji.campaigns.models import Campaign, Case


def person_of(viewer: Viewer, campaign: Campaign, number: str) -> Case:
    """The case of that student number. Raises Http404 when there is none that the viewer may see."""
    case = cases_in(viewer, campaign).filter(record__student_number=number).first()
    if case is None:
        raise Http404
    return case


def person_page(viewer: Viewer, campaign: Campaign, case: Case) -> dict[str, Any]:
    """What the page of one student shows."""
    photos, terms = photos_of(case), terms_of(campaign)
    left = unready([case], terms)[case.pk]
    return {
        "campaign": campaign, "case": case, "terms": terms, "photos": photos, "duty": DUTIES[photos.duty], "versions": version_rows(viewer, photos, recorded=True),
        "why": explain(case.record, notice_of(campaign)), "slot": slot_of(case), "ready": [(item, item.code not in left) for item in terms.ready],
        "code": code_of(case), "has_keys": keys_now() is not None, "may_code": viewer.may(Permission.CASE_RECEIVE, scope_of(case.record)),
        "disputes": disputes_for(viewer, campaign).filter(capture__record=case.record),
        "faces": [(face, FACE_WORDS[Face(face.result)]) for face in faces_of(case)],
    }  # fmt: skip


def acted_on_code(request: HttpRequest, desk: str, case: Case) -> Text:
    """Void or replace the student's code, with a reason. Raises Stopped without one, Http404 for any other wish."""
    asked, reason = request.POST.get("act", ""), request.POST.get("reason", "")
    if asked == "revoke":
        revoke_code(act_of(request, desk), case, reason=reason)
        return Text("凭证已作废。", "The code is void.")
    if asked == "rotate":
        rotate_code(act_of(request, desk), case, reason=reason)
        return Text("已换发新凭证，旧的立即作废。", "A new code was given out; the former one ended at once.")
    raise Http404
