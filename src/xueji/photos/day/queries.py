"""Reading the photo day, viewer first (图像采集查询)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.notice import NoticeStep
from xueji.campaigns.queries import SHANGHAI, campaigns, notice_of, steps_of
from xueji.catalogue.text import Text
from xueji.journal.command import Scope
from xueji.photos.day.models import (
    Capture,
    Code,
    Dispute,
    Envelope,
    FaceCase,
    Nomination,
    PrintEntry,
    Session,
    Slot,
    StationKeys,
    Turn,
)  # fmt: skip
from xueji.photos.day.terms import ORIGINS, Capturing, Entry, Origin, capturing
from xueji.photos.day.tokens import Inside, Secrets, made
from xueji.records.models import College, StudentRecord
from xueji.records.queries import visible
from xueji.records.terms import Standing
from xueji.rules.capture import Duty, Face, Graduand, Round, Taken, duty, proof_window, valid_photo, worth
from xueji.rules.findings import Finding, finding
from xueji.rules.windows import Window


def rounds() -> list[Campaign]:
    """Every notice that declares a capture, newest first."""
    return [c for c in campaigns().filter(kind="photo") if capturing(notice_of(c)) is not None]


def terms_of(campaign: Campaign) -> Capturing:
    """What the campaign's notice declares of the capture. Raises LookupError for a notice without ``[capture]``."""
    declared = capturing(notice_of(campaign))
    if declared is None:
        raise LookupError(campaign.code)
    return declared


def cases_in(viewer: Viewer, campaign: Campaign, permission: str = Permission.CASE_READ) -> QuerySet[Case]:
    """The cases of a round that the viewer may see, by student number."""
    cases = Case.objects.filter(visible(viewer, permission, "record__"), campaign=campaign, left_at=None)
    return cases.select_related("campaign", "record__person", "record__college").order_by("record__student_number")


# which photo counts


def graduand(record: StudentRecord) -> Graduand:
    """The facts about the student that the rules ask for."""
    completed = record.graduated_on if record.conclusion == "completion" or record.standing == Standing.COMPLETED else None
    return Graduand(record.expected_on, record.first_expected_on, record.certificates, completed)


def captures_of(records: Iterable[StudentRecord]) -> dict[Any, list[Capture]]:
    """Every version of the records' photos with open disputes noted, oldest first, by record. Two queries."""
    return captures_by_record([r.pk for r in records])


def captures_by_record(wanted: Collection[Any]) -> dict[Any, list[Capture]]:
    """The same for the ids of records."""
    found: dict[Any, list[Capture]] = {pk: [] for pk in wanted}
    disputed, refused = set(), set()
    open_or_upheld = Dispute.objects.filter(Q(decided_at=None) | Q(upheld=True), capture__record__in=wanted)
    for capture, decided_at in open_or_upheld.values_list("capture", "decided_at"):
        (refused if decided_at else disputed).add(capture)
    rounds: dict[int, Campaign] = {}
    for one in Capture.objects.filter(record__in=wanted).select_related("campaign").order_by("version"):
        if one.campaign is not None:  # one object for each round: its notice is read once, not for every photo
            one.campaign = rounds.setdefault(one.campaign.pk, one.campaign)
        one.open_dispute = one.pk in disputed  # type: ignore[attr-defined]
        one.refused = one.pk in refused  # type: ignore[attr-defined]
        found[one.record_id].append(one)
    return found


def taken_by(one: Capture, declared: Capturing | None) -> Text:
    """Who took a photo, in both languages where the notice names the bureau in both."""
    if declared is not None and one.taken_by == declared.by.zh:
        return declared.by
    return Text(one.taken_by, one.taken_by) if one.taken_by else ORIGINS[one.origin]


def taken(one: Capture) -> Taken:
    """A version as the rules see it."""
    declared = capturing(notice_of(one.campaign)) if one.campaign else None
    batch = Text(one.campaign.title, one.campaign.title_en or one.campaign.title) if one.campaign else ""
    return Taken(one.taken_on, taken_by(one, declared), batch, declared.round if declared else Round(), Face(one.face),
                 confirmed=one.confirmed_at is not None,
                 disputed=getattr(one, "open_dispute", False), refused=getattr(one, "refused", False))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a photo with its worth (照片版本)."""

    capture: Capture
    counts: bool
    why: Finding


@dataclass(frozen=True, slots=True)
class Photos:
    """A student's photos as they stand (照片情况): the one that counts, why, what is to be done, every version."""

    valid: Capture | None
    why: Finding
    duty: Duty
    reason: Finding
    versions: tuple[Version, ...]


