"""What stations did without network: taken over once, judged afterwards, conflicts kept (离线信封)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from xueji.accounts.permissions import Permission
from xueji.campaigns.models import Campaign
from xueji.campaigns.queries import SHANGHAI
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command, undoable
from xueji.photos.day.commands.numbers import Quicker, take_turn, written_first
from xueji.photos.day.commands.turns import _kept, _locked, _may_be_photographed, _seen, _station, finish_turn
from xueji.photos.day.models import Envelope, Fee, Turn
from xueji.photos.day.scanning import EARLY, case_of, judged
from xueji.photos.day.terms import Light
from xueji.rules.findings import Finding, finding
from xueji.vault.commands import store_file
from xueji.vault.queries import same_bytes


@command(needs=Permission.STATION_OPERATE, records="envelope.delivered", scope=lambda campaign, campus, **_: Scope(campus=campus))
def deliver_envelope(act: Act, campaign: Campaign, *, campus: str, station: str, id: UUID, inside: dict[str, Any], photo: bytes = b"") -> Change:
    """Take over what a station did without network (离线信封), exactly once: the second delivery of an id changes nothing.

    ``inside``: token, at (ISO, with its zone), method, outcome. What does not fit what happened meanwhile is kept whole as a
    conflict and counts as nothing. The photo is judged afterwards (judge_photo_later). The result is the Envelope.
    Raises ValueError for a moment that is none.
    """
    happened = datetime.fromisoformat(inside["at"])
    if happened.tzinfo is None:
        raise ValueError("a moment without its zone")
    # the turn that is to be made has its key already: in most cases nothing is left to be said of the envelope afterwards
    row = Envelope(id=id, campaign=campaign, station=station, received_at=act.at, turn_id=uuid4())
    if not written_first(row):  # first of all: the same envelope sent twice at one instant waits here for its twin
        return Change(f"envelope:{id}", Scope(campus=campus), result=Envelope.objects.get(pk=id), unchanged=True)
    foreseen = row.turn_id
    row.turn, conflicts = _taken_over(replace(act, at=min(happened, act.at)), campaign, campus, station, inside, photo, foreseen)
    if conflicts:
        row.conflicts, row.kept = [f.as_json() for f in conflicts], {**inside, "campus": campus}
        if photo:
            try:
                with undoable():
                    row.photo = store_file(_station(act), photo, purpose="photo", scope=ANYWHERE, title=f"{id}.jpg").result
            except Stopped as unfit:  # no picture at all: the envelope says so, the rest of it is kept
                row.conflicts += [f.as_json() for f in unfit.findings]
    if conflicts or row.turn_id != foreseen:
        row.save(update_fields=["turn", "conflicts", "kept", "photo"])
    return Change(f"envelope:{id}", Scope(campus=campus), {"station": station, "conflicts": [f.id for f in conflicts]}, row)


Ended = tuple[Turn | None, list[Finding]]


def _taken_over(act: Act, *what: Any) -> Ended:
    """The turn and what does not fit, inside one savepoint: all of it, or nothing and the conflict."""
    try:
        with undoable():
            return _replayed(act, *what)
    except Quicker:
        return _taken_over(act, *what)
    except Stopped as stopped:
        return None, stopped.findings


def _replayed(act: Act, campaign: Campaign, campus: str, station: str, inside: dict[str, Any], photo: bytes, foreseen: UUID) -> Ended:
    """The same commands as online. A new turn gets the key ``foreseen``. Raises Stopped, and Quicker for what is to be looked at again."""
    known, on = _seen(inside["token"], campaign, campus, act.at), act.at.astimezone(SHANGHAI).date()
    if act.at < known.issued_at - EARLY:
        told, issued = (f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in (act.at, known.issued_at))
        return None, [finding("STAT.022", at=told, issued=issued)]
    outcome, method = inside.get("outcome", ""), inside.get("method", "")
    before = Turn.objects.filter(case=known.case, on=on).select_related("draft").first() if known.number else None
    if before is not None and before.finished_at:
        return before, [] if _is_that_ending(before, outcome, method, photo) else [finding("STAT.020", number=before.number)]
    light, words = judged(known, campaign, act.at)
    if light == Light.RED:
        return None, [finding("STAT.021", reason=words[0].message)]
    turn = before or Turn(id=foreseen, campaign=campaign, on=on, campus=campus, light=light, words=[f.as_json() for f in words],
                          station=station, arrived_at=act.at, offline=True)  # fmt: skip
    turn.case, turn.campaign = case_of(known, campaign), campaign
    if photo and outcome == "done":
        _keep_unjudged(act, turn, photo)
    if outcome:
        finish_turn(act, turn, outcome=outcome, method=method)
    elif turn._state.adding and not take_turn(turn)[1]:
        raise Quicker
    return turn, []


def _keep_unjudged(act: Act, turn: Turn, photo: bytes) -> None:
    """The photo of a turn that was accepted in the chair; one that came before the network went and whose answer was lost is the same shot."""
    _locked(turn)
    _may_be_photographed(turn)
    if turn.draft is None or not same_bytes(turn.draft, photo):
        turn.draft, turn.judgement, turn.shots = _kept(act, turn.case, photo), None, turn.shots + 1
    turn.accepted_at = act.at
    if not turn._state.adding:
        turn.save(update_fields=["draft", "judgement", "shots", "accepted_at"])


def _is_that_ending(turn: Turn, outcome: str, method: str, photo: bytes) -> bool:
    """Whether an envelope tells again how a turn ended: the ending arrived, its answer did not, and the station sealed it anew."""
    if turn.outcome != outcome:
        return False
    fee = Fee.objects.filter(turn=turn).first()
    if fee is not None and method and fee.method != method:
        return False
    return same_bytes(turn.draft, photo) if turn.draft is not None and photo else turn.draft is None and not photo
