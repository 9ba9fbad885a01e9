"""What a student's photo page says first (一眼看到的结论): must I come, have I been, what do I do next, until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xueji.catalogue.text import Text
from xueji.photos.day.queries import Photos, Version
from xueji.photos.day.terms import METHODS, Capturing, yuan
from xueji.rules.capture import Duty
from xueji.rules.windows import Phase, Window

FREE = Text("不收费", "free of charge")


@dataclass(frozen=True, slots=True)
class Situation:
    """The facts the answer rests on. ``last`` is the newest photo of this round, ``verify`` the window of the student's
    verification, ``over`` whether the student's own session, or the online window, has ended."""

    photos: Photos
    terms: Capturing
    last: Version | None
    came: bool
    over: bool
    verify: Window | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer: its state (colour and shape), its words, the next step; ``code`` names it in templates."""

    code: str
    state: str
    title: Text
    line: Text


_NO = {
    Duty.MUST_NOT: Text("请不要参加本次采集", "Please do not come"),
    Duty.STANDS: Text("不用参加：以结业时的照片为准", "No need to come: your completion photo stands"),
    Duty.LATER: Text("这次不参加", "Not in this round"),
}


def answer(s: Situation) -> Answer:
    """What the student has to know first. A photo of this round decides before the duty, being there before being absent."""
    duty, reason = s.photos.duty, s.photos.reason.message
    if duty in _NO:
        return Answer("not_called", "idle", _NO[duty], reason)
    if s.last is not None:
        return _photographed(s, s.last)
    if s.came:
        return Answer("came", "going", Text("已到场采集，等待结果", "You were photographed; the result is awaited"),
                      Text("图像采集单位交来结果后，这里会显示。", "It is shown here as soon as the photographer has delivered it."))  # fmt: skip
    if s.over and duty != Duty.MAY:
        return Answer("missed", "late", Text("错过了采集，请补采", "You missed the capture: make it up"),
                      Text("最晚时间、地址和开放时间见下面“补采”。", "Deadline, address and hours are below under “Make-up”."))  # fmt: skip
    if duty == Duty.MAY:
        return Answer("may", "done" if s.photos.valid else "going", Text("自愿参加", "You may come"), reason)
    title = Text("必须重新参加采集", "You must come again") if duty == Duty.AGAIN else Text("必须参加采集", "You must come")
    return Answer("must", "back", title, reason)


def _photographed(s: Situation, last: Version) -> Answer:
    if last.counts:
        return Answer("counts", "done", Text("照片已采集，有效", "Your photo is taken and counts"), Text("不用再做什么。", "Nothing more to do."))
    if getattr(last.capture, "open_dispute", False):
        return Answer("disputed", "review", Text("异议正在审核", "Your objection is being decided"),
                      Text("学院提意见，学校作决定；结果会显示在这里。", "The college gives its opinion, the registry decides; you see it here."))  # fmt: skip
    if getattr(last.capture, "refused", False) and s.photos.valid is not None:
        return Answer("counts", "done", Text("新拍的照片作废，原来的照片仍然有效", "The new photo is void; your earlier photo still counts"), s.photos.why.message)
    if s.photos.duty == Duty.AGAIN or getattr(last.capture, "refused", False):
        return Answer("again", "late", Text("这张照片不能用，必须重新采集", "This photo is void: it must be taken again"), last.why.message)
    if s.verify is None:
        return Answer("waits", "going", Text("照片已采集", "Your photo is taken"), last.why.message)
    phase = s.verify.phase(s.now)
    if phase is Phase.OPEN:
        return Answer("verify", "back", Text("请核对你的照片", "Verify your photo"),
                      Text("核对前照片不生效。", "It does not count until you have said that it is right."))  # fmt: skip
    if phase is Phase.BEFORE:
        return Answer("before_verify", "going", Text("照片已采集，到时请核对", "Your photo is taken; verify it later"),
                      Text("核对窗口还没有开放，时间见下面。", "The window for it is not open yet; see below."))  # fmt: skip
    return Answer("unverified", "late", Text("核对已截止，照片没有生效", "Verification is closed; the photo does not count"),
                  Text("请马上联系学院。", "See your college at once."))  # fmt: skip


def price(terms: Capturing) -> Text:
    """What it costs and how it may be paid."""
    if not terms.fee:
        return FREE
    ways = [METHODS[m] for m in terms.methods if m in METHODS]
    return Text(f"{yuan(terms.fee)} 元（{'、'.join(w.zh for w in ways)}）", f"{yuan(terms.fee)} yuan ({', '.join(w.en for w in ways)})")
