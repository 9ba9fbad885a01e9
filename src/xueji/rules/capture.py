"""Who has to be photographed, and which photo counts (采集对象与照片效力): computed from facts, never stored as a flag.

研〔2024〕137号 一(一), 研函〔2020〕61号 一1, 教字〔2024〕183号 二, and the notice of October 2023 (N5) 二 differ in their terms only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding
from xueji.rules.windows import Window


class Duty(StrEnum):
    """What a student has to do in a round of capture (采集义务)."""

    MUST = "must"
    AGAIN = "again"
    MAY = "may"
    LATER = "later"
    STANDS = "stands"
    MUST_NOT = "must_not"


class Face(StrEnum):
    """What CHSI's comparison with the admission photo says (人脸比对结果); "" before it is known."""

    UNKNOWN = ""
    PASSED = "passed"
    FAILED = "failed"
    UNSURE = "unsure"
    ABNORMAL = "abnormal"


@dataclass(frozen=True, slots=True)
class Round:
    """The terms of one round of capture (采集批次的规定).

    ``years`` and ``months``: expected graduations it is for, empty for any. ``own_batch_only``: its photos are void for who
    graduates in another one. ``again_until``: delayed students photographed by that day come again. ``completed_stands``: who
    completed before ``opens`` keeps the completion photo. ``both_only``: not for who gets the degree certificate only.
    ``proofread``: a photo counts only when the student has confirmed it.
    """

    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    own_batch_only: bool = False
    again_until: date | None = None
    completed_stands: bool = False
    both_only: bool = False
    proofread: bool = False
    opens: date | None = None

    def is_for(self, expected_on: date | None) -> bool:
        """Whether the round is for who graduates then; an unknown day belongs to none that names years."""
        if not self.years:
            return True
        return expected_on is not None and expected_on.year in self.years and (not self.months or expected_on.month in self.months)


@dataclass(frozen=True, slots=True)
class Graduand:
    """The facts about the student (学生情况)."""

    expected_on: date | None
    first_expected_on: date | None
    certificates: str
    completed_on: date | None = None

    @property
    def delayed(self) -> bool:
        return self.expected_on is not None and self.first_expected_on is not None and self.first_expected_on < self.expected_on


@dataclass(frozen=True, slots=True)
class Taken:
    """The facts about one photo (照片来历): when, by whom, for which round, what CHSI and the student said of it.

    ``disputed``: the student says it is wrong and nobody has decided yet; ``refused``: the registry decided so.
    """

    taken_on: date
    by: Text
    batch: str | Text = ""
    terms: Round = Round()
    face: Face = Face.UNKNOWN
    confirmed: bool = False
    disputed: bool = False
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Worth:
    """What one photo is worth now (照片效力): whether it counts, whether it may still come to count, and why."""

    counts: bool
    pending: bool
    why: Finding


def _no(id: str, photo: Taken, **values: object) -> Worth:
    return Worth(False, False, finding(id, on=photo.taken_on, **values))


def worth(photo: Taken, who: Graduand, now_for: Round) -> Worth:
    """Whether a photo counts for this student under the round in force, with the reason in one sentence."""
    if now_for.both_only and who.certificates == "degree":
        return _no("CAPT.001", photo)
    if who.completed_on is not None and now_for.completed_stands and photo.taken_on > who.completed_on:
        return _no("CAPT.002", photo, completed=who.completed_on)
    if who.completed_on is None and photo.terms.own_batch_only and not photo.terms.is_for(who.expected_on):
        return _no("CAPT.003", photo, expected=who.expected_on or "—", batch=photo.batch)
    if who.completed_on is None and now_for.again_until and who.delayed and photo.taken_on <= now_for.again_until:
        return _no("CAPT.004", photo, until=now_for.again_until)
    if photo.face in {Face.FAILED, Face.ABNORMAL}:
        return _no("CAPT.005", photo, result=FACE_WORDS[photo.face])
    if photo.refused:
        return _no("CAPT.008", photo)
    if photo.disputed:
        return Worth(False, True, finding("CAPT.006", on=photo.taken_on))
    if photo.terms.proofread and not photo.confirmed:
        return Worth(False, True, finding("CAPT.007", on=photo.taken_on))
    return Worth(True, False, finding("CAPT.010", on=photo.taken_on, by=photo.by, batch=photo.batch or "—"))


FACE_WORDS = {
    Face.UNKNOWN: Text("未反馈", "not known yet"),
    Face.PASSED: Text("通过", "passed"),
    Face.FAILED: Text("身份核验未通过", "identity not verified"),
    Face.UNSURE: Text("身份核验不确定", "identity uncertain"),
    Face.ABNORMAL: Text("身份核验异常", "identity abnormal"),
}
"""The words of CHSI's answer (在校生下载 BZ)."""


def valid_photo(photos: Sequence[Taken], who: Graduand, now_for: Round) -> tuple[int | None, Finding]:
    """Which of the photos counts (index) and why, in one line: the newest that counts; None with the reason when none does.

    Photos come oldest first. A newer one that waits for the student's word does not replace an older one that counts.
    """
    if not photos:
        return None, finding("CAPT.011")
    judged = [worth(photo, who, now_for) for photo in photos]
    for n in range(len(photos) - 1, -1, -1):
        if judged[n].counts:
            return n, judged[n].why
    return None, judged[-1].why


def duty(photos: Sequence[Taken], who: Graduand, now_for: Round) -> tuple[Duty, Finding]:
    """What the student has to do in the round, and why: must, again, may, later, the old photo stands, must not."""
    if now_for.both_only and who.certificates == "degree":
        return Duty.MUST_NOT, finding("CAPT.020")
    if who.completed_on is not None and now_for.completed_stands:
        return Duty.STANDS, finding("CAPT.021", completed=who.completed_on)
    if not now_for.is_for(who.expected_on):
        return Duty.LATER, finding("CAPT.022", expected=who.expected_on or "—")
    judged = [worth(photo, who, now_for) for photo in photos]
    if any(w.counts or w.pending for w in judged):
        return Duty.MAY, finding("CAPT.023")
    if judged:
        return Duty.AGAIN, finding("CAPT.024", reason=judged[-1].why.message)
    return Duty.MUST, finding("CAPT.025")


def proof_window(declared: Window, arrived: datetime, round_closes: datetime | None) -> Window:
    """When a photo may be verified by its student (图像校对时间): the notice's own window.

    A photo that arrives when that is over (make-up, retake) has as long again from its arrival, or until the round closes
    if that is later: it would never count otherwise.  研〔2024〕137号 一(四)、(五)
    """
    if declared.opens is None or declared.closes is None or arrived < declared.closes:
        return declared
    as_long = arrived + (declared.closes - declared.opens)
    return Window(arrived, max(as_long, round_closes) if round_closes else as_long)
