"""Masters of certificates (证书模板): read, compared with the official wording, filled. No typesetting happens here.

A master is a TOML text of the school: one sentence per kind of programme with named places for the student's values,
and fixed phrases. Whole years of diplomas were printed anew for one wrong fixed phrase (五年一贯制 for 五年制), so
every phrase is compared with the register of official wording, and every word of duration with the code table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from string import Formatter

from xueji.catalogue.codes import code_table
from xueji.catalogue.text import Text, listed
from xueji.rules.findings import Finding, finding

DIGITS = "〇一二三四五六七八九"
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
_CHINESE = frozenset({"name", "sex", "born", "since", "until", "major", "schooling", "level"})
NEEDED: dict[str, frozenset[str]] = {
    "graduation": _CHINESE,
    "completion": _CHINESE,
    "incompletion": _CHINESE,
    "attestation": _CHINESE | {"number", "graduated", "conclusion"},
    "study": _CHINESE,
    "english": frozenset({"name_pinyin", "sex_en", "born_en", "since_en", "until_en", "major_en", "schooling_en", "level_en"}),
}
"""What a certificate must say of its student, kind by kind (教育部令第41号 第三十五条: 证书内容按学信网登记)."""
SOURCES = {
    "name": "name", "sex": "sex", "born": "born_on", "since": "enrolled_on", "until": "graduated_on", "major": "major_name",
    "schooling": "schooling_years", "level": "level", "number": "certificate_number", "conclusion": "conclusion", "graduated": "graduated_on",
    "name_pinyin": "name_pinyin", "sex_en": "sex", "born_en": "born_on", "since_en": "enrolled_on", "until_en": "graduated_on",
    "major_en": "major_name_en", "schooling_en": "schooling_years", "level_en": "level",
}  # fmt: skip
"""From which field of the record each place of a master is filled."""
KNOWN = frozenset().union(*NEEDED.values())
PROGRAMMES = ("postgraduate", "undergraduate")
PHRASES = {
    "graduation": ("school_name", "president"), "completion": ("school_name", "president"), "incompletion": ("school_name", "president"),
    "attestation": ("school_name", "president"), "study": ("school_name",), "english": ("school_name_en", "president_en", "school_name_pinyin"),
}  # fmt: skip
"""The fixed phrases each kind prints; each must stand word for word in the register of official wording."""
NUMBERED = frozenset({"graduation", "completion", "english", "attestation"})
_DURATION = re.compile(r"[一二两三四五六七八九十\d.]+年半?(?:一贯)?制")


@dataclass(frozen=True, slots=True)
class MasterText:
    """A master as read (模板): title, sentences by kind of programme, fixed phrases, words for levels and durations."""

    kind: str
    title: str
    bodies: Mapping[str, str]
    phrases: Mapping[str, str]
    levels: Mapping[str, str]
    schooling: Mapping[str, str]
    labels: Mapping[str, str]


def read_master(text: str) -> tuple[MasterText | None, list[Finding]]:
    """The master in ``text``, or every reason why it cannot be used."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        return None, [finding("MASTER.001", detail=str(wrong))]
    kind = raw.get("kind")
    wanted = {"title": str, "bodies": dict, "phrases": dict, "levels": dict, "schooling": dict, "labels": dict}
    missing = [name for name, shape in wanted.items() if not isinstance(raw.get(name), shape)]
    missing += [] if kind in NEEDED else ["kind"]
    missing += [f"bodies.{p}" for p in PROGRAMMES if kind != "study" and p not in raw.get("bodies", {})]
    missing += ["bodies.postgraduate"] if kind == "study" and "postgraduate" not in raw.get("bodies", {}) else []
    if missing:
        return None, [finding("MASTER.001", detail=listed(missing))]
    return MasterText(kind, raw["title"], raw["bodies"], raw["phrases"], raw["levels"], raw["schooling"], raw["labels"]), []


