"""At the station: arrive, be called, be photographed, pay, leave (采集台). Commands that are repeated change nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import SystemActor
from xueji.campaigns.commands import mark_step
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI, notice_of
from xueji.catalogue.text import Text
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.photos.commands import judge_captured_photo
from xueji.photos.day.commands.numbers import Quicker, take_turn, written_version
from xueji.photos.day.models import Capture, Envelope, Fee, Turn
from xueji.photos.day.queries import terms_of
from xueji.photos.day.scanning import Known, judged, known_code
from xueji.photos.day.terms import METHODS, Light, Mode, Origin
from xueji.photos.day.tokens import NoCode
from xueji.records.queries import scope_of
from xueji.rules.findings import finding
from xueji.rules.progress import State
from xueji.vault.commands import store_file
from xueji.vault.models import VaultFile


def _at_campus(campus: str, **_: object) -> Scope:
    return Scope(campus=campus)


def _of_turn(turn: Turn, **_: object) -> Scope:
    return Scope(campus=turn.campus)


def _locked(turn: Turn) -> None:
    """The turn as it stands now, nobody else's until the transaction ends: a request sent twice waits for its twin."""
    if turn._state.adding:  # it began without the network and is written with its ending
        return
    now = ["called_at", "finished_at", "outcome", "shots", "draft", "judgement", "accepted_at"]
    turn.refresh_from_db(fields=now, from_queryset=Turn.objects.select_for_update())


def _station(act: Act) -> Act:
    return Act(SystemActor(f"采集台 {act.by.label}"), act.at, "capture")


def _seen(token: str, campaign: Campaign, campus: str, at: datetime) -> Known:
    """What is known of a scanned text. Raises Stopped with what is wrong with it."""
    try:
        return known_code(token, campaign, campus, at)
    except NoCode as no:
        raise Stopped([finding(no.why)]) from None


@command(needs=Permission.STATION_OPERATE, records="turn.arrived", scope=_at_campus)
def arrive(act: Act, campaign: Campaign, *, token: str, campus: str, station: str) -> Change:
    """A code is scanned (扫码取号). The result is (light, findings, turn or None).

    One turn per student and day: a second scan, here or at another station at the same instant, finds the first one.
    Raises Stopped for a text that is no code.
    """
    known, on = _seen(token, campaign, campus, act.at), act.at.astimezone(SHANGHAI).date()
    light, words = judged(known, campaign, act.at)
    if light == Light.RED or known.number:
        turn = Turn.objects.filter(case=known.case, on=on).first() if known.number else None
        return Change(f"case:{known.case}", Scope(campus=campus), result=(light, words, turn), unchanged=True)
    turn, fresh = take_turn(Turn(case_id=known.case, campaign=campaign, on=on, campus=campus, light=light, words=[f.as_json() for f in words],
                                 station=station, arrived_at=act.at))  # fmt: skip
    if not fresh:
        light, words = judged(replace(known, number=turn.number, finished=turn.finished_at is not None), campaign, act.at)
    detail = {"number": turn.number, "light": light, "station": station, "reasons": [f.id for f in words]}
    return Change(f"turn:{turn.pk}", Scope(campus=campus), detail, (light, words, turn), unchanged=not fresh)


@command(needs=Permission.STATION_OPERATE, records="turn.called", scope=_of_turn)
def call_turn(act: Act, turn: Turn) -> Change:
    """Call a number to the camera (叫号); the display shows it. Calling again calls again."""
    turn.called_at = act.at
    turn.save(update_fields=["called_at"])
    return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), {"number": turn.number}, turn)


@command(needs=Permission.STATION_OPERATE, records="turn.photographed", scope=_of_turn)
def add_shot(act: Act, turn: Turn, *, content: bytes) -> Change:
    """Keep a shot and judge it on the spot (拍摄与检测); a new one replaces the one not yet accepted. The result is the Judgement.

    The same bytes again (an answer was lost on the way) are the same shot.
    """
    _locked(turn)
    _may_be_photographed(turn)
    if turn.draft is not None and turn.judgement is not None and turn.judgement.photo_digest == hashlib.sha256(content).hexdigest():
        return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), result=turn.judgement, unchanged=True)
    turn.draft = _kept(act, turn.case, content)
    turn.judgement = judge_captured_photo(_station(act), turn.case.record, content, profile=terms_of(turn.campaign).profile).result
    turn.shots, turn.accepted_at = turn.shots + 1, None
    turn.save(update_fields=["draft", "judgement", "shots", "accepted_at"])
    return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), {"shots": turn.shots, "outcome": turn.judgement.outcome}, turn.judgement)


def _may_be_photographed(turn: Turn) -> None:
    terms = terms_of(turn.campaign)
    if turn.finished_at:
        raise Stopped([finding("STAT.032")])
    if terms.mode == Mode.OFFICIAL:
        raise Stopped([finding("STAT.033", by=terms.by)])


def _kept(act: Act, case: Case, content: bytes) -> VaultFile:
    if not content or not content.startswith(b"\xff\xd8"):
        raise Stopped([finding("STAT.034", field="photo")])
    return store_file(_station(act), content, purpose="photo", scope=scope_of(case.record), title="photo.jpg").result


