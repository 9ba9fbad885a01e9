"""Writes to masters and official wording: each needs two people."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from django.conf import settings

from xueji.accounts.permissions import Permission
from xueji.certificates.composing import page_of, page_words
from xueji.certificates.models import Master, Wording
from xueji.certificates.queries.masters import longest_facts, register_on
from xueji.documents.certificate import findings_for
from xueji.documents.engine import Press, press
from xueji.documents.faces import MACHINE_FOLDERS
from xueji.journal.command import ANYWHERE, Act, Change, Stopped, command
from xueji.rules.findings import Finding, finding, stops
from xueji.rules.masters import MasterText, lint, read_master


def font_folders() -> tuple[Path, ...]:
    """Where this installation's fonts lie: the school's folder, then the machine's."""
    return (Path(settings.XUEJI_FONTS), *MACHINE_FOLDERS)


@command(needs=Permission.CERTIFICATE_MASTER, records="wording.proposed")
def propose_wording(act: Act, *, code: str, since: date, zh: str, en: str = "", source: str) -> Change:
    """Propose an official wording from a day on (登记官方用语). It counts when a second person has confirmed it."""
    row, _ = Wording.objects.update_or_create(
        code=code, since=since,
        defaults={"zh": zh.strip(), "en": en.strip(), "source": source.strip(), "proposed_at": act.at, "proposed_by": act.by.id_text,
                  "confirmed_at": None, "confirmed_by": ""},
    )  # fmt: skip
    return Change(f"wording:{code}", ANYWHERE, {"since": str(since), "zh": row.zh, "en": row.en}, row)


@command(needs=Permission.CERTIFICATE_MASTER, records="wording.confirmed")
def confirm_wording(act: Act, wording: Wording) -> Change:
    """Confirm a proposed wording (确认官方用语): never by who proposed it."""
    wording = Wording.objects.select_for_update().get(pk=wording.pk)
    if wording.proposed_by == act.by.id_text:
        raise Stopped([finding("MASTER.009", who=act.by.label)])
    if wording.confirmed_at:
        return Change(f"wording:{wording.code}", result=wording, unchanged=True)
    wording.confirmed_at, wording.confirmed_by = act.at, act.by.id_text
    wording.save(update_fields=["confirmed_at", "confirmed_by"])
    return Change(f"wording:{wording.code}", ANYWHERE, {"since": str(wording.since), "zh": wording.zh}, wording)


@command(needs=Permission.CERTIFICATE_MASTER, records="master.drafted")
def draft_master(act: Act, *, text: str) -> Change:
    """Draft the next version of a master (起草证书模板). The same text again is the same version."""
    master, findings = read_master(text)
    if master is None:
        raise Stopped(findings)
    proof = hashlib.sha256(text.encode()).hexdigest()
    newest = Master.objects.filter(kind=master.kind).order_by("-version").first()
    if newest is not None and newest.sha256 == proof and not newest.recalled_at:
        return Change(f"master:{newest.pk}", result=newest, unchanged=True)
    row = Master.objects.create(kind=master.kind, version=newest.version + 1 if newest else 1, text=text, sha256=proof, drafted_at=act.at,
                                drafted_by=act.by.id_text)  # fmt: skip
    return Change(f"master:{row.pk}", ANYWHERE, {"kind": row.kind, "version": row.version, "sha256": proof}, row)


@command(needs=Permission.CERTIFICATE_MASTER, records="master.linted")
def lint_master(act: Act, row: Master, *, issued_on: date) -> Change:
    """Lint a master for a day of issue (检查证书模板): phrases, fields, glyphs, and the longest names set and measured."""
    master, found = read_master(row.text)
    if master is not None:
        found = lint(master, register_on(issued_on))
        if not found:  # a sentence with a wrong place cannot be filled
            found = measured(press(font_folders()), master, issued_on)
    row.linted_at, row.lint = act.at, [f.as_json() for f in found]
    row.save(update_fields=["linted_at", "lint"])
    return Change(f"master:{row.pk}", ANYWHERE, {"kind": row.kind, "version": row.version, "findings": sorted({f.id for f in found})}, found)


def measured(on: Press, master: MasterText, issued_on: date) -> list[Finding]:
    """What does not fit or has no glyph when the longest names are set, for a postgraduate and an undergraduate."""
    facts = longest_facts()
    pages = []
    for level in ("doctor", "undergraduate"):
        words, found = page_words(facts | {"level": level}, master, issued_on, "培养单位：" + "学" * 18)
        if found:
            return found
        pages.append(page_of(words, whose=level, qr_text="https://example.edu.cn/verify/#" + "A" * 250, photo=None))
    return findings_for(on, pages)


@command(needs=Permission.CERTIFICATE_MASTER, records="master.approved")
def approve_master(act: Act, row: Master) -> Change:
    """Approve a linted master (批准证书模板): twice, by two different people; the second approval freezes it."""
    row = Master.objects.select_for_update().get(pk=row.pk)
    problems = []
    if row.linted_at is None or stops([Finding.from_json(f) for f in row.lint]) or row.recalled_at:
        problems.append(finding("MASTER.010"))
    if act.by.id_text == row.first_by:
        problems.append(finding("MASTER.009", who=act.by.label))
    if problems:
        raise Stopped(problems)
    if row.second_at:
        return Change(f"master:{row.pk}", result=row, unchanged=True)
    turn = "second" if row.first_at else "first"
    setattr(row, f"{turn}_at", act.at)
    setattr(row, f"{turn}_by", act.by.id_text)
    row.save(update_fields=[f"{turn}_at", f"{turn}_by"])
    return Change(f"master:{row.pk}", ANYWHERE, {"kind": row.kind, "version": row.version, "turn": turn}, row)


@command(needs=Permission.CERTIFICATE_MASTER, records="master.recalled")
def recall_master(act: Act, row: Master, *, reason: str) -> Change:
    """Recall a master (撤回证书模板): nothing is printed with it any more, and runs that wait for release are void."""
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    row.recalled_at, row.recalled_reason = act.at, reason.strip()[:300]
    row.save(update_fields=["recalled_at", "recalled_reason"])
    return Change(f"master:{row.pk}", ANYWHERE, {"kind": row.kind, "version": row.version, "reason": row.recalled_reason}, row)
