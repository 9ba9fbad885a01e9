"""What the station must know of a scanned code (扫码所见), by one question to the database.

It is asked at every scan by all stations at once, so it is written by hand: as model queries it was nine questions and two
thirds of the time of a scan. PostgreSQL and SQLite read the same text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models

from xueji.campaigns.models import Campaign, Case
from xueji.campaigns.queries import SHANGHAI
from xueji.photos.day.models import Capture
from xueji.photos.day.queries import keys_by, taken, terms_of
from xueji.photos.day.tokens import Inside, NoCode, Secrets, opened
from xueji.records.models import StudentRecord
from xueji.records.terms import Standing
from xueji.rules.capture import Graduand, Taken, duty
from xueji.rules.findings import Finding
from xueji.rules.station import Scanned, admission

M = TypeVar("M", bound=models.Model)

EARLY = timedelta(minutes=15)
"""A session lets people in so long before it begins and so long after it ends."""

QUESTION = """
SELECT code.expires_at, code.revoked_at, held.campaign_id, held.left_at, held.record_id,
    record.expected_on, record.first_expected_on, record.certificates, record.graduated_on, record.conclusion, record.standing,
    turn.number, turn.finished_at,
    EXISTS (SELECT 1 FROM photos_slot slot JOIN photos_session own ON own.id = slot.session_id WHERE slot.case_id = held.id
        AND own.campaign_id = %(campaign)s AND own.campus = %(campus)s AND own.opens <= %(late)s AND own.closes > %(early)s),
    (SELECT MAX(CASE WHEN here.open_day AND (NOT here.part_time OR record.study_mode = 'part_time') THEN 2 ELSE 1 END) FROM photos_session here
        WHERE here.campaign_id = %(campaign)s AND here.campus = %(campus)s AND here.opens <= %(late)s AND here.closes > %(early)s),
    EXISTS (SELECT 1 FROM photos_capture WHERE record_id = held.record_id),
    (SELECT string_agg(item, ',') FROM photos_readiness WHERE case_id = held.id),
    EXISTS (SELECT 1 FROM photos_stationkeys WHERE number = %(keys)s AND verifying = %(verifying)s AND retired_at IS NULL),
    held."group", held.finished_at, record.college_id, record.campus, record.class_number, record.account_id, code.issued_at
FROM photos_code code
JOIN campaigns_case held ON held.id = code.case_id
JOIN records_studentrecord record ON record.id = held.record_id
LEFT JOIN photos_turn turn ON turn.case_id = held.id AND turn."on" = %(on)s
WHERE code.case_id = %(case)s AND code.serial = %(serial)s
"""


VERSIONS = """
SELECT version.taken_on, version.taken_by, version.origin, version.face, version.confirmed_at, version.campaign_id,
    EXISTS (SELECT 1 FROM photos_dispute WHERE capture_id = version.id AND decided_at IS NULL),
    EXISTS (SELECT 1 FROM photos_dispute WHERE capture_id = version.id AND decided_at IS NOT NULL AND upheld)
