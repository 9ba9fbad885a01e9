"""Photos that came without a judgement get it later (照片补检): by the calendar, a few seconds at a time."""

from __future__ import annotations

import time
from datetime import datetime

from xueji.accounts.queries import SystemActor
from xueji.journal.command import Act
from xueji.photos.day.commands.judging import judge_photo_later
from xueji.photos.day.queries import unjudged_captures

AT_ONCE = 20.0
"""Seconds of judging at one tick; what is left is done at the next."""


def judge_waiting_photos(now: datetime) -> int:
    """Judge what waits, oldest first, for some seconds; how many were judged. Twice the same changes nothing."""
    done, until = 0, time.monotonic() + AT_ONCE
    for capture in unjudged_captures()[:500]:
        judge_photo_later(Act(SystemActor("补检"), now, "job"), capture)
        done += 1
        if time.monotonic() > until:
            break
    return done