def photos_in(record: StudentRecord, now_for: Round, captures: list[Capture]) -> Photos:
    """Which photo counts under the round in force, and what the student has to do."""
    facts, who = [taken(c) for c in captures], graduand(record)
    chosen, why = valid_photo(facts, who, now_for)
    todo, reason = duty(facts, who, now_for)
    versions = tuple(Version(c, n == chosen, worth(f, who, now_for).why) for n, (c, f) in enumerate(zip(captures, facts, strict=True)))
    return Photos(captures[chosen] if chosen is not None else None, why, todo, reason, versions)


def photos_of(case: Case) -> Photos:
    """The same for one case."""
    return photos_in(case.record, terms_of(case.campaign).round, captures_of([case.record])[case.record_id])


def photos_of_all(cases: Iterable[Case]) -> dict[Any, Photos]:
    """The same for a page of cases of one campaign, by case. A few queries, however many they are."""
    page = list(cases)
    if not page:
        return {}
    terms, captures = terms_of(page[0].campaign).round, captures_of([c.record for c in page])
    return {case.pk: photos_in(case.record, terms, captures[case.record_id]) for case in page}


def duties_of(viewer: Viewer, campaign: Campaign) -> Iterator[tuple[Any, str, Duty, Finding]]:
    """The whole round at once: (case, group, what is to be done, why) for every case the viewer may see. Two or three queries.

    Students whose facts are the same share one judgement, so that 100,000 are judged in about a second.
    """
    terms, batches = terms_of(campaign).round, dict[int, Campaign]()
    photos: dict[Any, list[Taken]] = {}
    seen = Capture.objects.filter(record__cases__campaign=campaign).order_by("record", "version")
    noted = seen.annotate(
        open_dispute=Exists(Dispute.objects.filter(capture=OuterRef("pk"), decided_at=None)),
        refused=Exists(Dispute.objects.filter(capture=OuterRef("pk"), upheld=True)),
    ).defer("recorded_by", "recorded_at")
    known: dict[tuple[Any, ...], Taken] = {}
    for one in noted.iterator(5000):
        facts = (one.taken_on, one.taken_by, one.origin, one.campaign_id, one.face, one.confirmed_at is None, one.open_dispute, one.refused)
        if facts not in known:
            if one.campaign_id:
                one.campaign = batches.setdefault(one.campaign_id, one.campaign)
            known[facts] = taken(one)
        photos.setdefault(one.record_id, []).append(known[facts])
    columns = ("pk", "group", "record", *(f"record__{c}" for c in ("expected_on", "first_expected_on", "certificates", "graduated_on", "conclusion", "standing")))
    judged: dict[tuple[Any, ...], tuple[Duty, Finding]] = {}
    for pk, group, record, expected, first, certificates, graduated, conclusion, standing in cases_in(viewer, campaign).order_by().values_list(*columns).iterator(5000):
        completed = graduated if conclusion == "completion" or standing == Standing.COMPLETED else None
        facts = (expected, first, certificates, completed, *photos.get(record, ()))
        if facts not in judged:
            judged[facts] = duty(facts[4:], Graduand(*facts[:4]), terms)
        yield pk, group, *judged[facts]


# codes and keys


@lru_cache(maxsize=8)
def _secrets(number: int, signing: str, verifying: str, opening: str, envelope: str, public: str) -> Secrets:
    raw = [bytes.fromhex(part) for part in (signing, verifying, opening, envelope, public)]
    return Secrets(number, *raw)


def secrets_of(row: StationKeys) -> Secrets:
    """The keys of one generation, opened."""
    return _secrets(row.number, row.signing, row.verifying, row.opening, row.envelope, row.envelope_public)


def keys_now() -> StationKeys | None:
    """The generation in use; None before the first."""
    return StationKeys.objects.filter(retired_at=None).order_by("-number").first()


