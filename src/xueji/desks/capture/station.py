"""The station (采集台): a page that goes on without network; scan, number, photo, fee, done. It sees codes and numbers, no roster."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_POST, require_safe

from xueji.accounts.permissions import Permission
from xueji.campaigns.queries import SHANGHAI, campaign_of
from xueji.catalogue.text import Text
from xueji.desks.acting import act_of, for_staff, viewer_of
from xueji.desks.components.languages import said
from xueji.desks.files import file_address
from xueji.imaging.codes import UnreadableScan, codes_on
from xueji.journal.command import Scope, Stopped
from xueji.photos.day.commands import envelopes as delivery
from xueji.photos.day.commands import turns
from xueji.photos.day.queries import (
    called_back,
    called_now,
    counters,
    keys_ever,
    keys_now,
    revoked_serials,
    rounds,
    secrets_of,
    sessions_of,
    terms_of,
    turn_for,
    turns_on,
)  # fmt: skip
from xueji.photos.day.scanning import keys_in_force
from xueji.photos.day.terms import METHODS, Mode, yuan
from xueji.photos.day.tokens import NoCode, Secrets, opened_envelope
from xueji.rules.findings import Finding, finding

OPERATE = for_staff(Permission.STATION_OPERATE)
WORKER = Path(__file__).parent.parent / "static" / "xueji" / "capture" / "worker.js"
PICTURE_BYTES, ENVELOPES_AT_ONCE = 2_000_000, 10
ENVELOPE_BYTES = 40_000_000
"""The largest photo that the vault takes (20 MB), in base64 twice: once in the envelope, once around it."""


def place_of(request: HttpRequest, code: str, campus: str) -> Any:
    """The campaign, if the viewer operates at this campus; else the page does not exist."""
    campaign = campaign_of(code)
    if campaign is None or campaign.kind != "photo" or not viewer_of(request).may(Permission.STATION_OPERATE, Scope(campus=campus)):
        raise Http404
    return campaign


def _today() -> Any:
    return timezone.now().astimezone(SHANGHAI).date()


def _station(request: HttpRequest) -> str:
    return (request.headers.get("X-Station") or request.POST.get("station") or request.COOKIES.get("station") or "1")[:40]


def _sentences(found: list[Finding]) -> list[dict[str, str]]:
    return [{"id": f.id, "message": str(said(f.message)), "remedy": str(said(f.remedy)), "level": str(f.level)} for f in found]


@OPERATE
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The rounds and places at which the viewer may open a station."""
    viewer, places = viewer_of(request), []
    for campaign in rounds():
        campuses = sorted({s.campus for s in sessions_of(campaign)})
        mine = [c for c in campuses if viewer.may(Permission.STATION_OPERATE, Scope(campus=c))]
        if mine:
            places.append((campaign, mine))
    return render(request, "capture/start.html", {"places": places})


@OPERATE
@ensure_csrf_cookie
def station(request: HttpRequest, code: str, campus: str) -> HttpResponse:
    """The station page; a scan sent by the plain form leads to the turn's own page."""
    campaign = place_of(request, code, campus)
    seen = None
    if request.method == "POST":
        try:
            light, words, turn = _scanned(request, campaign, campus)
        except Stopped as stopped:
            light, words, turn = "red", stopped.findings, None
        if turn is not None and light != "red" and not turn.finished_at:
            return redirect("capture:turn", turn_id=turn.pk)
        seen = {"light": light, "words": words}
    now, terms = timezone.now(), terms_of(campaign)
    return render(request, "capture/station.html", {
        "campaign": campaign, "campus": campus, "seen": seen, "counters": counters(campaign, _today(), campus, now), "terms": terms,
        "methods": _methods(terms), "fee": yuan(terms.fee), "house": terms.mode == Mode.IN_HOUSE, "back": called_back(campaign, _today(), campus),
        "waiting": [t for t in turns_on(viewer_of(request), campaign, _today(), campus) if not t.finished_at]})  # fmt: skip


def _methods(terms: Any) -> list[tuple[str, Text]]:
    return [(m, METHODS[m]) for m in (*terms.methods, "free")] if terms.fee else []


def _scanned(request: HttpRequest, campaign: Any, campus: str) -> Any:
    token = request.POST.get("token", "")[:600]
    return turns.arrive(act_of(request, "capture"), campaign, token=token, campus=campus, station=_station(request)).result


@OPERATE
@require_POST
def scan(request: HttpRequest, code: str, campus: str) -> JsonResponse:
    """A code in; light, reasons and number out."""
    campaign = place_of(request, code, campus)
    try:
        light, words, turn = _scanned(request, campaign, campus)
    except Stopped as stopped:
        return JsonResponse({"light": "red", "words": _sentences(stopped.findings), "number": None, "turn": ""})
    return JsonResponse({"light": light, "words": _sentences(words), "number": turn.number if turn else None,
                         "finished": bool(turn and turn.finished_at), "turn": reverse("capture:turn", args=[turn.pk]) if turn else ""})  # fmt: skip