@command(needs=Permission.STATION_OPERATE, records="turn.accepted", scope=_of_turn)
def accept_shot(act: Act, turn: Turn) -> Change:
    """The student has looked at the picture and accepts it (当场确认)."""
    _locked(turn)
    if turn.finished_at or turn.draft_id is None:
        raise Stopped([finding("STAT.032" if turn.finished_at else "STAT.031")])
    turn.accepted_at = act.at
    turn.save(update_fields=["accepted_at"])
    return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), {"shots": turn.shots}, turn)


@command(needs=Permission.STATION_OPERATE, records="turn.finished", scope=_of_turn)
def finish_turn(act: Act, turn: Turn, *, outcome: str, method: str = "", amount: int | None = None) -> Change:
    """End a turn (办结): "done" with the fee, or "left" without a photo. A repeated ending changes nothing.

    ``amount`` in fen, the notice's fee if not given; a free retake costs nothing. Stopped without an accepted photo where
    the school photographs, for a way of paying that the notice does not allow, and for another ending than the first.
    A turn that began without the network is written here, last of all: the line is held for a moment only. Raises Quicker
    when the student has been given a turn elsewhere meanwhile.
    """
    _locked(turn)
    if turn.finished_at:
        if turn.outcome != outcome:
            raise Stopped([finding("STAT.032")])
        return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), result=turn, unchanged=True)
    terms = terms_of(turn.campaign)
    fresh = turn._state.adding
    paid_before = not fresh and Fee.objects.filter(turn=turn).exists()
    problems = []
    allowed = (*terms.methods, "free")
    if outcome == "done":
        if terms.mode == Mode.IN_HOUSE and turn.accepted_at is None:
            problems.append(finding("STAT.031"))
        if terms.fee and not paid_before and method not in allowed:
            names = Text("、".join(METHODS[m].zh for m in allowed), ", ".join(METHODS[m].en for m in allowed))
            problems.append(finding("STAT.030", field="method", method=METHODS.get(method, method or "—"), allowed=names))
    if problems:
        raise Stopped(problems)
    turn.finished_at, turn.outcome = act.at, outcome
    if not fresh:
        turn.save(update_fields=["finished_at", "outcome"])
    if outcome == "done":
        if terms.fee and not paid_before:
            paid = 0 if method == "free" else terms.fee if amount is None else amount
            Fee.objects.create(turn=turn, amount=paid, method=method, at=act.at, by=act.by.label)
        if turn.draft_id:
            _versioned(act, turn.case, Origin.HOUSE, turn.on, act.by.label, file=turn.draft, judgement=turn.judgement)
        _attended(act, turn.case)
    if fresh and not take_turn(turn)[1]:
        raise Quicker
    return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), {"outcome": outcome, "method": method}, turn)


@command(needs=Permission.STATION_OPERATE, records="turn.reopened", scope=_of_turn)
def reopen_turn(act: Act, turn: Turn, *, reason: str) -> Change:
    """Call somebody back for another photo on the same day (请回重拍): the first photo stays as a version, the fee is not taken twice.

    Stopped without a reason, on another day, and for a turn that is still going on.
    """
    _locked(turn)
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    if turn.outcome != "done" or turn.on != act.at.astimezone(SHANGHAI).date():
        raise Stopped([finding("STAT.037")])
    turn.finished_at = turn.accepted_at = turn.draft = turn.judgement = None
    turn.outcome, turn.called_at = "", act.at
    turn.save(update_fields=["finished_at", "accepted_at", "draft", "judgement", "outcome", "called_at"])
    return Change(f"turn:{turn.pk}", Scope(campus=turn.campus), {"number": turn.number, "reason": reason.strip()[:200]}, turn)


def _versioned(act: Act, case: Case, origin: str, on: Any, by: str, **more: Any) -> Capture:
    return written_version(Capture(record=case.record, campaign=case.campaign, origin=origin, taken_on=on, taken_by=by,
                                   recorded_at=act.at, recorded_by=act.by.label, **more))  # fmt: skip


def _attended(act: Act, case: Case) -> None:
    for step in notice_of(case.campaign).steps_for(case.group):
        if step.kind in {"attend", "upload"}:
            mark_step(_station(act), case, step=step.code, mark=State.DONE)


@command(needs=Permission.SCHEDULE_MANAGE, records="envelope.settled")
def settle_envelope(act: Act, envelope: Envelope, *, note: str) -> Change:
    """Say what became of a conflict (了结冲突), with a note; the envelope and its photo stay as they came."""
    if not note.strip():
        raise Stopped([finding("CAMP.022", field="note")])
    envelope.settled_at, envelope.settled_by, envelope.settled_note = act.at, act.by.label, note.strip()[:300]
    envelope.save(update_fields=["settled_at", "settled_by", "settled_note"])
    return Change(f"envelope:{envelope.pk}", ANYWHERE, {"note": envelope.settled_note}, envelope)
