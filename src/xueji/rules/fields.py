"""Judging what somebody typed into a field (填报内容) by its entry in the catalogue.

A value is first made canonical (dates ``YYYY-MM-DD``, codes instead of words, width and invisible characters cleaned) and
then judged. Everything is judged at once; nothing typed is thrown away: a value that cannot be read stays as it was typed.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Authority, Field, Kind, Policy, Population
from xueji.rules import identity
from xueji.rules.findings import Finding, finding
from xueji.rules.values import NATIONAL, Values

_PAST = {"born_on", "previous_graduated_on"}
_FUTURE = {"passport_expires_on", "visa_expires_on"}
_YES = {"yes": "yes", "true": "yes", "1": "yes", "是": "yes", "有": "yes", "no": "no", "false": "no", "0": "no", "否": "no", "无": "no"}


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission made canonical, and what was found in it."""

    values: dict[str, Any]
    findings: list[Finding]


class Effect(StrEnum):
    """What a changed value does (修改的效力)."""

    NOTHING = "nothing"
    AT_ONCE = "at_once"
    REQUEST = "request"
    REFUSED = "refused"


def effect(policy: Policy, authority: Authority, old: Any, new: Any) -> Effect:
    """What follows when ``new`` is given where the record has ``old``.

    Approval guards what is there: the first statement of something only the student can know (authority ``student``)
    is in force at once, because the college sees it on the signed form; its change needs approval, and so does the
    first statement of what the school decides.
    """
    if (old or "") == (new or "") or (not old and not new):
        return Effect.NOTHING
    if policy is Policy.FREE or (policy is Policy.APPROVAL and not old and authority is Authority.STUDENT):
        return Effect.AT_ONCE
    return Effect.REQUEST if policy is Policy.APPROVAL else Effect.REFUSED


def term_of(day: date) -> str:
    """The term a day belongs to, as schools number them: ``2024-2025-1`` from August to January, ``-2`` from February."""
    year = day.year if day.month >= 8 else day.year - 1
    return f"{year}-{year + 1}-{1 if day.month >= 8 or day.month == 1 else 2}"


def plain(text: str) -> str:
    """Text as a form keeps it: no control or invisible characters, single spaces, half-width digits and letters.

    Full-width letters and digits become half-width; Chinese punctuation stays as it is.
    """
    if text.isascii() and text.isprintable():  # a roster asks for half a million of these
        return " ".join(text.split())
    kept = []
    for char in text:
        if char.isspace():
            kept.append(" ")
        elif unicodedata.category(char) not in ("Cc", "Cf"):
            half = 0xFF10 <= ord(char) <= 0xFF19 or 0xFF21 <= ord(char) <= 0xFF3A or 0xFF41 <= ord(char) <= 0xFF5A
            kept.append(chr(ord(char) - 0xFEE0) if half else char)
    return " ".join("".join(kept).split())


def read_date(text: str) -> date | None:
    """The day a person meant: 2001-03-07, 2001/3/7, 2001.3.7, 20010307 or 2001年3月7日; None if it is none."""
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))", _dense(text))
    if not found:
        return None
    year, month, day, month8, day8 = found.groups()
    try:
        return date(int(year), int(month or month8), int(day or day8))
    except ValueError:
        return None


def read_month(text: str) -> str | None:
    """The month a person meant as ``YYYY-MM``: 2019-09, 2019.9, 201909, 2019年9月, or a whole date; None if it is none."""
    if day := read_date(text):
        return f"{day:%Y-%m}"
    found = re.fullmatch(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))", _dense(text))
    if not found:
        return None
    year, month, month6 = found.groups()
    return f"{year}-{int(month or month6):02d}" if 1 <= int(month or month6) <= 12 else None


def _dense(text: str) -> str:
    joined = "".join(unicodedata.normalize("NFKC", plain(text)).split())
    return unicodedata.normalize("NFKC", joined).replace("—", "-").replace("–", "-")  # a space taken out may let two marks join


def canonical(field: Field, raw: Any) -> Any:
    """The value in the form it is kept; what cannot be read stays as typed (for a table: rows with something in them)."""
    if field.kind is Kind.TABLE:
        rows = raw if isinstance(raw, list) else []
        read = [
            {column.code: canonical(column, row.get(column.code, "")) for column in field.columns}
            for row in rows
            if isinstance(row, Mapping)
        ]
        return [row for row in read if any(row.values())]
    text = plain(str(raw if raw is not None else ""))
    if not text:
        return ""
    if field.kind is Kind.DATE:
        return day.isoformat() if (day := read_date(text)) else text
    if field.kind is Kind.MONTH:
        return read_month(text) or text
    if field.kind in (Kind.CODE, Kind.REGION):
        return code_table(field.codes).code_of(text) or text
    if field.kind is Kind.YES_NO:
        return _YES.get(text.casefold(), text)
    if field.kind in (Kind.MOBILE, Kind.PHONE):
        return re.sub(r"[\s()（）]|(?<=\d)-(?=\d{4}\b)", "", _dense(text)) if field.kind is Kind.MOBILE else _dense(text)
    if field.kind in (Kind.EMAIL, Kind.POSTCODE, Kind.NUMBER_TEXT, Kind.YEAR):
        return _dense(text) if field.kind is not Kind.POSTCODE else unicodedata.normalize("NFKC", text)
    return identity.normalise(text) if field.kind is Kind.ID_NUMBER else text


