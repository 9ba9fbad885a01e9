"""Writes to print runs: keys, drafting, the proof, the release, the recall."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import date

from django.conf import settings
from django.db.models import Max

from xueji.accounts.permissions import Permission
from xueji.certificates.composing import digest_of, facts_of, page_words
from xueji.certificates.models import Certificate, IssuerKey, Move, Number, PrintRun
from xueji.certificates.queries.masters import usable_master
from xueji.certificates.queries.photos import bytes_of, registered_photos
from xueji.certificates.queries.runs import accepted_by_authority, issuer_key
from xueji.certificates.terms import KIND_OF_CONCLUSION, KIND_WORDS, ORIGINALS, Kind, Place
from xueji.documents.certificate_reading import photo_digest
from xueji.formats.statement import Statement, encoded_key, new_key, sign
from xueji.journal.command import ANYWHERE, Act, Change, Stopped, command
from xueji.records.models import StudentRecord
from xueji.records.queries import school
from xueji.rules.findings import Finding, finding
from xueji.rules.masters import read_master
from xueji.vault.commands import store_file


@command(needs=Permission.CERTIFICATE_RELEASE, records="issuer_key.made")
def make_issuer_key(act: Act) -> Change:
    """Put a new signing key into use (启用签发密钥). Old ones stay published, so that old papers still verify."""
    private, public = new_key()
    IssuerKey.objects.filter(purpose="statement", retired_at=None).update(retired_at=act.at)
    number = (IssuerKey.objects.aggregate(top=Max("number"))["top"] or 0) + 1
    key = IssuerKey.objects.create(number=number, purpose="statement", private=private.hex(), public=encoded_key(public), made_at=act.at)
    return Change(f"issuer-key:{number}", ANYWHERE, {"public": key.public}, key)


@command(needs=Permission.CERTIFICATE_RELEASE, records="run.drafted")
def draft_run(
    act: Act, *, kind: str, records: Iterable[StudentRecord], issued_on: date, title: str, must_be_filed: bool = True
) -> Change:
    """Draft a print run (编排印制批次): one page a student, by college, class and student number, each with its signed statement.

    All of them or none. Stopped with every reason: no conclusion for this paper, a field or the photo missing, no number,
    not filed, or a valid one exists already. ``must_be_filed`` is the school's rule to print after filing; international
    students are filed elsewhere and need not be.
    """
    master_row = usable_master(kind)
    if master_row is None:
        raise Stopped([finding("MASTER.011", kind=KIND_WORDS[Kind(kind)].zh)])
    master, _ = read_master(master_row.text)
    listed = sorted(records, key=lambda r: (r.college_id, r.class_number, r.student_number))
    photos = registered_photos(listed)
    numbers = {n.record_id: n for n in Number.objects.filter(record__in=[r.pk for r in listed], series__kind="qualification", voided_at=None)}
    valid = set(Certificate.objects.filter(record__in=[r.pk for r in listed], kind=kind, revoked_at=None).values_list("record_id", flat=True))
    filed = accepted_by_authority([r.pk for r in listed]) if must_be_filed else set()
    key, of_school, problems, made = issuer_key(), school(), [], []
    run = PrintRun(master=master_row, issued_on=issued_on, title=title, made_at=act.at, made_by=act.by.id_text, pages=len(listed))
    for position, record in enumerate(listed, 1):
        who = record.student_number
        photo = photos.get(record.pk)
        words, found = page_words(facts_of(record), master, issued_on, f"培养单位：{record.college.name}")
        if record.pk in valid:
            found.append(finding("RUN.008", who=who, kind=KIND_WORDS[Kind(kind)].zh, kind_en=KIND_WORDS[Kind(kind)].en.lower()))
        if photo is None:
            found.append(finding("RUN.004", who=who))
        if must_be_filed and kind in ORIGINALS - {Kind.INCOMPLETION} and record.person.population != "international" and record.pk not in filed:
            found.append(finding("RUN.005", who=who))
        if not _suits(kind, record):
            found.append(finding("NUM.005", who=who))
        problems += [one.at(who) for one in found]
        if problems:
            continue
        photo_sha256, token = photo_digest(bytes_of(photo)), secrets.token_urlsafe(12)
        number = numbers.get(record.pk) if kind not in {Kind.INCOMPLETION, Kind.STUDY} else None
        statement = Statement(key.number, kind, of_school.code, token, number.text if number else "", record.person.name, issued_on,
                              digest_of(words, photo_sha256))  # fmt: skip
        made.append(Certificate(
            record=record, kind=kind, number=number, run=run, position=position, values=words, photo=photo, photo_sha256=photo_sha256,
            issued_on=issued_on, token=token, statement=f"{settings.XUEJI_ADDRESS}/verify/#{sign(statement, bytes.fromhex(key.private))}",
            college=record.college, commissioned=record.commissioned not in {"", "no"},
        ))  # fmt: skip
    if problems:
        raise Stopped(problems)
    run.save()
    Certificate.objects.bulk_create(made, batch_size=500)
    return Change(f"run:{run.pk}", ANYWHERE, {"kind": kind, "certificates": len(made), "master": master_row.version}, run)


def _suits(kind: str, record: StudentRecord) -> bool:
    """Whether this paper belongs to this conclusion."""
    if kind in ORIGINALS:
        return KIND_OF_CONCLUSION.get(record.conclusion) == kind
    if kind == Kind.ENGLISH:
        return record.conclusion in {"graduation", "upgrade"}
    return record.conclusion in {"graduation", "upgrade", "completion"}


@command(needs=Permission.CERTIFICATE_RELEASE, records="run.proved")
def keep_proof(act: Act, run: PrintRun, *, pdf: bytes, differences: Sequence[Finding]) -> Change:
    """Keep a print file with what reading it back found (印前回读核对), and its digest. A new proof voids a release."""
    if run.printed_at:
        raise Stopped([finding("RUN.006", why="这一批已经印成", why_en="this run is printed already")])
    run.file = store_file(act, pdf, purpose="certificate", scope=ANYWHERE, title=f"{run.title}.pdf").result
    run.sha256, run.proved_at = hashlib.sha256(pdf).hexdigest(), act.at
    run.differences = [f.as_json() for f in differences]
    run.looked_at = run.first_at = run.second_at = None
    run.looked_by = run.first_by = run.second_by = ""
    run.save()
    detail = {"pages": run.pages, "differences": len(run.differences), "sha256": run.sha256}
    return Change(f"run:{run.pk}", ANYWHERE, detail, run)


@command(needs=Permission.CERTIFICATE_RELEASE, records="run.looked_at")
def look_at_sample(act: Act, run: PrintRun) -> Change:
    """Record that a person looked at the sample sheet on paper (看样张)."""
    if not run.proved_at:
        raise Stopped([finding("RUN.006", why="还没有回读核对", why_en="it has not been read back")])
    run.looked_at, run.looked_by = act.at, act.by.id_text
    run.save(update_fields=["looked_at", "looked_by"])
    return Change(f"run:{run.pk}", ANYWHERE, {}, run)


@command(needs=Permission.CERTIFICATE_RELEASE, records="run.released")
def release_run(act: Act, run: PrintRun) -> Change:
    """Release a run for printing (放行印制): twice, by two people. The file in the vault must be the one that was proved."""
    run = PrintRun.objects.select_for_update(of=("self",)).select_related("master", "file").get(pk=run.pk)
    problems = _unready(run)
    if run.first_by == act.by.id_text:
        problems.append(finding("MASTER.009", who=act.by.label))
    if not problems and hashlib.sha256(bytes_of(run.file) or b"").hexdigest() != run.sha256:
        problems.append(finding("RUN.007"))
    if problems:
        raise Stopped(problems)
    if run.second_at:
        return Change(f"run:{run.pk}", result=run, unchanged=True)
    turn = "second" if run.first_at else "first"
    setattr(run, f"{turn}_at", act.at)
    setattr(run, f"{turn}_by", act.by.id_text)
    run.save(update_fields=[f"{turn}_at", f"{turn}_by"])
    return Change(f"run:{run.pk}", ANYWHERE, {"turn": turn, "sha256": run.sha256}, run)


def _unready(run: PrintRun) -> list[Finding]:
    found = []
    if not run.proved_at:
        found.append(finding("RUN.006", why="还没有回读核对", why_en="it has not been read back"))
    elif run.differences:
        n = len(run.differences)
        found.append(finding("RUN.006", why=f"回读核对有 {n} 处差异", why_en=f"reading back found {n} differences"))
    elif not run.looked_at:
        found.append(finding("RUN.006", why="样张还没有人看过", why_en="nobody has looked at the sample sheet"))
    if not run.master.frozen:
        found.append(finding("RUN.006", why="模板已撤回", why_en="the master was recalled"))
    if run.recalled_at:
        found.append(finding("RUN.006", why="这一批已撤回", why_en="the run was recalled"))
    return found


@command(needs=Permission.CERTIFICATE_RELEASE, records="run.recalled")
def recall_run(act: Act, run: PrintRun, *, reason: str) -> Change:
    """Recall a run (撤回印制批次): its certificates are destroyed and revoked, so that they can be made anew.

    Stopped when one of them was signed for: that one is beyond recall (HAND.007).
    """
    if not reason.strip():
        raise Stopped([finding("CAMP.022", field="reason")])
    certificates = list(run.certificates.select_for_update(of=("self",)).select_related("record").exclude(place=Place.DESTROYED))
    if signed := [c for c in certificates if c.signed_for_at or c.place not in {Place.PRESS, Place.REGISTRY}]:
        raise Stopped([finding("HAND.007", place=c.record.student_number) for c in signed])
    rows = [Move(certificate=c, step=c.moves.count() + 1, before=c.place, after=Place.DESTROYED, note=reason.strip()[:300], at=act.at, by=act.by.label)
            for c in certificates]  # fmt: skip
    Move.objects.bulk_create(rows, batch_size=500)
    run.certificates.exclude(place=Place.DESTROYED).update(place=Place.DESTROYED, revoked_at=act.at, revoked_reason=reason.strip()[:300])
    run.recalled_at, run.recalled_reason = act.at, reason.strip()[:300]
    run.save(update_fields=["recalled_at", "recalled_reason"])
    return Change(f"run:{run.pk}", ANYWHERE, {"reason": run.recalled_reason, "certificates": len(certificates)}, run)


@command(needs=Permission.CERTIFICATE_RELEASE, records="run.printed")
def receive_prints(act: Act, run: PrintRun) -> Change:
    """Record that the printed certificates lie at the registry (印成入库): as many as the run has."""
    if not run.released:
        raise Stopped(_unready(run) or [finding("RUN.006", why="还没有两人放行", why_en="two people have not released it")])
    waiting = list(run.certificates.select_for_update().filter(place=Place.PRESS))
    Move.objects.bulk_create(
        [Move(certificate=c, step=1, before=Place.PRESS, after=Place.REGISTRY, at=act.at, by=act.by.label) for c in waiting], batch_size=500
    )
    run.certificates.filter(place=Place.PRESS).update(place=Place.REGISTRY)
    run.printed_at = run.printed_at or act.at
    run.save(update_fields=["printed_at"])
    return Change(f"run:{run.pk}", ANYWHERE, {"certificates": len(waiting)}, run, unchanged=not waiting)
