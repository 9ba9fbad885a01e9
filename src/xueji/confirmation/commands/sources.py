"""Keeping what another system said (导入外部数据)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from xueji.accounts.permissions import Permission
from xueji.confirmation.models import Snapshot, SourceRow
from xueji.confirmation.queries.sources import MATCHED_BY, as_school
from xueji.journal.command import ANYWHERE, Act, Change, command
from xueji.records.models import StudentRecord
from xueji.rules.comparison import Source, match

CHUNK = 2000


@command(needs=Permission.SOURCE_IMPORT, records="source.imported")
def keep_source(
    act: Act, *, source: str, taken_on: date, title: str, digest: str, fields: Sequence[str], rows: Sequence[tuple[int, Mapping[str, str]]]
) -> Change:
    """Keep one download of one source (保存来源数据), row by row as it came, and note which record each row is of. The result is the Snapshot.

    The same file of the same source again changes nothing.
    """
    before = Snapshot.objects.filter(source=source, digest=digest).first()
    if before is not None:
        return Change(f"source:{source}", result=before, unchanged=True)
    records = list(StudentRecord.objects.select_related("person").order_by("student_number"))
    theirs = Source(source, {code: [row.get(code, "") for _, row in rows] for code in dict.fromkeys((*MATCHED_BY, *fields))})
    matching = match(as_school(records, ()), theirs)
    whose = {row: records[n].pk for n, row in enumerate(matching.pairs) if row >= 0}
    snapshot = Snapshot.objects.create(
        source=source, taken_on=taken_on, title=title[-255:], digest=digest, fields=list(fields), row_count=len(rows),
        matched=len(whose), imported_at=act.at, imported_by=act.by.label,
    )  # fmt: skip
    kept = (
        SourceRow(snapshot=snapshot, number=number, record_id=whose.get(n), values={c: v for c, v in row.items() if v})
        for n, (number, row) in enumerate(rows)
    )
    SourceRow.objects.bulk_create(kept, batch_size=CHUNK)
    detail = {"source": source, "rows": len(rows), "matched": len(whose), "taken_on": taken_on.isoformat(), "sha256": digest}
    return Change(f"source:{source}", ANYWHERE, detail, snapshot)