def lint(master: MasterText, register: Mapping[str, str]) -> list[Finding]:
    """Everything wrong with a master, at once: places, phrases, levels, durations.

    ``register`` maps a wording's code to its confirmed words in force on the day of issue.
    """
    found: list[Finding] = []
    for programme, body in master.bodies.items():
        try:
            places = {name for _, name, _, _ in Formatter().parse(body) if name is not None}
        except ValueError as wrong:
            found.append(finding("MASTER.001", place=programme, detail=str(wrong)))
            continue
        found += [finding("MASTER.002", place=programme, field=name, name=name) for name in sorted(places - KNOWN)]
        found += [finding("MASTER.003", place=programme, field=name, name=name) for name in sorted(NEEDED[master.kind] - places)]
        found += [finding("MASTER.006", place=programme, words=words, official="{schooling}") for words in _DURATION.findall(body)]
    for code in PHRASES[master.kind]:
        words = master.phrases.get(code, "")
        if code not in register:
            found.append(finding("MASTER.005", place=code, code=code))
        elif words != register[code]:
            found.append(finding("MASTER.004", place=code, words=words, official=register[code]))
    english = master.kind == "english"
    for entry in code_table("schooling_years"):
        official = schooling_word(entry.code)
        words, right = master.schooling.get(entry.code, ""), official.en if english else official.zh
        if words != right:
            found.append(finding("MASTER.006", place=entry.code, words=words, official=right))
    for entry in code_table("level"):
        words, right = master.levels.get(entry.code, ""), entry.word.en if english else entry.word.zh
        if words != right:
            found.append(finding("MASTER.007", place=entry.code, words=words, official=right))
    return found


def schooling_word(code: str) -> Text:
    """The duration as a certificate says it (学制用语): 三年制, 两年半制; "three-year", "two-and-a-half-year"."""
    whole, _, half = code.partition(".")
    years, english = int(whole), ("one", "two", "three", "four", "five", "six", "seven", "eight")[int(whole) - 1]
    if half:
        return Text(f"{'两' if years == 2 else DIGITS[years]}年半制", f"{english}-and-a-half-year")
    return Text(f"{'二' if years == 2 else DIGITS[years]}年制", f"{english}-year")


def body_of(master: MasterText, level: str, values: Mapping[str, str]) -> str:
    """The sentence of the certificate with the student's values in their places. Raises KeyError for a value not given."""
    programme = "postgraduate" if level in {"master", "doctor"} or "undergraduate" not in master.bodies else "undergraduate"
    return master.bodies[programme].format_map(values)


def values_of(facts: Mapping[str, str], master: MasterText) -> tuple[dict[str, str], list[Finding]]:
    """What is filled into a master, from a record's facts in the catalogue's stored form.

    One finding (CERT.001) for each needed value that the record lacks: nothing is printed with a hole in it.
    """
    english = master.kind == "english"
    filled: dict[str, str] = {}
    problems = []
    for name in sorted(NEEDED[master.kind] | ({"number"} if master.kind in NUMBERED else set())):
        held = facts.get(SOURCES[name], "")
        shown = _shown(name, held, master, english) if held else ""
        if not shown:
            problems.append(finding("CERT.001", field=SOURCES[name], value=SOURCES[name]))
        filled[name] = shown
    return filled, problems


def _shown(name: str, held: str, master: MasterText, english: bool) -> str:
    plain = name.removesuffix("_en")
    if plain in {"since", "until"}:
        return month_words(date.fromisoformat(held)).in_("en" if english else "zh")
    if plain in {"born", "graduated"}:
        return day_words(date.fromisoformat(held)).in_("en" if english else "zh")
    if plain == "schooling":
        return master.schooling.get(held, "")
    if plain == "level":
        return master.levels.get(held, "")
    if plain == "conclusion":
        return {"graduation": "毕业", "upgrade": "毕业", "completion": "结业"}.get(held, "")
    if plain == "sex":
        return code_table("sex").word(held).in_("en" if english else "zh").lower()
    return held


def month_words(day: date) -> Text:
    """A month as a certificate says it: 2017年9月, September 2017."""
    return Text(f"{day.year}年{day.month}月", f"{MONTHS[day.month - 1]} {day.year}")


def day_words(day: date) -> Text:
    """A day as a certificate says it: 1995年5月6日, 6 May 1995."""
    return Text(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {MONTHS[day.month - 1]} {day.year}")


def issue_words(day: date) -> Text:
    """The date of issue in Chinese numerals: 二〇二〇年六月三十日."""
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    return Text(f"{year}年{_numeral(day.month)}月{_numeral(day.day)}日", day_words(day).en)


def _numeral(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = "" if not tens else "十" if tens == 1 else f"{DIGITS[tens]}十"
    return ten + (DIGITS[ones] if ones else "")