FROM photos_capture version WHERE version.record_id = %s ORDER BY version.version
"""


@dataclass(frozen=True, slots=True)
class Known:
    """The case behind a code and what is known of it at this place and moment. ``ready``: what was acknowledged.

    ``group`` and ``done_at`` are the case's, ``belongs`` is where its record belongs: college, campus, class and account.
    """

    case: UUID
    record: UUID
    campaign: int
    expires_at: datetime
    revoked: bool
    in_audience: bool
    who: Graduand
    number: int
    finished: bool
    own_session: bool
    session_here: bool
    photographed: bool
    ready: frozenset[str]
    group: str
    done_at: datetime | None
    belongs: tuple[str, str, str, int | None]
    issued_at: datetime


_held: dict[int, Secrets] = {}


def _keys_held(number: int) -> Secrets | None:
    """The keys as this process saw them last; that they are still in force is part of the question."""
    return _held.get(number) or _keys_fresh(number)


def _keys_fresh(number: int) -> Secrets | None:
    keys = keys_by(number)
    if keys is None:
        _held.pop(number, None)
    else:
        _held[number] = keys
    return keys


def keys_in_force(number: int) -> Secrets | None:
    """The keys of a generation that is still accepted, by the shortest question; None for a number that can be none."""
    if not 0 <= number < 2**15:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT verifying FROM photos_stationkeys WHERE number = %s AND retired_at IS NULL", [number])
        row = cursor.fetchone()
    held = _held.get(number)
    return held if row is not None and held is not None and held.verifying.hex() == row[0] else _keys_fresh(number)


def known_code(token: str, campaign: Campaign, campus: str, now: datetime) -> Known:
    """What is known of the code of a scanned text. Raises NoCode for a text that is no code of ours or is made with retired keys."""
    try:
        inside, keys = _opened(token, _keys_held)
        found = _asked(inside, keys, campaign, campus, now)
        if found is not None:
            return found
    except NoCode as no:
        if no.why == "STAT.001":
            raise
    inside, keys = _opened(token, _keys_fresh)  # the keys were replaced since, or the text is a forgery
    found = _asked(inside, keys, campaign, campus, now)
    if found is None:
        raise NoCode("STAT.001")
    return found


def _opened(token: str, keys_of: Any) -> tuple[Inside, Secrets]:
    used: list[Secrets] = []

    def keys(number: int) -> Secrets | None:
        found = keys_of(number)
        used[:] = [found] if found else []
        return found

    return opened(token, keys), used[0]


def _asked(inside: Inside, keys: Secrets, campaign: Campaign, campus: str, now: datetime) -> Known | None:
    """None when there is no such code, or the keys are no longer in force."""
    ops = connection.ops
    values = {
        "campaign": campaign.pk, "campus": campus, "late": ops.adapt_datetimefield_value(now + EARLY),
        "early": ops.adapt_datetimefield_value(now - EARLY), "keys": keys.number, "verifying": keys.verifying.hex(),
        "on": ops.adapt_datefield_value(now.astimezone(SHANGHAI).date()), "serial": inside.serial,
        "case": inside.case if connection.features.has_native_uuid_field else inside.case.hex,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(QUESTION, values)
        row = cursor.fetchone()
    if row is None or not row[17]:
        return None
    completed = row[9] == "completion" or row[10] == Standing.COMPLETED
    return Known(
        case=inside.case, record=row[4] if isinstance(row[4], UUID) else UUID(row[4]), campaign=row[2], expires_at=_moment(row[0]),
        revoked=row[1] is not None, in_audience=row[3] is None,
        who=Graduand(_day(row[5]), _day(row[6]), row[7], _day(row[8]) if completed else None),
        number=row[11] or 0, finished=row[12] is not None, own_session=bool(row[13]) or row[14] == 2, session_here=row[14] is not None,
        photographed=bool(row[15]), ready=frozenset((row[16] or "").split(",")),
        group=row[18], done_at=row[19] and _moment(row[19]), belongs=row[20:24], issued_at=_moment(row[24]),
    )  # fmt: skip


def case_of(known: Known, campaign: Campaign) -> Case:
    """The case of a code with as much of its record as the ending of a turn asks; the rest would be read when it is asked for."""
    college, campus, class_number, account = known.belongs
    case = _partly(Case, id=known.case, campaign_id=known.campaign, record_id=known.record, group=known.group, finished_at=known.done_at)
    case.record = _partly(StudentRecord, id=known.record, college_id=college, campus=campus, class_number=class_number, account_id=account)
    case.campaign = campaign
    return case


def _partly(model: type[M], **known: Any) -> M:
    """A row of which some columns are known."""
    names = [field.attname for field in model._meta.concrete_fields if field.attname in known]
    return model.from_db(connection.alias, names, [known[name] for name in names])


def _moment(value: datetime | str) -> datetime:
    """SQLite keeps moments in UTC without saying so."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _versions(known: Known, campaign: Campaign) -> list[Taken]:
    """Every version of the photo, oldest first, as the rules see it: what queries.captures_of finds for a page, for one record."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS, [known.record if connection.features.has_native_uuid_field else known.record.hex])
        rows = cursor.fetchall()
    rounds = {campaign.pk: campaign}
    if earlier := {row[5] for row in rows} - {campaign.pk, None}:
        rounds |= {one.pk: one for one in Campaign.objects.filter(pk__in=earlier)}
    versions = []
    for on, by, origin, face, confirmed, made_for, disputed, refused in rows:
        one = Capture(taken_on=_day(on), taken_by=by, origin=origin, face=face, confirmed_at=confirmed, campaign=rounds.get(made_for))
        one.open_dispute, one.refused = bool(disputed), bool(refused)  # type: ignore[attr-defined]
        versions.append(taken(one))
    return versions


def judged(known: Known, campaign: Campaign, now: datetime) -> tuple[str, list[Finding]]:
    """The light and the reasons for a code at a place, as rules/station.py says."""
    terms = terms_of(campaign)
    todo, reason = duty(_versions(known, campaign) if known.photographed else [], known.who, terms.round)
    missing = tuple(item.title for item in terms.ready if item.code not in known.ready)
    return admission(
        Scanned(now, known.expires_at, known.revoked, known.campaign == campaign.pk, known.in_audience, todo, reason, known.own_session,
                known.session_here, missing, known.number, known.finished)
    )  # fmt: skip
