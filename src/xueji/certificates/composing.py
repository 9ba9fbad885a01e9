"""From a record and a master to a page, and from a page to its signed statement (排印内容)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from xueji.certificates.terms import Kind
from xueji.documents.certificate import CertificatePage
from xueji.documents.certificate_reading import text_of
from xueji.formats.statement import content_digest
from xueji.records.models import StudentRecord
from xueji.records.queries import as_text, value_of
from xueji.rules.findings import Finding
from xueji.rules.masters import NUMBERED, PHRASES, MasterText, body_of, issue_words, schooling_word, values_of

FACTS = (
    "name", "sex", "born_on", "enrolled_on", "graduated_on", "major_name", "major_name_en", "schooling_years", "level", "certificate_number",
    "name_pinyin", "conclusion",
)  # fmt: skip


def facts_of(record: StudentRecord) -> dict[str, str]:
    """What a certificate takes from the record, as stored."""
    return {code: as_text(value_of(record, code)) for code in FACTS}


def page_words(facts: Mapping[str, str], master: MasterText, issued_on: date, unit: str = "") -> tuple[dict[str, Any], list[Finding]]:
    """The words of a page, or what the record lacks (CERT.001)."""
    values, problems = values_of(facts, master)
    if problems:
        return {}, problems
    english = master.kind == Kind.ENGLISH
    numbered = master.kind in NUMBERED and master.kind != Kind.ATTESTATION
    return {
        "title": master.title, "body": body_of(master, facts["level"], values), "unit": "" if english else unit,
        "school": master.phrases["school_name_en" if english else "school_name"], "school_small": master.phrases.get("school_name_pinyin", ""),
        "president": master.phrases.get("president_en" if english else "president", ""), "number": values["number"] if numbered else "",
        "date": issue_words(issued_on).in_("en" if english else "zh"), "labels": dict(master.labels), "english": english,
    }, []  # fmt: skip


def official(master: MasterText, register: Mapping[str, str]) -> MasterText:
    """The same sentences with every fixed phrase and every word of duration as the register and the code table have them."""
    english = master.kind == Kind.ENGLISH
    words = {code: schooling_word(code).in_("en" if english else "zh") for code in master.schooling}
    phrases = {code: register.get(code, "") for code in PHRASES[master.kind]}
    return replace(master, phrases=dict(master.phrases) | phrases, schooling=words)


def page_of(words: Mapping[str, Any], *, whose: str, qr_text: str, photo: bytes | None, mark: str = "") -> CertificatePage:
    """The page that is set from stored words."""
    return CertificatePage(whose=whose, qr_text=qr_text, photo=photo, mark=mark, **words)


def digest_of(words: Mapping[str, Any], photo_sha256: str) -> str:
    """The digest that the statement carries: every word on the page, without the printer's mark, and the photo."""
    return content_digest(text_of(page_of(words, whose="", qr_text="", photo=None)), photo_sha256)
