"""Identity documents (身份证件): which forms are legal, what a number says of its holder, and what contradicts it.

A number is never repaired by guessing. ``normalise`` only removes what typing and spreadsheets add (width, case, spaces,
invisible characters); everything else is a finding. Birth-place codes never change, and new counties appear every year,
so an unknown address code is a doubt, never a refusal.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Population
from xueji.catalogue.text import Text
from xueji.rules.findings import Finding, finding
from xueji.rules.values import NATIONAL, Values

FIELD = "id_number"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_OLDEST_YEAR = 1900


class Document(StrEnum):
    """The kinds of identity document, by the code of ``codes/id_document.toml`` (证件类型)."""

    RESIDENT = "01"
    RESIDENCE_PERMIT = "02"
    HK_MACAO_PERMIT = "03"
    TAIWAN_PERMIT = "04"
    FOREIGN_RESIDENT = "05"
    PASSPORT = "06"
    HK_IDENTITY_CARD = "07"

    @property
    def label(self) -> Text:
        """Its name in both languages."""
        return code_table("id_document").word(self.value)


SUITABLE: dict[Population, frozenset[Document]] = {
    Population.DOMESTIC: frozenset({Document.RESIDENT}),
    Population.HMT: frozenset(
        {
            Document.RESIDENCE_PERMIT,
            Document.HK_MACAO_PERMIT,
            Document.TAIWAN_PERMIT,
            Document.HK_IDENTITY_CARD,
            Document.PASSPORT,
        }
    ),
    Population.INTERNATIONAL: frozenset({Document.PASSPORT, Document.FOREIGN_RESIDENT}),
}
"""Which documents each origin of student is registered with; 华侨 are registered with their Chinese passport."""


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What a number says of its holder: birth date, sex code (GB/T 2261.1), address code, ISO numeric nationality."""

    born_on: date | None = None
    sex: str | None = None
    region: str | None = None
    nationality: str | None = None


def normalise(number: str) -> str:
    """The number without what typing adds: full width, lower case, spaces, invisible characters, round quotes."""
    if number.isascii() and number.isalnum():
        return number.upper()
    plain = unicodedata.normalize("NFKC", number)
    kept = (c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cf", "Cc") and c not in "'\"‘’“”")
    return unicodedata.normalize("NFKC", "".join(kept).upper())


def mask(number: str) -> str:
    """The number as screens show it: ``3201**********2415``; shorter numbers show less, so that half stays hidden."""
    shown = 4 if len(number) >= 15 else len(number) // 4
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :] if shown else "*" * len(number)


def check_character(seventeen: str) -> str:
    """The eighteenth character of a citizen number (校验码): weights and modulus 11-2 of GB 11643-1999 (ISO 7064)."""
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, seventeen, strict=True)) % 11]


def hong_kong_check_character(letters: str, digits: str) -> str:
    """The character in brackets of a Hong Kong identity card: weights 9 to 2, letters from 10, a missing letter 36."""
    values = [36 if c == " " else ord(c) - 55 if c.isalpha() else int(c) for c in f"{letters:>2}{digits}"]
    remainder = sum(weight * value for weight, value in zip(range(9, 1, -1), values, strict=True)) % 11
    return "0A987654321"[remainder]


def rounded_by_a_spreadsheet(number: str) -> bool:
    """Whether the number has the marks of a spreadsheet's fifteen digits: ``1.2E+17``, ``.0``, or eighteen ending in 000."""
    text = normalise(number)
    return bool(re.fullmatch(r"\d(\.\d+)?E\+?\d+|\d{15,18}\.0+|\d{15}000", text))


def recognise(number: str) -> Document | None:
    """The document a number must belong to by its form alone, None where several kinds share the form or none has it."""
    text = normalise(number)
    if re.fullmatch(r"\d{17}[\dX]", text):
        if text[:2] in ("81", "82", "83"):
            return Document.RESIDENCE_PERMIT
        return Document.FOREIGN_RESIDENT if text[0] == "9" else Document.RESIDENT
    for form, document in (
        (r"\d{15}", Document.RESIDENT),
        (r"[HM](\d{8}|\d{10})", Document.HK_MACAO_PERMIT),
        (r"[A-Z]{1,2}\d{6}[(][\dA][)]", Document.HK_IDENTITY_CARD),
        (r"[A-Z]{3}\d{12}", Document.FOREIGN_RESIDENT),
        (r"\d{8}", Document.TAIWAN_PERMIT),
    ):
        if re.fullmatch(form, text):
            return document
    return None