@OPERATE
@require_POST
def read_picture(request: HttpRequest, code: str, campus: str) -> JsonResponse:
    """A frame of the station's camera (JPEG as the body): the text of the code in it, or nothing. The frame is forgotten."""
    place_of(request, code, campus)
    if int(request.headers.get("Content-Length") or 0) > PICTURE_BYTES:
        return JsonResponse({}, status=413)
    if request.content_type != "image/jpeg":
        return JsonResponse({}, status=415)
    try:
        texts = codes_on(request.body)
    except UnreadableScan:
        texts = []
    return JsonResponse({"text": next((text for text in texts if text.startswith("XJ")), "")})


@OPERATE
def turn(request: HttpRequest, turn_id: UUID) -> HttpResponse:
    """One turn: call, photograph, accept, pay, leave. The page's script asks for JSON, the plain page works by itself."""
    one = turn_for(viewer_of(request), turn_id)
    if one is None:
        raise Http404
    wants_json = request.headers.get("Accept") == "application/json"
    found: list[Finding] = []
    if request.method == "POST":
        try:
            _acted(request, one)
        except Stopped as stopped:
            found = stopped.findings
        if not found and not wants_json:
            where = "capture:station" if one.finished_at else "capture:turn"
            return redirect(where, code=one.campaign.code, campus=one.campus) if one.finished_at else redirect(where, turn_id=turn_id)
    judged = one.judgement
    if wants_json:
        return JsonResponse({"findings": _sentences(found), "verdict": _verdict(judged), "finished": bool(one.finished_at)}, status=422 if found else 200)
    terms = terms_of(one.campaign)
    return render(request, "capture/turn.html", {
        "turn": one, "findings": found, "terms": terms, "house": terms.mode == Mode.IN_HOUSE, "methods": _methods(terms), "fee": yuan(terms.fee),
        "today": one.on == _today(), "verdict": _verdict(judged), "photo": file_address(viewer_of(request), one.draft_id) if one.draft_id else ""},
        status=422 if found else 200)  # fmt: skip


def _acted(request: HttpRequest, one: Any) -> None:
    act, asked = act_of(request, "capture"), request.POST.get("act", "")
    if asked == "call":
        turns.call_turn(act, one)
    elif asked == "shot":
        photo = request.FILES.get("photo")
        turns.add_shot(act, one, content=photo.read(20_000_001) if photo else b"")
    elif asked == "accept":
        turns.accept_shot(act, one)
    elif asked == "again":
        turns.reopen_turn(act, one, reason=request.POST.get("reason", ""))
    elif asked in {"done", "left"}:
        turns.finish_turn(act, one, outcome=asked, method=request.POST.get("method", ""))


def _verdict(judged: Any) -> dict[str, Any]:
    """What the rules said of the shot, in words; "not checked" is said, never passed over."""
    if judged is None:
        return {"outcome": "", "said": "", "lines": []}
    words = {"pass": Text("检测通过", "Passed the rules"), "warn": Text("请看一看", "Please look"), "reject": Text("建议重拍", "Better take it again"),
             "unchecked": Text("未检测：请人工看片", "Not checked: please look yourself")}  # fmt: skip
    unchecked = [f for f in judged.findings if f["level"] == "unchecked"]
    outcome = judged.outcome
    said_of = words.get(outcome, words["unchecked"])
    sentence = Text("{message}{remedy} {id}", "{message} {remedy} {id}")
    lines = [str(said(sentence.format(message=Text(**f["message"]), remedy=Text(**f["remedy"]), id=f["id"]))) for f in judged.findings if f["level"] in {"reject", "warn"}]
    if unchecked and outcome != "unchecked":
        lines.append(str(said(Text("有 {n} 项未检测", "{n} rules not checked").format(n=len(unchecked)))))
    return {"outcome": outcome, "said": str(said(said_of)), "lines": lines}


@OPERATE
@require_safe
def display(request: HttpRequest, code: str, campus: str) -> HttpResponse:
    """The numbers on the wall: the one called last, large, and those before it."""
    campaign = place_of(request, code, campus)
    numbers = called_now(campaign, _today(), campus)
    template = "capture/display_numbers.html" if request.htmx else "capture/display.html"
    return render(request, template, {"campaign": campaign, "campus": campus, "numbers": numbers, "counters": counters(campaign, _today(), campus, timezone.now())})


@OPERATE
@require_safe
def live(request: HttpRequest, code: str, campus: str) -> JsonResponse:
    """The live figures of the place."""
    campaign = place_of(request, code, campus)
    now, back = counters(campaign, _today(), campus, timezone.now()), called_back(campaign, _today(), campus)
    figures = {name: getattr(now, name) for name in ("waiting", "done", "minutes", "per_hour", "absent", "offline", "conflicts", "unjudged")}
    return JsonResponse(figures | {"back": [{"say": f"{said(why.message)} {why.id}", "turn": reverse("capture:turn", args=[t.pk])} for t, why in back]})


