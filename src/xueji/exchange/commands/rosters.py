"""Writes of the roster import: received, compared, committed or discarded; headings remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import UUID

from xueji.accounts.permissions import Permission
from xueji.catalogue.fields import FIELDS
from xueji.exchange.models import ColumnMeaning, Roster
from xueji.exchange.roster.columns import LEFT_OUT, folded_heading
from xueji.exchange.roster.plan import Plan
from xueji.exchange.roster.staging import Staging
from xueji.exchange.terms import OUTCOMES, RosterState
from xueji.journal.command import ANYWHERE, Act, Change, Stopped, command
from xueji.rules.findings import Finding, finding
from xueji.vault.commands import store_file


@command(needs=Permission.ROSTER_IMPORT, records="roster.received")
def receive_roster(act: Act, content: bytes, *, title: str) -> Change:
    """Keep an uploaded roster, encrypted, until somebody compares and commits it (接收名册). The result is the Roster.

    Raises Stopped when the file is larger than the vault takes or is no table.
    """
    digest = hashlib.sha256(content).hexdigest()
    file = store_file(act, content, purpose="roster", scope=ANYWHERE, title=title).result
    roster = Roster.objects.create(
        title=title[:255], digest=digest, file=file.pk, by=act.by.id_text, by_label=act.by.label, received_at=act.at
    )
    return Change(f"roster:{roster.pk}", detail={"digest": digest, "size": len(content)}, result=roster)


@command(needs=Permission.ROSTER_IMPORT, records="roster.columns_remembered")
def remember_columns(act: Act, *, meanings: Mapping[str, str]) -> Change:
    """Remember what headings mean (记住列的对应). Raises KeyError for a field the catalogue does not have."""
    fresh = []
    for heading, code in meanings.items():
        code = "" if code == LEFT_OUT else code
        if code:
            FIELDS[code]
        key = folded_heading(heading)
        said = ColumnMeaning.objects.filter(heading=key).first()
        if key and (said is None or said.field != code):
            ColumnMeaning.objects.update_or_create(heading=key, defaults={"field": code, "by": act.by.id_text, "said_at": act.at})
            fresh.append(key)
    return Change("roster:columns", detail={"headings": fresh}, unchanged=not fresh)


@command(needs=Permission.ROSTER_IMPORT, records="roster.columns_chosen")
def choose_columns(act: Act, roster: Roster, *, chosen: Mapping[str, str], overwrite_own: bool) -> Change:
    """Say what this roster's columns mean and who prevails (指定列的对应); its dry run must be made again."""
    _open(roster)
    roster.chosen, roster.overwrite_own = dict(chosen), overwrite_own
    roster.state, roster.plan, roster.marked = RosterState.RECEIVED, None, None
    roster.save(update_fields=["chosen", "overwrite_own", "state", "plan", "marked"])
    return Change(f"roster:{roster.pk}", detail={"columns": len(chosen), "overwrite_own": overwrite_own}, result=roster)


@command(needs=Permission.ROSTER_IMPORT, records="roster.compared")
def keep_dry_run(act: Act, roster: Roster, *, plan: Plan, marked: bytes | None = None) -> Change:
    """Keep what a roster would do, encrypted (保存预演结果). The register is not touched."""
    _open(roster)
    kept = store_file(act, plan.packed(), purpose="roster_plan", scope=ANYWHERE, title=f"{roster.pk}.zip").result
    roster.plan = kept.pk
    if marked is not None:
        roster.marked = store_file(act, marked, purpose="roster", scope=ANYWHERE, title=f"{roster.pk}.xlsx").result.pk
    roster.headings = plan.headings
    roster.counts = {outcome: plan.counts[outcome] for outcome in OUTCOMES}
    roster.problem_count = plan.problem_count
    roster.state, roster.compared_at = RosterState.COMPARED, act.at
    roster.save(update_fields=["plan", "marked", "headings", "counts", "problem_count", "state", "compared_at"])
    return Change(f"roster:{roster.pk}", detail=dict(roster.counts), result=roster)


@command(needs=Permission.ROSTER_IMPORT, records="roster.unreadable")
def note_refusal(act: Act, roster: Roster, *, refusal: Finding) -> Change:
    """Note why a roster cannot be read (名册无法读取)."""
    roster.refusal, roster.state = refusal.as_json(), RosterState.UNREADABLE
    roster.save(update_fields=["refusal", "state"])
    return Change(f"roster:{roster.pk}", detail={"finding": refusal.id}, result=roster)


@command(needs=Permission.ROSTER_IMPORT, records="roster.committed")
def commit_roster(act: Act, roster: Roster, *, plan: Plan, staging: Staging, leave_out_rejected: bool = False) -> Change:
    """Put a compared roster into the register, all of it or nothing (提交名册).

    ``staging`` was prepared from ``plan`` before, outside of this transaction. With ``leave_out_rejected`` the good rows
    of a file with rejected ones are taken. Raises Stopped when rows are rejected, when the register changed since the
    dry run, and when the roster was committed before.
    """
    roster = Roster.objects.select_for_update().get(pk=roster.pk)
    _open(roster)
    if plan.stops:
        raise Stopped(plan.stops)
    if plan.counts["rejected"] and not leave_out_rejected:
        raise Stopped([finding("ROSTER.032", count=plan.counts["rejected"])])
    staging.apply()
    roster.state, roster.committed_at = RosterState.COMMITTED, act.at
    roster.save(update_fields=["state", "committed_at"])
    detail = {
        "digest": roster.digest,
        "plan": str(roster.plan or ""),
        "fields": sorted(plan.touched),
        **{outcome: plan.counts[outcome] for outcome in OUTCOMES},
    }
    nothing = not plan.counts["added"] and not plan.counts["changed"]
    return Change(f"roster:{roster.pk}", detail=detail, result=roster, unchanged=nothing)


@command(needs=Permission.ROSTER_IMPORT, records="roster.discarded")
def discard_roster(act: Act, roster: Roster) -> Change:
    """Leave a roster uncommitted for good (放弃名册)."""
    _open(roster)
    roster.state = RosterState.DISCARDED
    roster.save(update_fields=["state"])
    return Change(f"roster:{roster.pk}", result=roster)


@command(needs=Permission.ROSTER_IMPORT, records="roster.queued")
def note_job(act: Act, roster: Roster, *, job: UUID) -> Change:
    """Note which background work compares or commits this roster (名册转入后台)."""
    roster.job = job
    roster.save(update_fields=["job"])
    return Change(f"roster:{roster.pk}", detail={"job": str(job)}, result=roster)


def _open(roster: Roster) -> None:
    if roster.state in (RosterState.COMMITTED, RosterState.DISCARDED):
        raise Stopped([finding("ROSTER.033")])
