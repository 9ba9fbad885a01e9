"""What a diligent student types into N1's three steps."""

from io import BytesIO

from PIL import Image

SEMESTER = {"arrived_on": "2024-09-02", "lodging": "campus", "dormitory": "西苑 3 号楼 402", "insurance": "resident", "fee_paid": "paid"}
PERSONAL = {
    "former_name": "", "political_status": "03", "native_place": "江苏省南通市", "birth_place": "江苏省南通市", "name_pinyin": "",
    "household_place": "江苏省南通市崇川区", "household_kind": "resident", "marital_state": "10", "health": "1",
    "mobile": "13800001234", "email": "li.ming@example.edu.cn", "wechat": "", "address": "江苏省南通市崇川区濠南路 18 号",
    "postal_code": "226001", "emergency_name": "李强", "emergency_relation": "51", "emergency_phone": "13800005678",
}  # fmt: skip
ENROLMENT = {
    "research_direction": "数据库", "previous_level": "21", "previous_school": "江淮大学", "previous_major": "计算机",
    "previous_graduated_on": "2024-06", "previous_certificate_number": "103501202405000123", "previous_degree": "4",
    "previous_degree_number": "1035042024000123",
    "experience": [{"since": "2017-09", "until": "2020-06", "place": "南通三中", "position": "学生"}, {"since": "2020-09", "until": "2024-06", "place": "江淮大学", "position": "计算机"}],
    "family": [{"relation": "51", "name": "李强", "employer": "南通纺织", "position": "", "phone": "13800005678"}],
}  # fmt: skip


def portrait(width: int = 480, height: int = 640, kind: str = "JPEG") -> bytes:
    """A picture of nobody: a plain light-blue card."""
    out = BytesIO()
    Image.new("RGB", (width, height), (100, 197, 255)).save(out, kind)
    return out.getvalue()
