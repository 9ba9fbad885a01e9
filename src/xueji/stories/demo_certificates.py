"""The demo university's certificates as two registrars, a secretary and the archive find them: something waits for each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from xueji.accounts.models import Account
from xueji.accounts.queries import SystemActor, actor_for
from xueji.campaigns.queries import SHANGHAI
from xueji.certificates.commands.copies import install_seal
from xueji.certificates.commands.masters import approve_master, confirm_wording, draft_master, lint_master, propose_wording
from xueji.certificates.commands.numbers import allocate_numbers, skip_numbers
from xueji.certificates.commands.places import hand_over, receive_box, send_box
from xueji.certificates.commands.runs import draft_run, look_at_sample, make_issuer_key, receive_prints, release_run
from xueji.certificates.models import Certificate, PrintRun, Series
from xueji.certificates.printing import prove
from xueji.imaging.form_picture import form_picture
from xueji.journal.command import Act
from xueji.records.commands import change_record
from xueji.records.models import StudentRecord
from xueji.records.queries import scope_of
from xueji.stories.notice_n3_certificates import MASTERS, WORDING
from xueji.stories.portrait import portrait
from xueji.stories.telling import Progress
from xueji.vault.commands import store_file

COLLEGE = "04"
PRINTED, TO_RELEASE = 6, 4
"""How many certificates lie at the college, and how many wait for the second release."""
DRAFTED_ONLY = "english"
"""This master waits for the second approval."""


def bring_to_certificates(staff: Mapping[str, Account], now: datetime, progress: Progress) -> int:
    """Graduates of last year's make-up round: some certificates in a box, some waiting for the second release; how many there are."""
    first, second = actor_for(staff["REG01"]), actor_for(staff["REG02"])
    early = now - timedelta(days=3)
    office, other = Act(first, early, "registry"), Act(second, early + timedelta(hours=1), "registry")
    issued_on = now.astimezone(SHANGHAI).date()
    graduates = _graduates(office, issued_on)
    if not graduates:
        return 0
    _masters(office, other, issued_on)
    make_issuer_key(office)
    install_seal(office)
    allocate_numbers(office, records=graduates, year=issued_on.year)
    skip_numbers(office, Series.objects.get(prefix=graduates[0].certificate_number[:12]), count=1, reason="空白证书纸 1 张污损，已销毁")
    progress("证书 certificates", 1, 3)
    done = _run(office, graduates[:PRINTED], issued_on, "上届补授毕业证书（一）")
    release_run(office, done)
    receive_prints(office, release_run(other, done).result)
    _at_college(office, staff, done)
    progress("证书 certificates", 2, 3)
    release_run(office, _run(office, graduates[PRINTED:], issued_on, "上届补授毕业证书（二）"))
    progress("证书 certificates", 3, 3)
    return len(graduates)


def _graduates(office: Act, day: date) -> list[StudentRecord]:
    """The last students of one college by number, concluded, with photos; one of them is commissioned."""
    chosen = StudentRecord.objects.filter(college=COLLEGE, conclusion="", level="undergraduate", account__isnull=False).select_related("person", "college")
    chosen = list(chosen.exclude(person__population="international").order_by("-student_number")[: PRINTED + TO_RELEASE])
    for n, record in enumerate(chosen):
        values = {"conclusion": "graduation", "graduated_on": str(day - timedelta(days=30))}
        first = n == len(chosen) - 1  # by student number: printed, so that the archive has something to receive
        change_record(office, record, values=values | ({"commissioned": "directed"} if first else {}), reason="上届补授")
        store_file(Act(SystemActor("采集"), office.at, "job"), form_picture(portrait(n)), purpose="photo", scope=scope_of(record))
    return sorted(chosen, key=lambda record: record.student_number)


def _masters(office: Act, other: Act, day: date) -> None:
    for code, zh, en in WORDING:
        confirm_wording(other, propose_wording(office, code=code, since=date(2015, 1, 1), zh=zh, en=en, source="校办函〔2015〕2号").result)
    for kind in ("graduation", "completion", "incompletion", "attestation", "study", DRAFTED_ONLY):
        row = draft_master(office, text=(MASTERS / f"{kind}.toml").read_text("utf-8")).result
        lint_master(office, row, issued_on=day)
        approve_master(office, row)
        if kind != DRAFTED_ONLY:
            approve_master(other, row)


def _run(office: Act, records: list[StudentRecord], day: date, title: str) -> PrintRun:
    run = draft_run(office, kind="graduation", records=records, issued_on=day, title=title, must_be_filed=False).result
    run = prove(office, run, workers=1).result
    return look_at_sample(office, run).result


def _at_college(office: Act, staff: Mapping[str, Account], run: PrintRun) -> None:
    """One box is counted and one holder signed; a second box waits to be counted; the commissioned one waits for the archive."""
    listed = [c for c in Certificate.objects.filter(run=run).select_related("record__person", "record__college") if not c.commissioned]
    secretary = Act(actor_for(staff[f"SEC{COLLEGE}"]), office.at + timedelta(hours=5), "college")
    college = listed[0].college
    box = send_box(office, college=college, certificates=listed[:3]).result
    receive_box(secretary, box, counted=3)
    hand_over(secretary, listed[0], how="paper")
    send_box(Act(office.by, office.at + timedelta(hours=6), "registry"), college=college, certificates=listed[3:])