def keys_by(number: int) -> Secrets | None:
    """The keys of a generation that is still accepted."""
    row = StationKeys.objects.filter(number=number, retired_at=None).first()
    return secrets_of(row) if row else None


def keys_ever(number: int) -> Secrets | None:
    """The keys of any generation, retired ones too: for opening what was sealed before they were replaced, never for judging a code."""
    row = StationKeys.objects.filter(number=number).first() if 0 <= number < 2**15 else None
    return secrets_of(row) if row else None


def code_of(case: Case) -> Code | None:
    """The code of a case that is in force."""
    return Code.objects.filter(case=case, revoked_at=None).order_by("-serial").first()


def token_of(code: Code) -> str:
    """The text of the QR of a code; made fresh at every look, equal in worth. Raises LookupError without keys."""
    row = keys_now()
    if row is None:
        raise LookupError("no station keys")
    return made(Inside(code.case_id, code.expires_at, code.serial), secrets_of(row))


def revoked_serials(campaign: Campaign) -> list[str]:
    """Codes no longer good, as "case:serial", for a station that goes offline."""
    rows = Code.objects.filter(case__campaign=campaign).exclude(revoked_at=None).values_list("case_id", "serial")
    return [f"{case}:{serial}" for case, serial in rows]


# timetable


def sessions_of(campaign: Campaign) -> QuerySet[Session]:
    """The sessions in order, with how many places are taken. That a session takes place is public."""
    return Session.objects.filter(campaign=campaign).annotate(planned=Count("slots")).order_by("opens", "room")


def slot_of(case: Case) -> Slot | None:
    """The student's own place."""
    return Slot.objects.filter(case=case).select_related("session").first()


def sessions_for(case: Case, now: datetime) -> list[Session]:
    """Where the student may come: the college's sessions, and open ones, that are not over."""
    part_time = case.record.study_mode == "part_time"
    return [
        s for s in sessions_of(case.campaign).filter(closes__gt=now)
        if case.record.college_id in s.colleges or (s.open_day and (not s.part_time or part_time))
    ]  # fmt: skip


def unready(cases: Iterable[Case], terms: Capturing) -> dict[Any, list[str]]:
    """Which things each case has not acknowledged yet, by case; one query."""
    from xueji.photos.day.models import Readiness

    page = list(cases)
    wanted = [item.code for item in terms.ready]
    have: dict[Any, set[str]] = {}
    for case, item in Readiness.objects.filter(case__in=[c.pk for c in page]).values_list("case", "item"):
        have.setdefault(case, set()).add(item)
    return {c.pk: [code for code in wanted if code not in have.get(c.pk, set())] for c in page}


# the station


def turn_today(case: Case, on: date) -> Turn | None:
    """The case's turn of a day."""
    return Turn.objects.filter(case=case, on=on).first()


def turns_on(viewer: Viewer, campaign: Campaign, on: date, campus: str) -> QuerySet[Turn]:
    """The turns at a place on a day, for who operates there; nobody else sees any."""
    if not viewer.may(Permission.STATION_OPERATE, Scope(campus=campus)):
        return Turn.objects.none()
    return Turn.objects.filter(campaign=campaign, on=on, campus=campus).select_related("case__record", "judgement").order_by("number")


def turn_for(viewer: Viewer, turn_id: Any) -> Turn | None:
    """One turn, for who operates where it takes place."""
    turn = Turn.objects.filter(pk=turn_id).select_related("case__campaign", "case__record__person", "case__record__college", "judgement").first()
    return turn if turn and viewer.may(Permission.STATION_OPERATE, Scope(campus=turn.campus)) else None


@dataclass(frozen=True, slots=True)
class Counters:
    """The live figures of a place on a day (现场计数)."""

    waiting: int
    done: int
    minutes: int
    per_hour: int
    absent: int
    offline: int
    conflicts: int
    unjudged: int