def _day(eight: str) -> date | None:
    try:
        return date(int(eight[:4]), int(eight[4:6]), int(eight[6:]))
    except ValueError:
        return None


def _sex(digit: str) -> str:
    return "1" if int(digit) % 2 else "2"


def number_facts(document: Document | str, number: str) -> NumberFacts:
    """What a well-formed number says of its holder; nothing where the form is wrong or says nothing.

    The new residence card of foreigners carries nationality and birth date; its serial is not read for sex, because the
    published description does not promise it.
    """
    text = normalise(number)
    if document in (Document.RESIDENT, Document.RESIDENCE_PERMIT) and re.fullmatch(r"\d{17}[\dX]", text):
        return NumberFacts(_day(text[6:14]), _sex(text[16]), text[:6])
    if document == Document.RESIDENT and re.fullmatch(r"\d{15}", text):
        return NumberFacts(_day("19" + text[6:12]), _sex(text[14]), text[:6])
    if document == Document.FOREIGN_RESIDENT and re.fullmatch(r"9\d{16}[\dX]", text):
        return NumberFacts(_day(text[6:14]), None, text[1:3], text[3:6])
    if document == Document.FOREIGN_RESIDENT and re.fullmatch(r"[A-Z]{3}\d{12}", text):
        return NumberFacts(nationality=code_table("nationality").code_of(text[:3]))
    return NumberFacts()


def _characters(text: str, allowed: str) -> list[Finding]:
    if re.fullmatch(f"(?:{allowed})*", text):
        return []
    strange = sorted({c for c in text if not re.fullmatch(allowed, c)})
    return [finding("IDENT.002", field=FIELD, strange=" ".join(strange))]


def _eighteen(text: str, document: Document) -> list[Finding]:
    """Length, characters and check digit of the eighteen-character family (GB 11643)."""
    if found := _characters(text, r"[\dX]"):
        return found
    if len(text) != 18:
        return [finding("IDENT.003", field=FIELD, document=document.label, wanted="18", count=len(text))]
    if "X" in text[:17]:
        return [finding("IDENT.002", field=FIELD, strange="X")]
    right = check_character(text[:17]) == text[17]
    if text.endswith("000"):
        return [finding("IDENT.013" if right else "IDENT.012", field=FIELD)]
    return [] if right else [finding("IDENT.004", field=FIELD)]


def _stands(found: list[Finding]) -> bool:
    """Whether the number's form may be read further: a doubt about rounding does not make it unreadable."""
    return all(one.id == "IDENT.013" for one in found)


def _resident(text: str, on: date, values: Values) -> list[Finding]:
    """居民身份证: eighteen by GB 11643-1999; fifteen digits of the first generation are read, and doubted after 2012."""
    if re.fullmatch(r"\d{15}", text):
        return [] if values.at("identity.fifteen_digits_in_force", on) else [finding("IDENT.010", field=FIELD)]
    found = _eighteen(text, Document.RESIDENT)
    other = recognise(text)
    if _stands(found) and other is not Document.RESIDENT:
        found.append(finding("IDENT.014", field=FIELD, document=Document.RESIDENT.label, other=other.label))
    return found


def _residence_permit(text: str, on: date, values: Values) -> list[Finding]:
    """港澳台居民居住证: the same eighteen characters with 810000, 820000 or 830000 in front."""
    found = _eighteen(text, Document.RESIDENCE_PERMIT)
    if _stands(found) and text[:6] not in ("810000", "820000", "830000"):
        found.append(finding("IDENT.015", field=FIELD, prefix=text[:6]))
    return found


def _foreign_resident(text: str, on: date, values: Values) -> list[Finding]:
    """外国人永久居留身份证: 9, province, nationality, birth date, serial, check (2023); before, three letters and twelve digits."""
    if re.fullmatch(r"[A-Z]{3}\d{12}", text):
        known = code_table("nationality").code_of(text[:3])
        return [] if known else [finding("IDENT.019", field=FIELD, code=text[:3])]
    found = _eighteen(text, Document.FOREIGN_RESIDENT)
    if not _stands(found):
        return found
    if text[0] != "9":
        found.append(finding("IDENT.016", field=FIELD))
    elif not values.at("identity.new_residence_card_in_force", on):
        found.append(finding("IDENT.024", field=FIELD))
    elif text[3:6] not in code_table("nationality"):
        found.append(finding("IDENT.019", field=FIELD, code=text[3:6]))
    return found


def _hk_macao_permit(text: str, on: date, values: Values) -> list[Finding]:
    """港澳居民来往内地通行证: H or M and eight digits, with the two digits of the renewal count on older cards."""
    return [] if re.fullmatch(r"[HM](\d{8}|\d{10})", text) else [finding("IDENT.017", field=FIELD)]


