"""The demo university's places: an invented school, its twelve colleges on two campuses, and their majors.

Codes and names of majors are those of the national lists (学位授予和人才培养学科目录 2022, 普通高等学校本科专业目录 2024); the English
names are a school's own property, and these are this school's. The school, its people and its telephone numbers are invented.
"""

from __future__ import annotations

from dataclasses import dataclass

EAST, WEST = "东湖校区", "西山校区"

SCHOOL = {
    "code": "19990",
    "name": "东湖理工大学",
    "name_en": "Donghu University of Technology",
    "office": "研究生院、教务处（学籍管理）",
    "office_en": "Registry, Graduate School and Academic Affairs",
    "president": "沈致远",
    "notice_address": "xueji.donghu.example",
}


@dataclass(frozen=True, slots=True)
class Major:
    """One major as this school offers it (专业): the level, the length of schooling, and its English name."""

    code: str
    name: str
    name_en: str
    level: str
    years: str
    degree: str = "academic"


@dataclass(frozen=True, slots=True)
class CollegePlan:
    """A college with its campus, its office and its majors (学院)."""

    code: str
    name: str
    name_en: str
    campus: str
    room: str
    majors: tuple[Major, ...]
    weight: int = 10

    def of_level(self, level: str) -> tuple[Major, ...]:
        return tuple(major for major in self.majors if major.level == level)


def _u(code: str, name: str, name_en: str, years: str = "4") -> Major:
    return Major(code, name, name_en, "undergraduate", years)


def _m(code: str, name: str, name_en: str, years: str = "3", degree: str = "academic") -> Major:
    return Major(code, name, name_en, "master", years, degree)


def _d(code: str, name: str, name_en: str, years: str = "4", degree: str = "academic") -> Major:
    return Major(code, name, name_en, "doctor", years, degree)


COLLEGES: tuple[CollegePlan, ...] = (
    CollegePlan("01", "机械工程学院", "School of Mechanical Engineering", EAST, "机械楼 108", (
        _u("080201", "机械工程", "Mechanical Engineering"),
        _u("080207", "车辆工程", "Vehicle Engineering"),
        _m("080200", "机械工程", "Mechanical Engineering"),
        _m("085501", "机械工程", "Mechanical Engineering (Professional)", "3", "professional"),
        _d("080200", "机械工程", "Mechanical Engineering"),
    ), 14),
    CollegePlan("02", "材料科学与工程学院", "School of Materials Science and Engineering", EAST, "材料楼 203", (
        _u("080401", "材料科学与工程", "Materials Science and Engineering"),
        _u("080407", "高分子材料与工程", "Polymer Materials and Engineering"),
        _m("080500", "材料科学与工程", "Materials Science and Engineering"),
        _m("085601", "材料工程", "Materials Engineering", "3", "professional"),
        _d("080500", "材料科学与工程", "Materials Science and Engineering"),
    ), 9),
    CollegePlan("03", "电子信息学院", "School of Electronic and Information Engineering", EAST, "信息楼 A312", (
        _u("080701", "电子信息工程", "Electronic Information Engineering"),
        _u("080703", "通信工程", "Communication Engineering"),
        _m("081000", "信息与通信工程", "Information and Communication Engineering"),
        _m("085402", "通信工程（含宽带网络、移动通信等）", "Communication Engineering (Professional)", "3", "professional"),
        _d("081000", "信息与通信工程", "Information and Communication Engineering"),
    ), 12),
    CollegePlan("04", "计算机学院", "School of Computer Science and Technology", EAST, "信息楼 B205", (
        _u("080901", "计算机科学与技术", "Computer Science and Technology"),
        _u("080902", "软件工程", "Software Engineering"),
        _u("080717T", "人工智能", "Artificial Intelligence"),
        _m("081200", "计算机科学与技术", "Computer Science and Technology"),
        _m("085404", "计算机技术", "Computer Technology", "3", "professional"),
        _d("081200", "计算机科学与技术", "Computer Science and Technology"),
    ), 14),
    CollegePlan("05", "自动化学院", "School of Automation", EAST, "自动化楼 401", (
        _u("080801", "自动化", "Automation"),
        _u("080803T", "机器人工程", "Robotics Engineering"),
        _m("081100", "控制科学与工程", "Control Science and Engineering"),
        _d("081100", "控制科学与工程", "Control Science and Engineering"),
    ), 8),
    CollegePlan("06", "土木与建筑学院", "School of Civil Engineering and Architecture", WEST, "建工楼 116", (
        _u("081001", "土木工程", "Civil Engineering"),
        _u("082801", "建筑学", "Architecture", "5"),
        _m("081400", "土木工程", "Civil Engineering"),
        _m("085100", "建筑学", "Architecture", "3", "professional"),
        _d("081400", "土木工程", "Civil Engineering"),
    ), 8),
    CollegePlan("07", "化学与化工学院", "School of Chemistry and Chemical Engineering", WEST, "化工楼 220", (
        _u("070302", "应用化学", "Applied Chemistry"),
        _u("081301", "化学工程与工艺", "Chemical Engineering and Technology"),
        _m("070300", "化学", "Chemistry"),
        _m("081700", "化学工程与技术", "Chemical Engineering and Technology"),
        _d("070300", "化学", "Chemistry"),
    ), 7),
    CollegePlan("08", "生命科学学院", "School of Life Sciences", WEST, "生科楼 305", (
        _u("071002", "生物技术", "Biotechnology"),
        _m("071000", "生物学", "Biology"),
        _d("071000", "生物学", "Biology"),
    ), 5),
    CollegePlan("09", "数学与物理学院", "School of Mathematics and Physics", WEST, "理科楼 512", (
        _u("070101", "数学与应用数学", "Mathematics and Applied Mathematics"),
        _u("070201", "物理学", "Physics"),
        _m("070100", "数学", "Mathematics"),
        _m("070200", "物理学", "Physics"),
        _d("070100", "数学", "Mathematics"),
    ), 6),
    CollegePlan("10", "经济与管理学院", "School of Economics and Management", WEST, "经管楼 118", (
        _u("020301K", "金融学", "Finance"),
        _u("120203K", "会计学", "Accounting"),
        _m("120200", "工商管理学", "Business Administration"),
        _m("125100", "工商管理", "Master of Business Administration", "2.5", "professional"),
        _m("125300", "会计", "Master of Professional Accounting", "2", "professional"),
        _d("120100", "管理科学与工程", "Management Science and Engineering"),
    ), 12),
    CollegePlan("11", "人文与外国语学院", "School of Humanities and Foreign Languages", WEST, "文科楼 209", (
        _u("050201", "英语", "English"),
        _u("030101K", "法学", "Law"),
        _m("050200", "外国语言文学", "Foreign Languages and Literatures"),
        _m("055100", "翻译", "Translation and Interpreting", "2", "professional"),
        _m("030500", "马克思主义理论", "Marxist Theory"),
    ), 7),
    CollegePlan("12", "艺术与设计学院", "School of Art and Design", WEST, "艺设楼 103", (
        _u("130502", "视觉传达设计", "Visual Communication Design"),
        _u("130504", "产品设计", "Product Design"),
        _m("135700", "设计", "Design", "3", "professional"),
    ), 5),
)  # fmt: skip
