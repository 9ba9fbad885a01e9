"""A press with the installed fonts only, and students whose names break forms."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image

from xueji.catalogue.fields import Population
from xueji.catalogue.text import Text
from xueji.documents.engine import Press
from xueji.documents.record_form import RecordForm

ANSWERS = {
    "name": "单雄信", "sex": "1", "name_pinyin": "Shan Xiongxin", "born_on": "2001-03-18", "nationality": "156",
    "ethnic_group": "01", "id_document": "01", "political_status": "03", "id_number": "320102200103182415",
    "marital_state": "10", "health": "1", "native_place": "江苏省南京市", "birth_place": "江苏省南京市玄武区",
    "household_place": "江苏省南京市玄武区珠江路 88 号", "household_kind": "urban", "student_number": "S202401001",
    "candidate_number": "100054000012345", "class_number": "机械2401", "college": "机械与能源工程学院",
    "department": "机械设计系", "major_code": "080200", "major_name": "机械工程", "major_name_en": "Mechanical Engineering",
    "level": "master", "degree_kind": "academic", "study_mode": "full_time", "schooling_years": "3",
    "enrolled_on": "2024-09-01", "expected_on": "2027-07-01", "admission_category": "unified",
    "continuous_programme": "no", "commissioned": "no", "supervisor": "张志远", "research_direction": "数控装备可靠性",
    "previous_school": "南京理工大学", "previous_major": "机械工程", "previous_level": "21",
    "previous_graduated_on": "2024-06", "previous_certificate_number": "102881202405001234", "previous_degree": "4",
    "mobile": "13800001234", "email": "shanxiongxin2001@mail.example.edu.cn", "postal_code": "210018",
    "address": "江苏省南京市玄武区珠江路 88 号 3 幢 2 单元 501 室", "lodging": "campus", "dormitory": "西苑 3 号楼 402",
    "emergency_name": "单田芳", "emergency_relation": "51", "emergency_phone": "13900004321",
    "experience": [
        {"since": "2016-09", "until": "2020-06", "place": "南京市第九中学", "position": "学生", "witness": "王建国"},
        {"since": "2020-09", "until": "2024-06", "place": "南京理工大学", "position": "本科生", "witness": "李红梅"},
    ],
    "family": [
        {"relation": "51", "name": "单田芳", "employer": "南京汽轮电机公司", "position": "工程师", "phone": "13900004321"},
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def press():
    return Press()


@pytest.fixture(scope="session")
def portrait() -> bytes:
    """A photo of the size the standard asks for."""
    out = BytesIO()
    Image.linear_gradient("L").resize((480, 640)).convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


@pytest.fixture(scope="session")
def shan(portrait) -> RecordForm:
    """单雄信, whose surname is read Shàn."""
    return RecordForm(
        student_number="S202401001",
        name="单雄信",
        population=Population.DOMESTIC,
        answers=ANSWERS,
        school=Text("北京燕山大学", "Yanshan University of Beijing"),
        title=Text("研究生登记表（学籍表）", "Graduate Registration Form (Student Record Form)"),
        notice="研通知〔2024〕53号",
        version=2,
        check_code="7K3M-9QXA-2TFD",
        address="https://xueji.example.edu.cn/v/7K3M9QXA2TFD",
        submitted_at=datetime(2024, 9, 8, 6, 5, tzinfo=UTC),
        photo=portrait,
        class_number="机械2401",
    )


@pytest.fixture(scope="session")
def form_of(shan):
    """The form of somebody else: ``form_of("S2", "吕布", mobile="…")``."""

    def made(number: str, name: str, population: Population = Population.DOMESTIC, **answers) -> RecordForm:
        answers = {**ANSWERS, "student_number": number, "name": name, **answers}
        return replace(shan, student_number=number, name=name, population=population, answers=answers)

    return made
