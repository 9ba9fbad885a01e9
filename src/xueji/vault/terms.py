"""What the vault keeps files for, and under which limits and rights (文件用途)."""

from __future__ import annotations

from dataclasses import dataclass

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.rules.uploads import MEGABYTE, Limits, Quota

JPEG = "image/jpeg"
PNG = "image/png"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ZIP = "application/zip"
DBF = "application/x-dbf"
CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class Purpose:
    """One purpose (用途): its limits, who may read the files besides who stored them, whether reading is journaled.

    ``owner_reads``: the account in the file's scope reads it too. ``reader`` is the permission that staff need for the
    file's scope; None means nobody but owner and storer. ``judge`` is a second permission that reads, for who must look at
    a thing to decide about it without reading the record it belongs to. ``quota`` is what one owner may have kept at a time.
    """

    label: Text
    limits: Limits
    reader: Permission | None
    owner_reads: bool = True
    journaled: bool = False
    judge: Permission | None = None
    quota: Quota | None = None


PURPOSES: dict[str, Purpose] = {
    "photo": Purpose(
        Text("采集照片", "captured photo"), Limits((JPEG,), 20 * MEGABYTE, 50_000_000), Permission.STUDENT_READ,
        journaled=True, judge=Permission.PHOTO_OVERRULE,
    ),
    "form_photo": Purpose(
        Text("登记表照片", "photo for the record form"), Limits((JPEG, PNG), 10 * MEGABYTE, 50_000_000),
        Permission.STUDENT_READ, quota=Quota(20, 60 * MEGABYTE),
    ),
    "evidence": Purpose(
        Text("证明材料", "evidence"), Limits((JPEG, PNG, PDF), 20 * MEGABYTE, 50_000_000),
        Permission.CORRECTION_REVIEW, journaled=True, quota=Quota(60, 200 * MEGABYTE),
    ),
    "scan": Purpose(
        Text("签字盖章扫描件", "scan of a signed sheet"), Limits((PDF, JPEG, PNG), 60 * MEGABYTE, 120_000_000),
        Permission.CASE_READ, owner_reads=False,
    ),
    "roster": Purpose(
        Text("导入的名册", "imported roster"), Limits((XLSX, XLS, CSV, DBF, "text/html"), 60 * MEGABYTE),
        Permission.ROSTER_IMPORT, journaled=True,
    ),
    "roster_plan": Purpose(
        Text("名册预演结果", "dry run of a roster"), Limits((ZIP,), 200 * MEGABYTE), Permission.ROSTER_IMPORT, journaled=True
    ),
    "source": Purpose(
        Text("外部数据文件", "file of an outside source"), Limits((XLSX, XLS, CSV, DBF, ZIP, "text/html"), 2000 * MEGABYTE),
        Permission.SOURCE_IMPORT, journaled=True,
    ),
    "comparison": Purpose(
        Text("比对结果", "result of a comparison"), Limits((XLSX, ZIP), 500 * MEGABYTE), Permission.SOURCE_IMPORT, journaled=True
    ),
    "photo_archive": Purpose(
        Text("照片压缩包", "archive of photos"), Limits((ZIP,), 4000 * MEGABYTE), Permission.SOURCE_IMPORT, journaled=True
    ),
    "form": Purpose(
        Text("登记表、核对表等表册", "forms and sheets"), Limits((PDF, XLSX, ZIP), 2000 * MEGABYTE), Permission.CASE_READ
    ),
    "filing": Purpose(
        Text("报库文件", "filing"), Limits((DBF, XLSX, ZIP, CSV), 4000 * MEGABYTE), Permission.FILING_MAKE, journaled=True
    ),
    "certificate": Purpose(
        Text("证书文件", "certificate"), Limits((PDF, ZIP), 2000 * MEGABYTE), Permission.CERTIFICATE_RELEASE, journaled=True
    ),
    "certificate_master": Purpose(
        Text("证书底版", "certificate master"), Limits((PDF, PNG, JPEG), 60 * MEGABYTE, 120_000_000),
        Permission.CERTIFICATE_MASTER,
    ),
    "result": Purpose(
        Text("后台任务的结果", "result of background work"), Limits((PDF, XLSX, ZIP, CSV, DBF), 4000 * MEGABYTE), None
    ),
}  # fmt: skip
"""The purposes. A topic adds its own line here; nothing is stored without one."""

ADDRESS_SECONDS = 300
"""How long a signed address opens: long enough to load a page of photos, too short to be passed around."""
