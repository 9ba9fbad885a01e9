"""The demo university's students: invented from a seed, the same every time, in every kind that the notices tell apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from xueji.stories import identity_numbers
from xueji.stories.names import PASSPORT_NAMES, SPECIMENS, chinese_name
from xueji.stories.places import COLLEGES, SCHOOL, CollegePlan, Major

LETTERS = {"undergraduate": "B", "master": "S", "doctor": "D"}
AGE_AT_INTAKE = {"undergraduate": 18, "master": 22, "doctor": 25}
DOMESTIC_MINORITIES = ("02", "03", "05", "11", "13", "15", "33")
HMT_NATIONALITY = {"810000": "344", "820000": "446", "830000": "158"}
CLASS_SIZE = 30


@dataclass(frozen=True, slots=True)
class Cohort:
    """A part of the university that came together and leaves together (一批学生)."""

    share: int
    level: str
    intake: int
    expected: str
    standing: str = "enrolled"
    first_expected: str = ""
    certificates: str = "both"
    study_mode: str = "full_time"
    conclusion: str = ""
    graduated: str = ""


COHORTS: tuple[Cohort, ...] = (
    Cohort(170, "master", 2024, "2027-06-30", standing="admitted"),
    Cohort(30, "doctor", 2024, "2028-06-30", standing="admitted"),
    Cohort(220, "undergraduate", 2021, "2025-07-01"),
    Cohort(80, "undergraduate", 2022, "2026-07-01"),
    Cohort(80, "undergraduate", 2023, "2027-07-01"),
    Cohort(80, "undergraduate", 2024, "2028-07-01"),
    Cohort(110, "master", 2022, "2025-06-30"),
    Cohort(60, "master", 2023, "2026-06-30"),
    Cohort(40, "doctor", 2021, "2025-06-30"),
    Cohort(30, "master", 2021, "2025-06-30", first_expected="2024-06-30"),
    Cohort(20, "doctor", 2018, "2025-06-30", first_expected="2022-06-30"),
    Cohort(25, "master", 2022, "2025-06-30", certificates="degree", study_mode="part_time"),
    Cohort(15, "master", 2021, "2024-06-30", standing="completed", conclusion="completion", graduated="2024-06-30"),
    Cohort(15, "master", 2021, "2024-01-10"),
    Cohort(15, "master", 2021, "2024-07-05"),
    Cohort(10, "master", 2017, "2020-06-30"),
)
"""Parts per thousand: new postgraduates (N1), those who graduate (N2 to N5), delayed, single-certificate, completed earlier, others."""


def _share_out(count: int) -> list[tuple[Cohort, int]]:
    """How many of each cohort, `count` in all; every cohort has at least one where there are enough students."""
    parts = [(cohort, count * cohort.share // 1000) for cohort in COHORTS]
    missing = count - sum(number for _, number in parts)
    return [(cohort, number + (1 if position < missing else 0)) for position, (cohort, number) in enumerate(parts)]


def students(count: int, seed: int = 2024) -> Iterator[dict[str, str]]:
    """`count` students as values by catalogue code, in stored form (codes, ISO dates). The same seed gives the same students."""
    draw = Random(seed)
    specimens = iter(SPECIMENS)
    passports = iter(PASSPORT_NAMES * (count // 200 + 1))
    serials: dict[str, int] = {}
    numbers: set[str] = set()
    for cohort, number in _share_out(count):
        for position in range(number):
            college, major = _place(draw, cohort.level)
            chance = draw.random()
            if chance < 0.05:
                who = _international(draw, cohort, next(passports, PASSPORT_NAMES[0]), len(numbers))
            elif chance < 0.08:
                who = _hmt(draw, cohort, len(numbers), numbers)
            else:
                specimen = next(specimens, None) if position % 3 == 0 else None
                who = _domestic(draw, cohort, specimen, numbers)
            numbers.add(who["id_number"])
            yield who | _studies(draw, cohort, college, major, serials, who)


def _place(draw: Random, level: str) -> tuple[CollegePlan, Major]:
    offering = [college for college in COLLEGES if college.of_level(level)]
    college = draw.choices(offering, [plan.weight for plan in offering])[0]
    return college, draw.choice(college.of_level(level))


def _born(draw: Random, cohort: Cohort) -> date:
    """Between the usual age at intake and two years more (part-time students: up to ten)."""
    years = AGE_AT_INTAKE[cohort.level]
    spread = 3650 if cohort.study_mode == "part_time" else 730
    return date(cohort.intake - years, 8, 31) - timedelta(days=draw.randrange(spread))


def _unused(numbers: set[str], make) -> str:
    while (number := make()) in numbers:
        continue
    return number


def _domestic(draw: Random, cohort: Cohort, specimen: tuple[str, str, str] | None, numbers: set[str]) -> dict[str, str]:
    sex = specimen[1] if specimen else draw.choice("12")
    born = _born(draw, cohort)
    number = _unused(numbers, lambda: identity_numbers.resident(draw, born, sex))
    return {
        "name": specimen[0] if specimen else chinese_name(draw, sex),
        "sex": sex,
        "born_on": born.isoformat(),
        "id_document": "01",
        "id_number": number,
        "nationality": "156",
        "population": "domestic",
        "ethnic_group": _ethnic_group(draw, specimen),
        "political_status": draw.choices(("03", "13", "01", "02"), (70, 14, 10, 6))[0],
        "origin_region": number[:2],
    }


def _ethnic_group(draw: Random, specimen: tuple[str, str, str] | None) -> str:
    if specimen and "·" in specimen[0]:
        return "05"
    if specimen and specimen[2].startswith("无姓"):
        return "04" if specimen[0] != "那木海扎布" else "02"
    return "01" if draw.random() < 0.91 else draw.choice(DOMESTIC_MINORITIES)


def _hmt(draw: Random, cohort: Cohort, position: int, numbers: set[str]) -> dict[str, str]:
    sex = draw.choice("12")
    born = _born(draw, cohort)
    kind = position % 4
    if kind < 2:
        document, number = "02", _unused(numbers, lambda: identity_numbers.residence_permit(draw, born, sex))
        nationality = HMT_NATIONALITY[number[:6]]
    elif kind == 2:
        letter = draw.choice("HM")
        document, number = "03", identity_numbers.travel_permit(position + 1, letter)
        nationality = "344" if letter == "H" else "446"
    else:
        document, number, nationality = "04", identity_numbers.taiwan_permit(position + 1), "158"
    return {
        "name": chinese_name(draw, sex),
        "sex": sex,
        "born_on": born.isoformat(),
        "id_document": document,
        "id_number": number,
        "nationality": nationality,
        "population": "hmt",
    }


def _international(draw: Random, cohort: Cohort, passport: tuple[str, str, str], position: int) -> dict[str, str]:
    return {
        "name": passport[0],
        "name_pinyin": passport[0],
        "sex": passport[2],
        "born_on": _born(draw, cohort).isoformat(),
        "id_document": "06",
        "id_number": identity_numbers.passport(position + 1),
        "nationality": passport[1],
        "population": "international",
    }


def _studies(draw: Random, cohort: Cohort, college: CollegePlan, major: Major, serials: dict[str, int], who: dict[str, str]) -> dict[str, str]:
    stem = f"{LETTERS[cohort.level]}{cohort.intake}{college.code}"
    serial = serials[stem] = serials.get(stem, 0) + 1
    postgraduate = cohort.level != "undergraduate"
    number = f"{stem}{serial:04d}"
    values = {
        "student_number": number,
        "school_code": SCHOOL["code"],
        "college": college.name,
        "campus": college.campus,
        "department": f"{major.name}系"[:20],
        "class_number": f"{LETTERS[cohort.level]}{cohort.intake % 100}{college.code}{(serial - 1) // CLASS_SIZE + 1:02d}",
        "level": cohort.level,
        "major_code": major.code,
        "major_name": major.name,
        "major_name_en": major.name_en,
        "degree_kind": major.degree,
        "schooling_years": major.years,
        "study_mode": cohort.study_mode,
        "intake_year": str(cohort.intake),
        "enrolled_on": f"{cohort.intake}-09-02",
        "expected_on": cohort.expected,
        "first_expected_on": cohort.first_expected or cohort.expected,
        "certificates": cohort.certificates,
        "standing": cohort.standing,
        "record_state": {"admitted": "pending", "completed": "completed"}.get(cohort.standing, "registered"),
        "conclusion": cohort.conclusion,
        "graduated_on": cohort.graduated,
        "commissioned": "no",
        "continuous_programme": "no",
        "email": f"{number.lower()}@stu.donghu.example",
    }
    if who["population"] != "international":
        values["candidate_number"] = f"{SCHOOL['code']}{cohort.intake % 10}{college.code}{serial:07d}"
    if postgraduate:
        values["supervisor"] = chinese_name(draw, draw.choice("12"))
        values["admission_category"] = _category(draw, cohort, who["population"])
        values["continuous_programme"] = "yes" if values["admission_category"] == "continuous" else "no"
        if who["population"] == "domestic" and draw.random() < 0.06:
            values["commissioned"] = draw.choice(("directed", "entrusted"))
            values["commissioning_unit"] = f"{draw.choice('东南西北中')}江{draw.choice(('机械集团', '第一中学', '设计研究院'))}"
    elif draw.random() < 0.02:
        values["programme"] = "双培"
    elif draw.random() < 0.01:
        values["plan"] = "outside"
    return values


def _category(draw: Random, cohort: Cohort, population: str) -> str:
    if population != "domestic":
        return "international" if population == "international" else "hmt_exam"
    if cohort.level == "doctor":
        return draw.choice(("application", "continuous", "direct_doctor"))
    return draw.choices(("unified", "recommended"), (70, 30))[0]