def _unprintable(text: str) -> list[str]:
    """Characters that a form cannot carry: private use, unassigned, halves of pairs, and emoji."""
    if text.isascii():
        return []
    return sorted(
        {
            char
            for char in text
            if unicodedata.category(char) in ("Co", "Cn", "Cs")
            or 0x1F000 <= ord(char) <= 0x1FAFF
            or 0x2600 <= ord(char) <= 0x27BF
            or 0xFE00 <= ord(char) <= 0xFE0F
        }
    )


def _form(field: Field, text: str, on: date) -> list[Finding]:
    """What the kind of the field says about a value that is there."""
    at = {"field": field.code, "label": field.label}
    kind, shown = field.kind, masked(field, text)
    if kind is Kind.DATE:
        return _day(field, text, on)
    if kind is Kind.MONTH:
        if not read_month(text):
            return [finding("FIELD.019", value=text, **at)]
        return [finding("FIELD.006", value=text, **at)] if text > f"{on:%Y-%m}" and field.code in _PAST else []
    if kind is Kind.CODE and text not in code_table(field.codes):
        return [finding("FIELD.007", value=text, **at)]
    if kind is Kind.REGION and text not in code_table(field.codes) and text[:4] not in code_table(field.codes):
        return [finding("FIELD.021", value=text, **at)]
    if kind is Kind.YES_NO and text not in ("yes", "no"):
        return [finding("FIELD.020", **at)]
    if kind is Kind.MOBILE and not re.fullmatch(r"(\+86)?1[3-9]\d{9}|\+(?!86)[1-9]\d{6,14}", text):
        return [finding("FIELD.008", count=sum(c.isdigit() for c in text), **at)]
    if kind is Kind.PHONE and not re.fullmatch(r"(\+86-?)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?|\+(?!86)[1-9][\d-]{6,18}", text):
        return [finding("FIELD.022", value=shown, **at)]
    if kind is Kind.EMAIL and not re.fullmatch(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,24}", text
    ):
        return [finding("FIELD.009", value=shown, **at)]
    if kind is Kind.POSTCODE and not re.fullmatch(r"\d{6}|(?=.*[A-Z -])[A-Z0-9][A-Z0-9 -]{2,9}|\d{3,5}|\d{7,9}", text.upper()):
        return [finding("FIELD.010", value=shown, **at)]
    return []


def _day(field: Field, text: str, on: date) -> list[Finding]:
    at = {"field": field.code, "label": field.label, "value": text}
    day = read_date(text)
    if day is None:
        return [finding("FIELD.005", **at)]
    if day.year < 1900 or day.year > on.year + 30 or (field.code in _PAST and day > on):
        return [finding("FIELD.006", **at)]
    if field.code in _FUTURE and day < on:
        return [finding("FIELD.023", **at)]
    if field.code in _FUTURE and day <= on + timedelta(days=30):
        return [finding("FIELD.024", days=(day - on).days, **at)]
    return []


def value(field: Field, given: Any, *, on: date, values: Values = NATIONAL) -> list[Finding]:
    """What is wrong with one canonical value by itself; an empty value is never wrong here (see ``submission``)."""
    if field.kind is Kind.TABLE:
        return _table(field, given, on=on, values=values)
    text = str(given or "")
    if not text or field.kind is Kind.PHOTO:
        return []
    at = {"field": field.code, "label": field.label}
    if strange := _unprintable(text):
        return [finding("FIELD.011", strange=" ".join(f"{c}（U+{ord(c):04X}）" for c in strange), **at)]
    found = []
    size = len(text.encode("gb18030"))
    if (
        field.bytes
        and field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.NAME, Kind.NAME_LATIN, Kind.NUMBER_TEXT, Kind.EMAIL)
        and size > field.bytes
    ):
        found.append(finding("FIELD.002", limit=field.bytes, count=size, **at))
    if field.length and field.kind is Kind.NUMBER_TEXT and len(text) != field.length:
        found.append(finding("FIELD.003", limit=field.length, count=len(text), **at))
    elif field.pattern and not re.fullmatch(field.pattern, text):
        found.append(finding("FIELD.004", value=masked(field, text), **at))
    return found + _form(field, text, on)