def _taiwan_permit(text: str, on: date, values: Values) -> list[Finding]:
    """台湾居民来往大陆通行证: eight digits."""
    return [] if re.fullmatch(r"\d{8}", text) else [finding("IDENT.018", field=FIELD)]


def _hk_identity_card(text: str, on: date, values: Values) -> list[Finding]:
    """香港居民身份证: one or two letters, six digits and the check character, in brackets or bare."""
    form = re.fullmatch(r"([A-Z]{1,2})(\d{6})[(]?([\dA])[)]?", text)
    if not form:
        return [finding("IDENT.020", field=FIELD)]
    letters, digits, given = form.groups()
    return [] if hong_kong_check_character(letters, digits) == given else [finding("IDENT.004", field=FIELD)]


def _passport(text: str, on: date, values: Values) -> list[Finding]:
    """护照: capitals and digits, five to eighteen, with at least one digit; no state publishes a check for the bare number."""
    good = re.fullmatch(r"(?=.*\d)[A-Z0-9]{5,18}", text)
    return [] if good else [finding("IDENT.021", field=FIELD)]


_FORMS: dict[Document, Callable[[str, date, Values], list[Finding]]] = {
    Document.RESIDENT: _resident,
    Document.RESIDENCE_PERMIT: _residence_permit,
    Document.HK_MACAO_PERMIT: _hk_macao_permit,
    Document.TAIWAN_PERMIT: _taiwan_permit,
    Document.FOREIGN_RESIDENT: _foreign_resident,
    Document.PASSPORT: _passport,
    Document.HK_IDENTITY_CARD: _hk_identity_card,
}


def _region_known(code: str) -> bool:
    """Whether an address code is in the table: its province for two digits and for Taiwan and the permits, else its prefecture."""
    short = len(code) == 2 or code[:2] in ("71", "81", "82", "83")
    return code[: 2 if short else 4] in code_table("region")


def _contents(document: Document, text: str, on: date) -> list[Finding]:
    """The birth date and the address code inside a well-formed number."""
    said = number_facts(document, text)
    if said.region is None:
        return []
    found = []
    if said.born_on is None:
        found.append(finding("IDENT.005", field=FIELD))
    elif not _OLDEST_YEAR <= said.born_on.year or said.born_on > on:
        found.append(finding("IDENT.006", field=FIELD, born_on=said.born_on.isoformat()))
    if not _region_known(said.region):
        found.append(finding("IDENT.009", field=FIELD, region=said.region))
    return found


def number(document: Document | str, given: str, *, on: date, values: Values = NATIONAL) -> list[Finding]:
    """What is wrong with a document number (证件号码), judged by itself on a day.

    GB 11643-1999; 港澳台居民居住证申领发放办法; 外国人永久居留身份证 2023. Empty: nothing stands in its way.
    """
    text = normalise(given)
    if document not in _FORMS:
        return [finding("IDENT.022", field="id_document")]
    if not text:
        return [finding("IDENT.001", field=FIELD)]
    kind = Document(document)
    if rounded_by_a_spreadsheet(text) and not re.fullmatch(r"\d{18}", text):
        return [finding("IDENT.011", field=FIELD)]
    found = _FORMS[kind](text, on, values)
    readable = all(one.id in ("IDENT.010", "IDENT.013") for one in found)
    return found + (_contents(kind, text, on) if readable else [])


def holder(
    document: Document | str,
    given: str,
    *,
    born_on: date | None = None,
    sex: str = "",
    nationality: str = "",
    population: Population | str | None = None,
) -> list[Finding]:
    """What contradicts between a number and the other facts about its holder (证件号与出生日期、性别等不符)."""
    said = number_facts(document, given)
    found = []
    if said.born_on and born_on and said.born_on != born_on:
        found.append(finding("IDENT.007", field="born_on", number_says=said.born_on.isoformat(), given=born_on.isoformat()))
    if said.sex and sex in ("1", "2") and said.sex != sex:
        words = code_table("sex")
        found.append(finding("IDENT.008", field="sex", number_says=words.word(said.sex), given=words.word(sex)))
    if said.nationality and nationality and said.nationality != nationality:
        words = code_table("nationality")
        found.append(finding("IDENT.025", field="nationality", number_says=words.word(said.nationality), given=words.word(nationality)))
    if population and document in _FORMS and document not in SUITABLE[Population(population)]:
        words = code_table("population")
        found.append(finding("IDENT.023", field="id_document", document=Document(document).label, population=words.word(str(population))))
    return found
