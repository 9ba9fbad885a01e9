"""Reading what a holder lets verifiers see (授权展示)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner

from xueji.catalogue.codes import code_table
from xueji.catalogue.text import Text
from xueji.certificates.composing import facts_of
from xueji.certificates.models import Certificate, Disclosure
from xueji.certificates.queries.photos import bytes_of
from xueji.certificates.terms import ITEM_WORDS, Item
from xueji.rules.masters import day_words, schooling_word

SALT = "xueji.certificates.photo"
FRESH = 600
"""Seconds for which the address of a disclosed photo opens: as long as somebody looks at the page."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a verifier sees beyond the minimum: labelled values in the order of the items, the ticket of the photo ("" without), until when."""

    values: tuple[tuple[Text, Text], ...]
    photo: str
    until: datetime


def disclosure_in_force(certificate: Certificate, now: datetime) -> Disclosure | None:
    """The holder's choice as it counts at ``now``; nothing of a revoked certificate."""
    if certificate.revoked_at:
        return None
    return Disclosure.objects.filter(certificate=certificate.pk, withdrawn_at=None, until__gt=now).first()


def disclosures_of(certificates: Iterable[Certificate], now: datetime) -> dict[object, Disclosure]:
    """The choices in force by certificate; one query."""
    rows = Disclosure.objects.filter(certificate__in=[c.pk for c in certificates], withdrawn_at=None, until__gt=now, certificate__revoked_at=None)
    return {row.certificate_id: row for row in rows}


def shown_of(certificate: Certificate, now: datetime) -> Shown | None:
    """What the holder shows of this certificate now, exactly that and nothing else; None without a choice in force."""
    row = disclosure_in_force(certificate, now)
    if row is None:
        return None
    certificate = Certificate.objects.select_related("record__person").get(pk=certificate.pk)
    facts = facts_of(certificate.record)
    values = [(ITEM_WORDS[item], _value(item, certificate, facts)) for item in Item if item in row.items and item != Item.PHOTO]
    return Shown(tuple(values), photo_ticket(row) if Item.PHOTO in row.items and certificate.photo_id else "", row.until)


def _value(item: Item, certificate: Certificate, facts: dict[str, str]) -> Text:
    if item == Item.MAJOR:
        return Text(facts["major_name"], facts["major_name_en"] or facts["major_name"])
    if item == Item.LEVEL:
        level, years = code_table("level").word(facts["level"]), schooling_word(facts["schooling_years"])
        return Text(f"{level.zh}，{years.zh}", f"{level.en}, {years.en}")
    if item == Item.STUDIES:
        days = [day_words(date.fromisoformat(facts[code])) for code in ("enrolled_on", "graduated_on") if facts[code]]
        return Text(" – ".join(day.zh for day in days), " – ".join(day.en for day in days))
    if item == Item.BORN:
        return day_words(date.fromisoformat(facts["born_on"]))
    return Text(certificate.values["body"], certificate.values["body"])


def photo_ticket(disclosure: Disclosure) -> str:
    """A signed address of the disclosed photo, good for ten minutes; made only after the statement was verified."""
    return TimestampSigner(salt=SALT).sign(disclosure.pk.hex)


def disclosed_photo(ticket: str, now: datetime) -> bytes | None:
    """The photo behind a ticket, while the ticket is fresh and the holder still shows it; None otherwise."""
    try:
        key = TimestampSigner(salt=SALT).unsign(ticket, max_age=FRESH)
    except BadSignature:
        return None
    row = Disclosure.objects.filter(pk=UUID(key), withdrawn_at=None, until__gt=now, certificate__revoked_at=None).select_related("certificate__photo").first()
    if row is None or Item.PHOTO not in row.items:
        return None
    return bytes_of(row.certificate.photo)
