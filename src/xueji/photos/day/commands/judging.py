"""Judging photos that came without a judgement: from an hour without network, or delivered by the bureau (照片补检)."""

from __future__ import annotations

from xueji.accounts.permissions import Permission
from xueji.journal.command import Act, Change, Scope, command
from xueji.photos.commands import judge_captured_photo
from xueji.photos.day.commands.turns import _station
from xueji.photos.day.models import Capture, Turn
from xueji.photos.day.queries import terms_of
from xueji.photos.day.terms import Origin
from xueji.photos.terms import Taken
from xueji.records.queries import scope_of
from xueji.vault.store import FileGone, read


def _of_capture(capture: Capture, **_: object) -> Scope:
    return scope_of(capture.record)


@command(needs=Permission.STATION_OPERATE, records="photo.judged_later", scope=_of_capture)
def judge_photo_later(act: Act, capture: Capture) -> Change:
    """Judge a photo that no rule has seen yet (照片补检). The result is the Judgement; None when its bytes are gone.

    One that is sent back appears at the station, so that the student is called back, and in the lists of college and registry.
    """
    subject = f"record:{capture.record.student_number}"
    if capture.judgement_id or capture.file is None:
        return Change(subject, _of_capture(capture), result=capture.judgement, unchanged=True)
    try:
        content = b"".join(read(capture.file.place))
    except FileGone:
        return Change(subject, _of_capture(capture), unchanged=True)
    profile = terms_of(capture.campaign).profile if capture.campaign else "chsi-graduation"
    taken = Taken.BUREAU if capture.origin == Origin.BUREAU else Taken.STATION
    capture.judgement = judge_captured_photo(_station(act), capture.record, content, profile=profile, taken=taken).result
    capture.save(update_fields=["judgement"])
    Turn.objects.filter(draft=capture.file, judgement=None).update(judgement=capture.judgement)
    detail = {"outcome": capture.judgement.outcome, "version": capture.version}
    return Change(subject, _of_capture(capture), detail, capture.judgement)
