"""A frozen sheet on paper and as a workbook: the same rows in the same order, with their digest (表册的纸质版和电子版)."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from django.conf import settings

from xueji.campaigns.batches.models import Batch
from xueji.campaigns.batches.queries import QR_HEAD, kind_of
from xueji.campaigns.batches.terms import KEY, SheetKind
from xueji.campaigns.models import Campaign
from xueji.documents import signed_list
from xueji.documents.engine import press
from xueji.documents.signed_list import Column, SignedList
from xueji.formats.workbooks import Heading, write
from xueji.records.models import College
from xueji.records.queries import school


def declarations(kind: SheetKind, campaign: Campaign, college: College, beside: Mapping[str, str], empty_reason: str) -> list[str]:
    """The sentences a college signs for beside the rows (声明): that it has nobody and why, and who is not on the sheet.

    An empty sheet names campaign and college: two colleges with nobody must not have the same digest.
    """
    found = [f"{campaign.code} {college.code} {college.name}：{kind.nobody.zh}原因：{empty_reason}"] if empty_reason and kind.nobody else []
    return found + [f"不在表中：{key} {beside[key]}" for key in sorted(beside)]


def print_of(batch: Batch) -> bytes:
    """The PDF for 经办人, 主管院长 and seal, the digest on every page as figures and as a QR.

    Raises Unprintable for a character that no font on the press has.
    """
    kind = kind_of(batch)
    keys = sorted(batch.rows)
    sheet = SignedList(
        school=school().name,
        title=kind.label.zh,
        subtitle=batch.college.name,
        source=f"{batch.campaign.number} {batch.campaign.title}",
        columns=[Column(KEY, 1.6), *(Column(column.label.zh, column.weight) for column in kind.columns)],
        rows=[[key, *(batch.rows[key].get(code, "") for code in kind.codes)] for key in keys],
        frozen_at=batch.frozen_at,
        version=batch.version,
        digest=batch.digest,
        qr_text=QR_HEAD + batch.digest,
        notes=[*declarations(kind, batch.campaign, batch.college, batch.beside, batch.empty_reason), *batch.remarks],
    )
    fonts = Path(settings.XUEJI_FONTS)
    return signed_list.render(press((fonts,) if fonts.exists() else ()), sheet)


def workbook_of(batch: Batch) -> bytes:
    """The workbook (电子版) of the same rows; every cell is text, so that no zero is lost."""
    kind = kind_of(batch)
    headings = [Heading(KEY), *(Heading(column.label.zh) for column in kind.columns)]
    rows = ([key, *(batch.rows[key].get(code, "") for code in kind.codes)] for key in sorted(batch.rows))
    target = BytesIO()
    title = f"{batch.college.name} {kind.label.zh} 第 {batch.version} 版 {batch.digest}"
    write(target, headings, rows, name=kind.label.zh, title=title)
    return target.getvalue()


def file_name(batch: Batch, ending: str) -> str:
    """What the file is called: campaign, college, sheet, version."""
    return f"{batch.campaign.code}-{batch.college.code}-{kind_of(batch).code}-v{batch.version}.{ending}"
