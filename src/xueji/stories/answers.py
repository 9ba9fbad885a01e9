"""What an invented student writes into the notice's fields: complete and consistent, or wrong in the ways real students are wrong."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from random import Random
from typing import Any

from xueji.catalogue.fields import FIELDS, Population
from xueji.stories.names import SURNAMES, given_name

CITIES = ("江苏省南通市", "山东省青岛市", "四川省成都市", "湖北省武汉市", "辽宁省大连市", "福建省厦门市", "陕西省西安市", "河南省洛阳市")
CITIES_ABROAD = ("Hamburg, Germany", "Surabaya, Indonesia", "Hue, Viet Nam", "Nagoya, Japan", "Lyon, France", "Addis Ababa, Ethiopia")
SCHOOLS = ("东湖理工大学", "北江大学", "南岭师范大学", "西河工业大学", "中原科技大学")
SCHOOLS_ABROAD = ("University of Hamburg", "Universitas Airlangga", "Hue University", "Nagoya University")
EMPLOYERS = ("市第一人民医院", "县中学", "个体经营", "某机械厂", "农业", "社区服务中心")
POSITIONS = ("职员", "教师", "工程师", "经营者", "务农", "医师")


def answers_for(values: dict[str, str], codes: Iterable[str], arrived_on: date) -> dict[str, Any]:
    """Complete, valid answers of one student for the given fields; `values` are what the record already says.

    The same student number gives the same answers. Fields that do not concern the student, and the photo, are left out.
    """
    writer = _Writer(values, arrived_on)
    population = Population(values.get("population", "domestic"))
    found: dict[str, Any] = {}
    for code in codes:
        field = FIELDS[code]
        if population in field.applies_to and field.kind != "photo":
            answer = writer.answer(code)
            if answer not in (None, ""):
                found[code] = answer
    return found


class _Writer:
    """One invented student with pen in hand."""

    def __init__(self, values: dict[str, str], arrived_on: date) -> None:
        self.values = values
        self.arrived_on = arrived_on
        self.draw = Random(f"answers of {values['student_number']}")
        self.abroad = values.get("population") == "international"
        self.city = self.draw.choice(CITIES_ABROAD if self.abroad else CITIES)
        self.serial = self.draw.randrange(100_000)
        self.lodging = self.draw.choices(("campus", "rented", "home"), (90, 6, 4))[0]
        surname = values["name"][0] if not self.abroad else values["name"].split()[0]
        self.parent = f"{surname}{'' if not self.abroad else ' '}{given_name(self.draw, '1') if not self.abroad else 'M.'}"

    def answer(self, code: str) -> Any:
        """The answer to one field: what the record says, else what this person would write, else nothing."""
        if self.values.get(code):
            return self.values[code]
        own = getattr(self, f"_{code}", None)
        return own() if own else None

    def _name_pinyin(self) -> str:
        return ""  # machine proposals are wrong often enough: the person writes it at the confirmation

    def _native_place(self) -> str:
        return "" if self.abroad else self.city

    def _birth_place(self) -> str:
        return self.city

    def _household_place(self) -> str:
        return f"{self.city}人民路 {self.serial % 200 + 1} 号"

    def _household_kind(self) -> str:
        return self.draw.choice(("resident", "urban", "rural"))

    def _marital_state(self) -> str:
        return "10"

    def _health(self) -> str:
        return "1"

    def _passport_expires_on(self) -> str:
        return (self.arrived_on + timedelta(days=1500)).isoformat()

    def _visa_kind(self) -> str:
        return "study_permit"

    def _visa_expires_on(self) -> str:
        return (self.arrived_on + timedelta(days=700)).isoformat()

    def _mobile(self) -> str:
        return f"199000{self.serial:05d}"

    def _email(self) -> str:
        return f"{self.values['student_number'].lower()}@stu.donghu.example"

    def _address(self) -> str:
        return f"{self.city}人民路 {self.serial % 200 + 1} 号" if not self.abroad else f"{self.serial % 200 + 1} Lake Street, {self.city}"

    def _postal_code(self) -> str:
        return f"{226000 + self.serial % 900:06d}"

    def _emergency_name(self) -> str:
        return self.parent

    def _emergency_relation(self) -> str:
        return "51"

    def _emergency_phone(self) -> str:
        return f"199001{self.serial:05d}"

    def _previous_level(self) -> str:
        return "14" if self.values.get("level") == "doctor" else "21"

    def _previous_school(self) -> str:
        return self.draw.choice(SCHOOLS_ABROAD if self.abroad else SCHOOLS)

    def _previous_major(self) -> str:
        return self.values.get("major_name", "")

    def _previous_graduated_on(self) -> str:
        return f"{self.arrived_on.year}-06"

    def _previous_certificate_number(self) -> str:
        return "" if self.abroad else f"19990120{self.arrived_on.year % 100:02d}05{self.serial:06d}"

    def _previous_degree(self) -> str:
        return "3" if self.values.get("level") == "doctor" else "4"

    def _experience(self) -> list[dict[str, str]]:
        year, years = self.arrived_on.year, 4
        school = self.draw.choice(SCHOOLS_ABROAD if self.abroad else SCHOOLS)
        place = f"{self.city}第一中学" if not self.abroad else f"High School, {self.city}"
        return [
            {"since": f"{year - years - 3}-09", "until": f"{year - years}-06", "place": place, "position": "学生" if not self.abroad else "pupil"},
            {"since": f"{year - years}-09", "until": f"{year}-06", "place": school, "position": "学生" if not self.abroad else "student"},
        ]

    def _family(self) -> list[dict[str, str]]:
        employer = self.draw.choice(EMPLOYERS)
        return [
            {
                "relation": "51",
                "name": self.parent,
                "employer": employer if not self.abroad else "Harbour Works",
                "position": self.draw.choice(POSITIONS) if not self.abroad else "engineer",
                "phone": f"199001{self.serial:05d}",
            },
            {
                "relation": "52",
                "name": f"{self.draw.choice(SURNAMES)}{given_name(self.draw, '2')}" if not self.abroad else "A. " + self.values["name"].split()[0],
                "employer": self.draw.choice(EMPLOYERS) if not self.abroad else "City Library",
                "position": self.draw.choice(POSITIONS) if not self.abroad else "librarian",
            },
        ]

    def _term(self) -> str:
        return f"{self.arrived_on.year}-{self.arrived_on.year + 1}-1"

    def _arrived_on(self) -> str:
        return self.arrived_on.isoformat()

    def _lodging(self) -> str:
        return self.lodging

    def _dormitory(self) -> str:
        return f"西苑 {self.serial % 9 + 1} 号楼 {self.serial % 5 + 1}{self.serial % 30 + 1:02d}" if self.lodging == "campus" else ""

    def _lodging_address(self) -> str:
        return f"东湖区学府路 {self.serial % 300 + 1} 号" if self.lodging != "campus" else ""

    def _insurance(self) -> str:
        return "international" if self.abroad else "resident"

    def _fee_paid(self) -> str:
        return self.draw.choices(("paid", "loan", "scholarship"), (80, 12, 8))[0]
