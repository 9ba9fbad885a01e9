"""Reading the sources, and laying them beside the register (信息比对)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from xueji.accounts.permissions import Permission
from xueji.accounts.queries import Viewer
from xueji.campaigns.models import Campaign
from xueji.campaigns.notice import Notice
from xueji.campaigns.queries import cases_for
from xueji.catalogue.fields import FIELDS, Field, Kind
from xueji.catalogue.text import Text
from xueji.confirmation.models import Snapshot, SourceRow
from xueji.confirmation.terms import SOURCES
from xueji.journal.command import Scope
from xueji.records.models import StudentRecord
from xueji.records.queries import records_for, value_of
from xueji.rules.comparison import KEYS, SCHOOL, Comparison, Difference, Matching, Rules, Source, compare

MATCHED_BY = (*KEYS, "name", "born_on")


def source_name(code: str) -> Text:
    """What a source is called."""
    return SOURCES.get(code, Text("学校", "School") if code == SCHOOL else Text(code, code))


def snapshots(viewer: Viewer) -> QuerySet[Snapshot]:
    """Every import, newest first, for who may import."""
    return Snapshot.objects.all() if viewer.may(Permission.SOURCE_IMPORT, Scope()) else Snapshot.objects.none()


def newest_snapshots(codes: Sequence[str] = ()) -> dict[str, Snapshot]:
    """The newest snapshot of each source, of these sources only if any are named."""
    found: dict[str, Snapshot] = {}
    for snapshot in Snapshot.objects.order_by("taken_on", "imported_at"):
        if not codes or snapshot.source in codes:
            found[snapshot.source] = snapshot
    return found


def as_source(snapshot: Snapshot, rows: QuerySet[SourceRow] | None = None) -> tuple[Source, list[SourceRow]]:
    """A snapshot as columns for the comparison, and its rows in the same order."""
    kept = list((rows if rows is not None else snapshot.rows.all()).order_by("number"))
    return Source(snapshot.source, {code: [row.values.get(code, "") for row in kept] for code in snapshot.fields}), kept


def as_school(records: Sequence[StudentRecord], codes: Sequence[str]) -> Source:
    """The register as columns for the comparison."""
    return Source(SCHOOL, {code: [str(value_of(record, code)) for record in records] for code in dict.fromkeys((*MATCHED_BY, *codes))})


@dataclass(frozen=True, slots=True)
class Round:
    """What a notice declares about comparing and confirming (本次核对要求)."""

    fields: tuple[Field, ...]
    sources: tuple[str, ...]
    rules: Rules


def round_of(notice: Notice) -> Round:
    """The fields of the notice's confirming steps, its sources, and its rules: [comparison] in the notice.

    A field whose policy is ``not_now`` stays out of the round (N4: 政治面貌本次暂不作更正).
    """
    declared = notice.tables.get("comparison", {})
    known = {row["field"]: Text(row.get("zh", ""), row.get("en", "")) for row in declared.get("known", [])}
    left_out = frozenset(code for code, policy in notice.policies.items() if policy == "not_now")
    codes = dict.fromkeys(code for step in notice.steps if step.kind == "confirm" for code in step.fields)
    fields = tuple(FIELDS[code] for code in codes if code not in left_out and FIELDS[code].kind is not Kind.TABLE)
    return Round(fields, tuple(declared.get("sources", ())), Rules(declared.get("prevails", ""), known, left_out))


@dataclass(frozen=True, slots=True)
class Compared:
    """A comparison with what its row numbers stand for (比对结果)."""

    records: list[StudentRecord]
    snapshots: dict[str, Snapshot]
    rows: dict[str, list[SourceRow]]
    comparison: Comparison

    def record_of(self, difference: Difference) -> StudentRecord:
        """The student of a difference."""
        return self.records[difference.row]

    def matching(self, source: str) -> Matching:
        """How the records were joined with a source."""
        return self.comparison.matchings[source]


def compared(
    viewer: Viewer, *, campaign: Campaign | None = None, round: Round | None = None, codes: Sequence[str] = (),
    heard: Callable[[int, int], None] = lambda done, total: None,
) -> Compared:  # fmt: skip
    """Lay the newest sources beside the records the viewer may see (of one campaign, if given).

    Without a campaign every field that a source has is compared by the catalogue's own authority. A source also holds
    students who are not in the campaign; those are left out of the unmatched. ``heard`` is told between the parts how many
    rows are read, of how many; what it raises ends the work.
    """
    wanted = newest_snapshots(round.sources if round else ())
    if campaign is not None:
        ids = cases_for(viewer, campaign).values("record_id")
        records = list(records_for(viewer).filter(pk__in=ids).order_by("student_number"))
    else:
        records = list(records_for(viewer).order_by("student_number"))
    fields = [FIELDS[code] for code in codes] if codes else list(round.fields if round else ())
    if not fields:
        held = dict.fromkeys(code for snapshot in wanted.values() for code in snapshot.fields)
        fields = [FIELDS[code] for code in held if code in FIELDS]
    sources, rows = [], {}
    done, total = len(records), len(records) + sum(snapshot.row_count for snapshot in wanted.values())
    heard(done, total)
    for code, snapshot in wanted.items():
        kept = snapshot.rows.all()
        if campaign is not None:
            kept = kept.filter(Q(record=None) | Q(record__in=cases_for(viewer, campaign).values("record_id")))
        source, rows[code] = as_source(snapshot, kept)
        sources.append(source)
        done += snapshot.row_count
        heard(done, total)
    ours = as_school(records, [field.code for field in fields])
    return Compared(records, wanted, rows, compare(fields, ours, sources, rules=round.rules if round else None))


def values_elsewhere(record: StudentRecord, codes: Sequence[str] = ()) -> dict[str, dict[str, str]]:
    """What the newest snapshot of each source says of one student; two queries."""
    wanted = newest_snapshots(codes)
    rows = SourceRow.objects.filter(record=record, snapshot__in=wanted.values()).select_related("snapshot")
    return {row.snapshot.source: row.values for row in rows}
