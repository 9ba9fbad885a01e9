"""Governing the English names of majors: publish a version, propose a change, decide it (英文名称对照表)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xueji.accounts.permissions import Permission
from xueji.catalogue.text import Text
from xueji.confirmation.models import EnglishMajor, MajorProposal
from xueji.confirmation.queries.majors import english_majors, newest_version
from xueji.confirmation.terms import Verdict
from xueji.journal.command import ANYWHERE, Act, Change, Scope, Stopped, command
from xueji.records.models import College
from xueji.rules.findings import Finding, finding

_ENGLISH = re.compile(r"[A-Za-z][\x20-\x7e–’]{0,159}\Z")
_CODE = re.compile(r"[0-9A-Z]{4,12}\Z")


def _name_problems(name_en: str) -> list[Finding]:
    return [] if _ENGLISH.match(name_en) else [finding("CONF.005", field="new", value=name_en)]


@command(needs=Permission.MAJOR_NAME_DECIDE, records="majors.published")
def publish_majors(act: Act, *, rows: Sequence[tuple[str, str, str]], effective: str) -> Change:
    """Publish the next version of the whole table (发布对照表): rows of code, Chinese name, English name. The result is its number.

    Stopped with every row that is wrong; the same table again is no new version.
    """
    problems, seen = [], set()
    for number, (code, _, name_en) in enumerate(rows, start=1):
        wrong = None
        if not _CODE.match(code):
            wrong = Text("不是专业代码", "is no major code")
        elif code in seen:
            wrong = Text("出现了两次", "stands twice")
        elif name_en and not _ENGLISH.match(name_en):
            wrong = Text("的英文名称不能用", "has an English name that cannot be used")
        seen.add(code)
        if wrong:
            problems.append(finding("CONF.009", row=number, code=code, problem=wrong, place=f"第 {number} 行"))
    if problems:
        raise Stopped(problems)
    version = newest_version()
    now = {(row.code, row.name, row.name_en) for row in english_majors(version)} if version else set()
    if version and now == set(rows):
        return Change("majors", result=version, unchanged=True)
    _write(act, version + 1, rows, effective)
    return Change("majors", ANYWHERE, {"version": version + 1, "rows": len(rows), "effective": effective}, version + 1)


def _write(act: Act, version: int, rows: Sequence[tuple[str, str, str]], effective: str) -> None:
    EnglishMajor.objects.bulk_create(
        EnglishMajor(
            version=version, code=code, name=name, name_en=name_en, effective=effective, approved_at=act.at, approved_by=act.by.label
        )
        for code, name, name_en in rows
    )


@command(
    needs=Permission.MAJOR_NAME_REVIEW,
    records="major_name.proposed",
    scope=lambda college, **_: Scope(college=college.code, campus=college.campus),
)
def propose_major_name(act: Act, college: College, *, code: str, name: str, new: str, reason: str) -> Change:
    """A college proposes another English name for one of its majors (另附情况说明). The result is the MajorProposal."""
    problems = _name_problems(new.strip())
    if not reason.strip():
        problems.append(finding("CONF.004", field="reason"))
    if MajorProposal.objects.filter(college=college, code=code, decided_at=None).exists():
        problems.append(finding("CONF.006", code=code))
    if problems:
        raise Stopped(problems)
    old = english_majors().filter(code=code).values_list("name_en", flat=True).first() or ""
    made = MajorProposal.objects.create(
        college=college, code=code, name=name, old=old, new=new.strip(), reason=reason.strip()[:500], proposed_at=act.at,
        proposed_by=act.by.label,
    )  # fmt: skip
    return Change(f"major:{code}", Scope(college=college.code), {"old": old, "new": made.new}, made)


@command(needs=Permission.MAJOR_NAME_DECIDE, records="major_name.decided")
def decide_major_name(act: Act, proposal: MajorProposal, *, verdict: str, note: str = "") -> Change:
    """The registry decides; an approved name makes the next version of the table (审定). The result is the version in use."""
    if proposal.decided_at:
        raise Stopped([finding("CONF.007")])
    if verdict != Verdict.APPROVE and not note.strip():
        raise Stopped([finding("CONF.008", field="note")])
    proposal.verdict, proposal.note = verdict, note.strip()[:500]
    proposal.decided_at, proposal.decided_by = act.at, act.by.label
    proposal.save(update_fields=["verdict", "note", "decided_at", "decided_by"])
    version = newest_version()
    if verdict == Verdict.APPROVE:
        table = {row.code: (row.code, row.name, row.name_en) for row in english_majors(version)}
        effective = english_majors(version).values_list("effective", flat=True).first() or ""
        table[proposal.code] = (proposal.code, proposal.name, proposal.new)
        version += 1
        _write(act, version, list(table.values()), effective)
    detail = {"code": proposal.code, "verdict": verdict, "version": version, "new": proposal.new}
    return Change(f"major:{proposal.code}", Scope(college=proposal.college_id), detail, version)