def counters(campaign: Campaign, on: date, campus: str, now: datetime) -> Counters:
    """Waiting, minutes to wait, done in the last hour, and who was planned by now and has not come."""
    turns = Turn.objects.filter(campaign=campaign, on=on, campus=campus)
    rows = turns.aggregate(
        waiting=Count("pk", filter=Q(finished_at=None)), done=Count("pk", filter=Q(outcome="done")),
        hour=Count("pk", filter=Q(finished_at__gt=now - timedelta(hours=1))), offline=Count("pk", filter=Q(offline=True)),
    )  # fmt: skip
    began = datetime.combine(on, datetime.min.time(), SHANGHAI)
    planned = Slot.objects.filter(session__campaign=campaign, session__campus=campus, starts__gte=began, starts__lt=min(now, began + timedelta(days=1)))
    absent = planned.exclude(case__turns__on=on).count()
    minutes = round(rows["waiting"] * 60 / rows["hour"]) if rows["hour"] else rows["waiting"] * 2
    conflicts = Envelope.objects.filter(campaign=campaign, settled_at=None).exclude(conflicts=[]).count()
    unjudged = turns.filter(outcome="done", judgement=None).exclude(draft=None).count()
    return Counters(rows["waiting"], rows["done"], minutes, rows["hour"], absent, rows["offline"], conflicts, unjudged)


def unjudged_captures() -> QuerySet[Capture]:
    """Photos that no rule has seen yet (待补检照片): from an hour without network, or delivered by the bureau; oldest first."""
    waiting = Capture.objects.filter(judgement=None, origin__in=[Origin.HOUSE, Origin.BUREAU], file__purged_at=None).exclude(file=None)
    return waiting.select_related("record", "campaign", "file").order_by("recorded_at", "pk")


def called_back(campaign: Campaign, on: date, campus: str) -> list[tuple[Turn, Finding]]:
    """Whose photo was sent back after the turn had ended, and why (请回重拍): until another photo, or until a person overrules it."""
    turns = Turn.objects.filter(campaign=campaign, on=on, campus=campus, outcome="done", judgement__outcome="reject")
    late = turns.filter(judgement__judged_at__gt=F("finished_at")).select_related("judgement").prefetch_related("judgement__overrules")
    found = []
    for turn in late.order_by("number"):
        overruled = {one.rule for one in turn.judgement.overrules.all()}
        why = next((f for f in turn.judgement.findings if f["level"] == "reject" and f["rule"] not in overruled), None)
        if why is not None:
            found.append((turn, finding("STAT.038", number=turn.number, reason=Text(**why["message"]))))
    return found


def called_now(campaign: Campaign, on: date, campus: str) -> list[int]:
    """The last numbers that were called, newest first: all that the display shows."""
    rows = Turn.objects.filter(campaign=campaign, on=on, campus=campus).exclude(called_at=None)
    return list(rows.order_by("-called_at").values_list("number", flat=True)[:5])


def open_conflicts(viewer: Viewer, campaign: Campaign) -> QuerySet[Envelope]:
    """Envelopes that did not fit what had happened meanwhile, until somebody settles them."""
    if not viewer.holds(Permission.STATION_OPERATE) and not viewer.may(Permission.SCHEDULE_MANAGE, Scope()):
        return Envelope.objects.none()
    return Envelope.objects.filter(campaign=campaign, settled_at=None).exclude(conflicts=[])


# after the day


def absentees(viewer: Viewer, campaign: Campaign, now: datetime) -> QuerySet[Case]:
    """Who had to come, whose session is over, and who was photographed in no way: the make-up list, by itself.

    Whose photo was found wrong (异议成立) is on it too, until another one is there.
    """
    groups = [a.group for a in notice_of(campaign).audiences if a.group not in {"must_not", "later", "stands", "optional"}]
    missed = Q(slot__session__closes__lt=now)
    if _days_over(campaign, now):
        missed |= Q(slot=None)
    void = Exists(Dispute.objects.filter(capture=OuterRef("pk"), upheld=True))
    photographed = Capture.objects.filter(~void, campaign=campaign).values("record")
    refused = Q(record__in=Capture.objects.filter(void, campaign=campaign).values("record"))
    came = Q(pk__in=Turn.objects.filter(campaign=campaign, outcome="done").values("case"))
    return cases_in(viewer, campaign).filter(missed | refused, group__in=groups).exclude(record__in=photographed).filter(~came | refused)


