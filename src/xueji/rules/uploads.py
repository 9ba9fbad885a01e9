"""Judgements on an uploaded file, before anything opens it as what it claims to be (上传文件)."""

from __future__ import annotations

from dataclasses import dataclass

from xueji.catalogue.text import Text, listed
from xueji.rules.findings import Finding, finding

MEGABYTE = 1024 * 1024

CONTENT_WORDS: dict[str, Text] = {
    "image/jpeg": Text("JPG 图片", "a JPG picture"),
    "image/png": Text("PNG 图片", "a PNG picture"),
    "application/pdf": Text("PDF 文件", "a PDF document"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Text("XLSX 工作簿", "an XLSX workbook"),
    "application/vnd.ms-excel": Text("XLS 工作簿", "an XLS workbook"),
    "application/zip": Text("ZIP 压缩包", "a ZIP archive"),
    "application/x-dbf": Text("DBF 表", "a DBF table"),
    "text/csv": Text("CSV 或纯文本", "CSV or plain text"),
    "text/html": Text("网页", "a web page"),
    "image/webp": Text("WebP 图片", "a WebP picture"),
    "image/heic": Text("HEIC 图片", "a HEIC picture"),
    "image/gif": Text("GIF 图片", "a GIF picture"),
    "image/bmp": Text("BMP 图片", "a BMP picture"),
    "": Text("认不出的格式", "of an unknown kind"),
}
"""Every kind of content that is told apart, as a person calls it."""

ENDINGS: dict[str, str] = {
    "image/jpeg": "JPG",
    "image/png": "PNG",
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.ms-excel": "XLS",
    "application/zip": "ZIP",
    "application/x-dbf": "DBF",
    "text/csv": "CSV",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one purpose takes: kinds of content, bytes, pixels (0 = no pictures are expected)."""

    content: tuple[str, ...]
    bytes: int
    pixels: int = 0


@dataclass(frozen=True, slots=True)
class Quota:
    """What one person may have kept for one purpose at a time (上传总量): files and bytes."""

    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Upload:
    """What was seen of a file: size in bytes, the kind of its content, its pixels where it is a picture.

    ``width`` 0 for a picture means that its dimensions could not be read. ``locked`` is a PDF with a password to open.
    """

    size: int
    content: str
    width: int = 0
    height: int = 0
    locked: bool = False


def upload(seen: Upload, limits: Limits) -> list[Finding]:
    """What stands in the way of keeping this file. An empty or oversized file is not looked at further."""
    if seen.size == 0:
        return [finding("FILE.001", field="file")]
    if seen.size > limits.bytes:
        return [finding("FILE.002", field="file", size=f"{seen.size / MEGABYTE:.1f}", limit=f"{limits.bytes / MEGABYTE:g}")]
    if seen.content not in limits.content:
        allowed = listed(dict.fromkeys(ENDINGS[kind] for kind in limits.content if kind in ENDINGS))  # a web page only to say so
        return [
            finding(
                "FILE.003",
                field="file",
                found=CONTENT_WORDS.get(seen.content, CONTENT_WORDS[""]),
                allowed=allowed,
            )
        ]
    if seen.locked:
        return [finding("FILE.006", field="file")]
    if seen.content in {"image/jpeg", "image/png"}:
        if not seen.width:
            return [finding("FILE.005", field="file")]
        if seen.width * seen.height > limits.pixels:
            return [finding("FILE.004", field="file", width=seen.width, height=seen.height, limit=f"{limits.pixels / 1e6:g}")]
    return []


def within_quota(size: int, quota: Quota, *, kept_files: int, kept_bytes: int) -> list[Finding]:
    """What stands in the way of one more file of ``size`` bytes beside what the person has kept already."""
    if kept_files + 1 <= quota.files and kept_bytes + size <= quota.bytes:
        return []
    used = {"files": kept_files, "megabytes": f"{kept_bytes / MEGABYTE:.0f}"}
    return [finding("FILE.007", field="file", most_files=quota.files, most_megabytes=f"{quota.bytes / MEGABYTE:g}", **used)]
