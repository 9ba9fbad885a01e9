"""The English major names as a workbook, out and in (对照表的导出和导入)."""

from __future__ import annotations

from io import BytesIO

from xueji.confirmation.queries.majors import english_majors, national_disciplines, newest_version
from xueji.exchange.chsi import as_text
from xueji.formats.sheets import read
from xueji.formats.unreadable import Unreadable
from xueji.formats.workbooks import Heading, write
from xueji.journal.command import Stopped
from xueji.rules.findings import finding

CODE, NAME, ENGLISH = "专业代码", "专业名称", "英文名称"


def table_workbook() -> bytes:
    """The newest version; before the first one the national disciplines without English, to be filled in."""
    version = newest_version()
    rows = (
        list(english_majors(version).values_list("code", "name", "name_en"))
        if version
        else [(c, n, "") for c, n in national_disciplines().items()]
    )
    target = BytesIO()
    title = f"英文学科（专业）名称对照表 第 {version} 版" if version else "英文学科（专业）名称对照表（待填）"
    write(target, [Heading(CODE), Heading(NAME, 30), Heading(ENGLISH, 50)], rows, name="对照表", title=title)
    return target.getvalue()


def read_table(content: bytes) -> list[tuple[str, str, str]]:
    """The rows of an edited table. Raises Stopped when the file cannot be read or lacks one of its three columns."""
    try:
        sheet = read(content)
    except Unreadable as wrong:
        raise Stopped([finding(wrong.id, **wrong.values)]) from wrong
    headings = [str(heading).strip() for heading in sheet.columns]
    if missing := [name for name in (CODE, NAME, ENGLISH) if name not in headings]:
        raise Stopped([finding("SHEET.004", heading=name) for name in missing])
    places = [headings.index(name) for name in (CODE, NAME, ENGLISH)]
    return [tuple(as_text(cells[place]) for place in places) for _, cells in sheet.rows]
