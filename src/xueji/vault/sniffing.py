"""What a file is, told from its bytes; the name and the browser's word are not believed (识别文件内容)."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import BinaryIO

from xueji.rules.uploads import Upload
from xueji.vault.terms import CSV, DBF, JPEG, PDF, PNG, XLS, XLSX, ZIP

HEAD = 4096
PDF_TAIL = 64 * 1024
SIGNATURES = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", XLS),
    (b"GIF8", "image/gif"),
    (b"BM", "image/bmp"),
)
DBF_VERSIONS = {0x02, 0x03, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0xCB, 0xF5, 0xFB}


def seen_in(file: BinaryIO, size: int) -> Upload:
    """What is seen in an opened, seekable file of ``size`` bytes. Never raises for hostile content; rewinds the file."""
    file.seek(0)
    head = file.read(HEAD)
    content = _content(head)
    width = height = 0
    locked = False
    if content == ZIP:
        content = _kind_of_zip(file)
    elif content == JPEG:
        width, height = _jpeg_pixels(file)
    elif content == PNG:
        width, height = _png_pixels(head)
    elif content == PDF:
        locked = _pdf_is_locked(file, size)
    file.seek(0)
    return Upload(size, content, width, height, locked)


def seen_in_bytes(content: bytes) -> Upload:
    """The same for bytes in memory."""
    return seen_in(io.BytesIO(content), len(content))


def _content(head: bytes) -> str:
    for signature, kind in SIGNATURES:
        if head.startswith(signature):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"hevc", b"avif"}:
        return "image/heic"
    if _is_dbf(head):
        return DBF
    return _kind_of_text(head)


def _is_dbf(head: bytes) -> bool:
    """dBase header: version, a plausible date, header and record length, first field name (dBASE table file format)."""
    if len(head) < 65 or head[0] not in DBF_VERSIONS:
        return False
    month, day = head[2], head[3]
    header, record = struct.unpack_from("<HH", head, 8)
    return month <= 12 and day <= 31 and header >= 65 and record >= 1 and head[32:33].isalpha()


def _kind_of_text(head: bytes) -> str:
    if not head or (b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        return ""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")[:512].lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<table" in start:
        return "text/html"
    if start.startswith((b"<svg", b"<?xml")):
        return ""
    control = sum(byte < 32 and byte not in (9, 10, 13) for byte in head)
    return CSV if control == 0 or head.startswith((b"\xff\xfe", b"\xfe\xff")) else ""


def _kind_of_zip(file: BinaryIO) -> str:
    """XLSX when it holds a workbook. Reads the directory only; nothing is unpacked."""
    try:
        file.seek(0)
        names = set(zipfile.ZipFile(file).namelist())
    except Exception:  # a hostile archive may raise anything, and then it is not one we take
        return ""
    return XLSX if "[Content_Types].xml" in names and any(n.startswith("xl/workbook") for n in names) else ZIP


def _png_pixels(head: bytes) -> tuple[int, int]:
    """Width and height from IHDR, which comes first (W3C PNG, 11.2.1)."""
    if len(head) < 33 or head[12:16] != b"IHDR":
        return 0, 0
    return struct.unpack_from(">II", head, 16)


def _jpeg_pixels(file: BinaryIO) -> tuple[int, int]:
    """Width and height from the frame header, and an end-of-image marker somewhere after it (ITU-T T.81, B.2)."""
    file.seek(2)
    while True:
        marker = file.read(2)
        if len(marker) < 2 or marker[0] != 0xFF:
            return 0, 0
        while marker[1] == 0xFF:  # fill bytes before a marker are legal
            marker = b"\xff" + (file.read(1) or b"\0")
        code = marker[1]
        if code in (0x01, *range(0xD0, 0xD9)):
            continue
        length_bytes = file.read(2)
        if len(length_bytes) < 2 or code == 0xD9:
            return 0, 0
        length = struct.unpack(">H", length_bytes)[0]
        if 0xC0 <= code <= 0xCF and code not in (0xC4, 0xC8, 0xCC):
            frame = file.read(5)
            if len(frame) < 5:
                return 0, 0
            height, width = struct.unpack(">HH", frame[1:5])
            return (width, height) if _ends_as_jpeg(file) else (0, 0)
        if length < 2:
            return 0, 0
        file.seek(length - 2, io.SEEK_CUR)


def _ends_as_jpeg(file: BinaryIO) -> bool:
    file.seek(0, io.SEEK_END)
    file.seek(max(0, file.tell() - 64 * 1024))
    return b"\xff\xd9" in file.read()


def _pdf_is_locked(file: BinaryIO, size: int) -> bool:
    """Whether the trailer asks for a password (ISO 32000-1, 7.6.1): an /Encrypt entry near the end or the start."""
    file.seek(max(0, size - PDF_TAIL))
    tail = file.read(PDF_TAIL)
    file.seek(0)
    return b"/Encrypt" in tail or b"/Encrypt" in file.read(HEAD)