@OPERATE
@require_safe
def kit(request: HttpRequest, code: str, campus: str) -> JsonResponse:
    """What the station needs to go on without network: keys and void codes. No name, no number of anybody."""
    campaign, row = place_of(request, code, campus), keys_now()
    if row is None:
        raise Http404
    keys, terms = secrets_of(row), terms_of(campaign)
    b64 = lambda raw: base64.b64encode(raw).decode()  # noqa: E731
    return JsonResponse({"number": keys.number, "verify": b64(keys.verifying), "open": b64(keys.opening), "envelope": b64(keys.envelope_public),
                         "revoked": revoked_serials(campaign), "house": terms.mode == Mode.IN_HOUSE, "fee": terms.fee})  # fmt: skip


@OPERATE
@require_POST
def envelopes(request: HttpRequest, code: str, campus: str) -> JsonResponse:
    """Sealed envelopes in, a JSON list; what became of each out, in the same order. The same id again gets the same answer."""
    campaign = place_of(request, code, campus)
    if int(request.headers.get("Content-Length") or 0) > ENVELOPE_BYTES:
        return JsonResponse({"findings": _sentences([finding("STAT.004")])}, status=413)
    try:
        sent = json.loads(request.read(ENVELOPE_BYTES))
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, list) or not 0 < len(sent) <= ENVELOPES_AT_ONCE:
        return JsonResponse({"findings": _sentences([finding("STAT.004")])}, status=422)
    keys = cache(_keys_that_sealed)
    return JsonResponse({"answers": [_delivered(request, campaign, campus, one, keys) for one in sent]})


def _delivered(request: HttpRequest, campaign: Any, campus: str, sealed: Any, keys: Callable[[int], Secrets | None]) -> dict[str, Any]:
    """One envelope, in a transaction of its own: what does not open or does not fit keeps none of the others back."""
    try:
        id, inside, photo = _opened(sealed, keys)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return {"findings": _sentences([finding("STAT.004")])}
    act = act_of(request, "capture")
    row = delivery.deliver_envelope(act, campaign, campus=campus, station=_station(request), id=id, inside=inside, photo=photo).result
    return {"delivered": str(row.pk), "conflicts": [str(said(Finding.from_json(f).message)) for f in row.conflicts]}


def _opened(sent: Any, keys_of: Callable[[int], Secrets | None]) -> tuple[UUID, dict[str, str], bytes]:
    """The envelope opened with the school's key. Raises what a wrong shape raises, or NoCode (a ValueError), for anything that is none."""
    keys = keys_of(int(sent["key"]))
    if keys is None:
        raise NoCode("STAT.003")
    raw = [base64.b64decode(sent[part], validate=True) for part in ("ephemeral", "nonce", "sealed")]
    told = {"token": "", "at": "", "outcome": "", "method": "", "photo": ""} | dict(json.loads(opened_envelope(keys, *raw, str(sent["id"]))))
    photo = base64.b64decode(told.pop("photo") or b"")
    inside = {name: _clean(told[name]) for name in ("token", "at", "outcome", "method")}
    happened = datetime.fromisoformat(inside["at"])
    if happened.tzinfo is None or happened.year < 1970 or not inside["token"]:
        raise ValueError("an envelope tells its moment with the zone, and its code")
    if inside["outcome"] not in {"", "done", "left"} or (photo and inside["outcome"] != "done"):
        raise ValueError("an ending that no station knows, or a photo that no ending would keep")
    return UUID(str(sent["id"])), inside, photo


def _keys_that_sealed(number: int) -> Secrets | None:
    """Keys that were replaced since open what was sealed before: the code in it is then void, and the envelope becomes a conflict."""
    return keys_in_force(number) or keys_ever(number)


def _clean(text: Any) -> str:
    """A text that every table keeps, at most 600 letters. Raises TypeError for what is none, ValueError for half a letter or U+0000."""
    if not isinstance(text, str):
        raise TypeError("not a text")
    if "\0" in text:
        raise ValueError("a letter that no table keeps")
    return text.encode().decode()[:600]


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker of the station, allowed to keep the pages under /capture/."""
    kept = [static(f"xueji/{name}") for name in ("tokens.css", "photo.css", "shell.css", "components.css", "tables.css", "pages.css", "registry.css", "capture/station.css",
                                                 "capture/station.js", "capture/sealing.js", "capture/guidance.js", "capture/camera.js", "js/countdown.js", "js/keys.js", "js/selection.js", "mark.svg")]  # fmt: skip
    answer = HttpResponse(f"const KEPT = {json.dumps(kept)};\n{WORKER.read_text('utf-8')}", content_type="text/javascript")
    answer["Service-Worker-Allowed"] = "/capture/"
    answer["Cache-Control"] = "no-cache"
    return answer


@OPERATE
@require_POST
def name_station(request: HttpRequest) -> HttpResponse:
    """Remember in this browser which station it is."""
    answer = redirect("capture:start")
    answer.set_cookie("station", request.POST.get("station", "1").encode("ascii", "ignore").decode()[:10] or "1", httponly=True, samesite="Lax")
    messages.success(request, said(Text("已记住台号。", "The station’s number is kept.")))
    return answer
