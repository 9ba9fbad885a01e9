"""Record forms as PDF: photo, QR, rare characters, subset fonts; against WeasyPrint setting the same form from HTML."""

import base64
import html
import io
import multiprocessing
import time
from dataclasses import replace
from datetime import UTC, datetime

from PIL import Image
from pylopdf_fonts_zh_cn import sans_path, serif_path

from xueji.catalogue.fields import Population
from xueji.catalogue.text import Text
from xueji.documents import college_file, record_form
from xueji.documents.contents_sheet import FiledForm, contents_sheet
from xueji.documents.engine import Press
from xueji.documents.pictures import qr
from xueji.documents.record_form import RecordForm

ONE_BY_ONE, COLLEGE, BY_TWO, PEER = 60, 250, 600, 12
AT = datetime(2024, 9, 8, 6, 5, tzinfo=UTC)
NAMES = ("单雄信", "阿卜杜热西提·买买提依明·阿布都热合曼", "䶮思远", "刘𬱖", "陈㛃", "吕绿女", "欧阳文", "陈方玉梅", "王一", "KOWALSKA ANNA MARIA")


def portrait(number: int) -> bytes:
    """A picture of 480 × 640 and some 20 KB, another one for every student."""
    noise = Image.effect_noise((120, 160), 20 + number % 40).resize((480, 640))
    out = io.BytesIO()
    Image.merge("RGB", (noise, noise.point(lambda v: v // 2 + 80), noise)).save(out, "JPEG", quality=60)
    return out.getvalue()


def student(number: int) -> RecordForm:
    name, key = NAMES[number % len(NAMES)], f"S2024{number:06d}"
    answers = {
        "name": name, "student_number": key, "sex": "12"[number % 2], "name_pinyin": "Shan Xiongxin", "born_on": "2001-03-18",
        "nationality": "156", "ethnic_group": "01", "id_document": "01", "id_number": f"3201022001{number:08d}",
        "political_status": "03", "marital_state": "10", "health": "1", "native_place": "江苏省南京市", "birth_place": "江苏省南京市",
        "household_place": f"江苏省南京市珠江路 {number} 号", "household_kind": "urban", "class_number": f"机械{number // 30:02d}",
        "college": "机械与能源工程学院", "department": "机械设计系", "major_code": "080200", "major_name": "机械工程",
        "major_name_en": "Mechanical Engineering", "level": "master", "degree_kind": "academic", "study_mode": "full_time",
        "schooling_years": "3", "enrolled_on": "2024-09-01", "expected_on": "2027-07-01", "admission_category": "unified",
        "supervisor": "张志远", "research_direction": "数控装备可靠性设计", "previous_school": "南京理工大学", "previous_major": "机械工程",
        "previous_level": "21", "previous_graduated_on": "2024-06", "previous_certificate_number": f"10288120240500{number:04d}",
        "previous_degree": "4", "mobile": f"138{number:08d}", "email": f"{key.lower()}@stu.example.edu.cn", "postal_code": "210018",
        "address": f"江苏省南京市玄武区珠江路 {number} 号 3 幢 2 单元 501 室", "lodging": "campus", "dormitory": "西苑 3 号楼 402",
        "emergency_name": "单田芳", "emergency_relation": "51", "emergency_phone": "13900004321",
        "experience": [{"since": "2016-09", "until": "2020-06", "place": "南京市第九中学", "position": "学生", "witness": "王建国"},
                       {"since": "2020-09", "until": "2024-06", "place": "南京理工大学", "position": "本科生", "witness": "李红梅"}],
        "family": [{"relation": "51", "name": "单田芳", "employer": "南京汽轮电机公司", "position": "工程师", "phone": "13900004321"}],
    }  # fmt: skip
    return RecordForm(
        student_number=key, name=name, population=Population.DOMESTIC, answers=answers, school=Text("北京燕山大学", "Yanshan University"),
        title=Text("研究生登记表（学籍表）", "Graduate Registration Form"), notice="研通知〔2024〕53号", version=1, check_code=f"{number:010d}",
        address=f"https://xueji.example.edu.cn/f/{number:010d}", submitted_at=AT, photo=portrait(number), class_number=f"机械{number // 30:02d}",
    )  # fmt: skip


CSS = f"""
@font-face {{ font-family: Song; src: url(file://{serif_path()}); }} @font-face {{ font-family: Hei; src: url(file://{sans_path()}); }}
@page {{ size: A4; margin: 14mm 16mm 25mm; @bottom-left {{ content: element(foot); width: 100%; }} }}
body {{ margin: 0; font: 10pt/1.2 Song; }} h1, h2 {{ font-weight: 400; text-align: center; margin: 0 0 2mm; letter-spacing: .12em; }}
h1 {{ font-size: 15pt; }} h2 {{ font-size: 19pt; }} .top {{ display: flex; justify-content: space-between; font: 8.5pt Hei; }}
table {{ width: 100%; table-layout: fixed; border-collapse: collapse; border: 1pt solid; border-bottom: 0; }}
td, th {{ border: .4pt solid; padding: 1.1mm 1.6mm; height: 4.4mm; overflow-wrap: anywhere; }}
th {{ font: 8.5pt/1.1 Hei; background: #f7f7f7; padding: 1mm; }}
.band {{ background: #ececec; font: 9pt Hei; border: 1pt solid; border-width: .4pt 1pt 0; padding: 1.3mm 2mm; }}
.box {{ border: 1pt solid; border-top: .4pt solid; padding: 3mm; min-height: 18mm; }} .over {{ break-before: page; }}
.foot {{ position: running(foot); font: 7.5pt/1.4 Hei; }} .foot svg {{ width: 15mm; float: right; }} img {{ width: 35mm; height: 46.7mm; object-fit: cover; }}
"""


def as_html(form: RecordForm) -> str:
    """The same values in the same grid, for the peer."""
    values = record_form._words(form) | {"picture_qr": qr(form.address)}
    said = html.escape

    def row(cells, tracks, extra=""):
        each, made = tracks // len(cells), []
        for i, cell in enumerate(cells):
            width = tracks - each * (len(cells) - 1) if i == len(cells) - 1 else each
            made.append(f"<th colspan=3>{said(cell['label'])}</th><td colspan={width - 3}>{said(cell['value'])}</td>")
        return f"<tr>{''.join(made)}{extra}</tr>"

    photo = f"<img src='data:image/jpeg;base64,{base64.b64encode(form.photo).decode()}'>"
    parts = [
        f"<div class=foot>{values['picture_qr']}{said(values['foot'][0])}<br>{said(values['proof'])}</div>",
        f"<h1>{said(values['school'])}</h1><h2>{said(values['title'])}</h2>",
        f"<div class=top><span>{said(values['heading_left'])}</span><span>{said(values['heading_right'])}</span></div>",
    ]
    for section in values["sections"]:
        over = " over" if section["title"].startswith("五") else ""
        parts.append(f"<div class='band{over}'>{said(section['title'])}</div><table>")
        if "columns" in section:
            parts.append("<tr>" + "".join(f"<th>{said(c['label'])}</th>" for c in section["columns"]) + "</tr>")
            for line in section["lines"] + [[""] * len(section["columns"])] * section["empty_lines"]:
                parts.append("<tr>" + "".join(f"<td>{said(v)}</td>" for v in line) + "</tr>")
        else:
            parts.append("<colgroup>" + "<col>" * 24 + "</colgroup>")
            for i, cells in enumerate(section["beside_photo"]):
                extra = f"<td colspan=5 rowspan={len(section['beside_photo'])}>{photo}</td>" if i == 0 else ""
                parts.append(row(cells, 19, extra))
            parts += [row(cells, 24) for cells in section["rows"]]
        parts.append("</table>")
    parts += [f"<div class=box>{said(box['words'])}</div>" for box in values["sign_boxes"]]
    return f"<!doctype html><meta charset=utf-8><title>{said(form.whose)}</title><style>{CSS}</style><body>{''.join(parts)}"


_press: Press | None = None


def _warm(number: int) -> None:
    global _press
    _press = _press or Press()
    record_form.render(_press, student(number))


def _portion(start: int) -> int:
    return len(record_form.render_many(_press, [student(n) for n in range(start, start + college_file.PORTION)]))


def run(report):
    press = Press()
    for number in range(10):
        record_form.render(press, student(number))
    times = []
    for number in range(100, 100 + ONE_BY_ONE):
        form = student(number)
        began = time.perf_counter()
        record_form.render(press, form)
        times.append((time.perf_counter() - began) * 1000)

    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    peers, fonts = [], FontConfiguration()
    for number in range(100, 100 + PEER):
        text = as_html(student(number))
        began = time.perf_counter()
        HTML(string=text).write_pdf(font_config=fonts)
        peers.append((time.perf_counter() - began) * 1000)
    report.figure("one form of two pages, warm, p50", report.percentile(times, 50), "ms", peer=report.percentile(peers, 50),
                  peer_name="WeasyPrint 70", goal="under 100 ms")  # fmt: skip
    report.figure("one form of two pages, warm, p95", report.percentile(times, 95), "ms", peer=report.percentile(peers, 95),
                  peer_name="WeasyPrint 70")  # fmt: skip

    peer_pages = 2000 / (sum(peers) / len(peers))
    forms = [replace(student(n), class_number=f"机械{n // 30:02d}") for n in range(1000, 1000 + COLLEGE)]
    filed = [FiledForm(f.class_number, f.student_number, f.name, 1, f.check_code, None) for f in forms]
    contents = contents_sheet(filed, school="北京燕山大学", college="机械学院", title="登记表", notice="研通知", made_at=AT)
    seconds = report.seconds(lambda: college_file.render(press, contents, forms), times=1)
    report.figure(f"a college's file, {COLLEGE} forms, one process", 2 * COLLEGE / seconds, "pages/s", peer=peer_pages,
                  peer_name="WeasyPrint 70, form by form", less=False)  # fmt: skip
    report.figure("memory of that process, WeasyPrint in it as well", report.peak_megabytes(), "MB", goal="under 800 MB")

    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(_warm, range(8), chunksize=1)
        began = time.perf_counter()
        pool.map(_portion, range(2000, 2000 + BY_TWO, college_file.PORTION), chunksize=1)
        seconds = time.perf_counter() - began
    report.figure(f"{BY_TWO} forms in two processes", 2 * BY_TWO / seconds, "pages/s", peer=peer_pages,
                  peer_name="WeasyPrint 70, one process", less=False, goal="100 pages/s")  # fmt: skip