def _table(field: Field, rows: list[Mapping[str, str]], *, on: date, values: Values) -> list[Finding]:
    """Every row of a repeating table, and the gaps between the rows of a history."""
    found: list[Finding] = []
    at = {"field": field.code, "label": field.label}
    if field.max_rows and len(rows) > field.max_rows:
        found.append(finding("FIELD.015", limit=field.max_rows, count=len(rows), **at))
    for number, row in enumerate(rows, start=1):
        for column in field.columns:
            where = {"field": f"{field.code}.{number}.{column.code}", "place": str(number)}
            given = row.get(column.code, "")
            if not given and column.required_of:
                found.append(finding("FIELD.025", label=column.label, table=field.label, row=number, **where))
            found += [_moved(one, where["field"], where["place"]) for one in value(column, given, on=on, values=values)]
    return found + _periods(field, rows, on, values)


def _moved(one: Finding, field: str, place: str) -> Finding:
    """The same finding at one cell of a table."""
    return Finding(one.id, one.level, field, one.message, one.remedy, one.source, place)


def _periods(field: Field, rows: list[Mapping[str, str]], on: date, values: Values) -> list[Finding]:
    """Periods that end before they begin, lie ahead, or leave a gap that the form wants explained."""
    if not {"since", "until"} <= {column.code for column in field.columns}:
        return []
    found, spans = [], []
    for number, row in enumerate(rows, start=1):
        since, until = read_month(row.get("since", "")), read_month(row.get("until", "") or f"{on:%Y-%m}")
        if since and until and until < since:
            at = {"field": f"{field.code}.{number}.until", "place": str(number)}
            found.append(finding("FIELD.016", table=field.label, row=number, since=since, until=until, **at))
        elif since and until:
            spans.append((since, until))
    spans.sort()
    reached = spans[0][1] if spans else ""
    for since, until in spans:
        gap = _months(since) - _months(reached)
        if gap > values.at("fields.experience_gap_months", on):
            found.append(finding("FIELD.017", field=field.code, table=field.label, since=reached, until=since, months=gap))
        reached = max(reached, until)
    return found


def _months(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:])


def required(field: Field, population: Population, facts: Mapping[str, Any], also: Collection[str] = ()) -> bool:
    """Whether a field must be filled: by its population, by another field's value, or because a campaign's step asks."""
    if population not in field.applies_to:
        return False
    if population in field.required_of or field.code in also:
        return True
    return any(facts.get(other) in wanted for other, wanted in field.required_when.items())


def submission(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    *,
    population: Population,
    known: Mapping[str, Any],
    on: date,
    also_required: Collection[str] = (),
    values: Values = NATIONAL,
) -> Judged:
    """Everything in one submission (一次提交), judged at once: each field, what is missing, and what contradicts.

    ``known`` holds what the record already says of the student, for the comparison between fields.
    """
    kept = {field.code: canonical(field, raw.get(field.code)) for field in fields}
    facts = {**known, **kept}
    found: list[Finding] = []
    for field in fields:
        given = kept[field.code]
        must = required(field, population, facts, also_required)
        if population not in field.applies_to:
            if given:
                found.append(finding("FIELD.026", field=field.code, label=field.label))
        elif field.kind is Kind.TABLE and must and len(given) < field.min_rows:
            found.append(finding("FIELD.014", field=field.code, label=field.label, limit=field.min_rows))
        elif not given and must:
            found.append(finding("FIELD.001", field=field.code, label=field.label))
        elif field.kind is Kind.ID_NUMBER and given:
            found += identity.number(facts.get("id_document", ""), given, on=on, values=values)
        else:
            found += value(field, given, on=on, values=values)
    return Judged(kept, found + _between(kept, facts, population))


def _between(kept: Mapping[str, Any], facts: Mapping[str, Any], population: Population) -> list[Finding]:
    """What contradicts between fields; only where one of them is in this submission."""
    found = []
    mobile, name = facts.get("mobile"), facts.get("name")
    if kept.get("emergency_phone") and kept["emergency_phone"] == mobile:
        found.append(finding("FIELD.012", field="emergency_phone"))
    if kept.get("emergency_name") and kept["emergency_name"] == name:
        found.append(finding("FIELD.013", field="emergency_name"))
    for number, row in enumerate(kept.get("family") or (), start=1):
        if row.get("name") and row["name"] == name:
            found.append(finding("FIELD.018", field=f"family.{number}.name", place=str(number), row=number))
    if {"id_number", "born_on", "sex", "nationality", "id_document"} & set(kept) and facts.get("id_number"):
        found += identity.holder(
            facts.get("id_document", ""),
            facts["id_number"],
            born_on=read_date(facts.get("born_on") or ""),
            sex=facts.get("sex") or "",
            nationality=facts.get("nationality") or "",
            population=population,
        )
    return found


def masked(field: Field, given: Any) -> str:
    """A sensitive value as screens show it to anyone but its owner: the number rule, ``138****6620``, ``l***@example.edu.cn``."""
    text = str(given or "")
    if not field.sensitive or not text:
        return text
    if field.kind is Kind.ID_NUMBER:
        return identity.mask(text)
    if field.kind in (Kind.MOBILE, Kind.PHONE) and len(text) >= 8:
        return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
    if field.kind is Kind.EMAIL and "@" in text:
        local, _, host = text.partition("@")
        return f"{local[:1]}***@{host}"
    return "***"