def _days_over(campaign: Campaign, now: datetime) -> bool:
    """Whether nobody can come any more but to the make-up: the last session is over.

    Without a timetable the bureau's delivery says that the days are over, else the end of the notice's step.
    """
    last = campaign.sessions.order_by("-closes").values_list("closes", flat=True).first()
    if last is not None:
        return last < now
    if Capture.objects.filter(campaign=campaign, origin=Origin.BUREAU).exists():
        return True
    ends = [s.window.closes for s in notice_of(campaign).steps if s.kind in {"attend", "upload"} and s.window.closes]
    return max(ends, default=campaign.closes) < now


def may_be_absent(campaign: Campaign, now: datetime) -> bool:
    """Whether anybody can be absent yet (已有场次结束): before the end of the first session nobody is."""
    return campaign.sessions.filter(closes__lt=now).exists() or _days_over(campaign, now)


def proof_of(case: Case, capture: Capture, now: datetime) -> list[tuple[NoticeStep, Window]]:
    """The notice's steps of verification, each with the time in which this photo of this student may be verified."""
    steps = [(declared, standing) for declared, standing in steps_of(case, now).pairs() if declared.kind == "confirm"]
    return [(declared, proof_window(standing.step.window, capture.recorded_at, case.campaign.closes)) for declared, standing in steps]


def nominations_for(viewer: Viewer, campaign: Campaign | None = None) -> QuerySet[Nomination]:
    """Reported students the viewer may see, open ones first."""
    rows = Nomination.objects.filter(visible(viewer, Permission.CASE_READ, "record__"))
    if campaign:
        rows = rows.filter(campaign=campaign)
    return rows.select_related("record__person", "record__college", "campaign").order_by("decided_at", "reported_at")


def disputes_for(viewer: Viewer, campaign: Campaign | None = None) -> QuerySet[Dispute]:
    """Disputed photos the viewer may see, open ones first."""
    rows = Dispute.objects.filter(visible(viewer, Permission.CASE_READ, "capture__record__"))
    if campaign:
        rows = rows.filter(capture__campaign=campaign)
    return rows.select_related("capture__record__person", "capture__record__college", "capture__campaign").order_by("decided_at", "made_at")


def face_cases_for(viewer: Viewer) -> QuerySet[FaceCase]:
    """Students whose face CHSI could not verify, open ones first."""
    rows = FaceCase.objects.filter(visible(viewer, Permission.CASE_READ, "record__"))
    return rows.select_related("record__person", "record__college").annotate(settled_at=Coalesce("agreed_at", "passed_at")).order_by("settled_at", "found_at")


@dataclass(frozen=True, slots=True)
class Prints:
    """The prints of one college and where they are (洗印照片): received = used + returned + spoiled + on hand."""

    college: College
    received: int
    used: int
    returned: int
    spoiled: int

    @property
    def on_hand(self) -> int:
        return self.received - self.used - self.returned - self.spoiled


def prints_of(viewer: Viewer, campaign: Campaign) -> list[Prints]:
    """The register per college, those the viewer looks after."""
    codes = viewer.colleges_for(Permission.CASE_READ)
    colleges = College.objects.all() if codes is None else College.objects.filter(code__in=codes)
    booked = Sum("count", filter=Q(reverses=None), default=0) - Sum("count", filter=~Q(reverses=None), default=0)
    sums: dict[tuple[str, str], int] = {
        (college, entry): n
        for college, entry, n in PrintEntry.objects.filter(campaign=campaign).order_by().values_list("college", "entry").annotate(n=booked)
    }
    return [Prints(c, *(sums.get((c.code, e), 0) for e in (Entry.RECEIVED, Entry.USED, Entry.RETURNED, Entry.SPOILED))) for c in colleges]


def tallies(viewer: Viewer, campaign: Campaign) -> dict[str, int]:
    """How many are in each group, and how many of the round were photographed."""
    rows = cases_in(viewer, campaign).order_by().values_list("group").annotate(n=Count("pk"))
    photographed = Capture.objects.filter(visible(viewer, Permission.CASE_READ, "record__"), campaign=campaign).values("record").distinct().count()
    return dict(rows) | {"photographed": photographed}


def online_captures(record: StudentRecord, campaign: Campaign) -> QuerySet[Capture]:
    """What the student sent online in this round."""
    return Capture.objects.filter(record=record, campaign=campaign, origin=Origin.ONLINE)
