"""研函〔2020〕61号 四 told without a browser: numbers, masters, the proof run, the handing over, the exchange, a loss.

It goes on where the story of the conclusions ends. Planted on the way: a wrong phrase, an overflowing sentence, a
character without a glyph, a swapped photo, a president's name that changed after the master was frozen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from xueji.accounts.queries import AccountActor, SystemActor, account_of, actor_for
from xueji.campaigns.queries import SHANGHAI
from xueji.certificates.commands.copies import electronic_copy, install_seal
from xueji.certificates.commands.masters import approve_master, confirm_wording, draft_master, lint_master, propose_wording, recall_master
from xueji.certificates.commands.numbers import allocate_numbers, skip_numbers
from xueji.certificates.commands.papers import (
    approve_paper,
    request_paper,
    review_paper,
    send_returns,
    settle_exchange,
    take_back_completion,
)
from xueji.certificates.commands.places import (
    destroy_certificate,
    give_cover,
    hand_over,
    post_certificate,
    receive_box,
    receive_in_archive,
    return_uncalled,
    send_box,
)  # fmt: skip
from xueji.certificates.commands.runs import draft_run, look_at_sample, make_issuer_key, recall_run, receive_prints, release_run
from xueji.certificates.models import Certificate, Master, PrintRun, Series
from xueji.certificates.printing import prove
from xueji.certificates.queries.numbers import gaps_for, to_be_numbered
from xueji.certificates.queries.photos import bytes_of
from xueji.certificates.queries.places import (
    certificates_for,
    counts_for,
    own_certificates,
    returns_for,
    returns_until,
    waiting_for_archive,
)
from xueji.certificates.queries.publishing import keys_in_force, published_keys, signed_revocations
from xueji.certificates.queries.runs import printable_for
from xueji.certificates.terms import KIND_WORDS, Place
from xueji.documents.certificate_reading import read_pages
from xueji.documents.signing import seal_of
from xueji.exchange.commands.filings import take_answer
from xueji.formats.statement import Verdict, verify
from xueji.graduation.models import Filing
from xueji.imaging.form_picture import form_picture
from xueji.journal.command import Act, Refused, Stopped
from xueji.journal.queries import broken_at
from xueji.records.commands import change_record
from xueji.records.models import College, StudentRecord
from xueji.records.queries import scope_of
from xueji.stories import notice_n3_conclusions as conclusions
from xueji.stories.portrait import portrait
from xueji.stories.telling import Progress, Telling, quietly
from xueji.vault.commands import store_file

MASTERS = Path(__file__).resolve().parents[1] / "documents" / "masters"
ISSUED = date(2020, 6, 30)
WORDING = (
    ("school_name", "东湖理工大学", "Donghu University of Technology"),
    ("school_name_pinyin", "Donghu Ligong Daxue", ""),
    ("president", "沈致远", "Shen Zhiyuan"),
)
SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _at(day: int, hour: int, month: int = 7) -> datetime:
    return datetime(2020, month, day, hour, tzinfo=SHANGHAI)


@dataclass(slots=True)
class _Office:
    telling: Telling
    first: AccountActor
    second: AccountActor
    archivist: AccountActor

    def act(self, at: datetime, second: bool = False) -> Act:
        return Act(self.second if second else self.first, at, "registry")

    def college(self, code: str, at: datetime) -> Act:
        return Act(_staff(f"SEC{code}"), at, "college")


def _staff(username: str) -> AccountActor:
    from xueji.accounts.models import Account

    return actor_for(Account.objects.get(username=username))


def stops(attempt: Callable[[], object]) -> list[str]:
    """The findings by which an attempt was stopped; none when it went through, "refused" without the right."""
    try:
        attempt()
    except Stopped as stopped:
        return sorted({f.id for f in stopped.findings})
    except Refused:
        return ["refused"]
    return []


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell part four of the notice with ``count`` students into an empty database. See ``Telling.failed``."""
    before = conclusions.tell(folder / "conclusions", count=count, progress=progress)
    telling = Telling(folder, progress)
    telling.expect("the story of the conclusions holds", expected=[], seen=[one.sentence for one in before.failed])
    office = _Office(telling, _staff("REG01"), _staff("REG02"), _staff("ARC01"))
    _ready(office)
    _numbers(office)
    _masters(office)
    run = _proof(office)
    _handing_over(office, run)
    _exchange_and_loss(office, run)
    _verifying(office, run)
    telling.expect("the journal is whole", expected=None, seen=broken_at())
    telling.close()
    return telling


def _ready(office: _Office) -> None:
    """The authority accepts the last filing; everybody concluded has a photo; one student is commissioned, one in the continuous programme."""
    last = Filing.objects.order_by("-made_at").first()
    rows = list(last.rows.select_related("record"))
    take_answer(office.act(_at(6, 9)), last, answers={row.record.student_number: ("accepted", "", "") for row in rows})
    system = Act(SystemActor("采集"), _at(6, 9), "job")
    concluded = list(StudentRecord.objects.exclude(conclusion="").select_related("person", "college").order_by("student_number"))
    for n, record in enumerate(concluded):
        store_file(system, form_picture(portrait(n)), purpose="photo", scope=scope_of(record))
        office.telling.progress("照片 photos", n + 1, len(concluded))
    graduates = [r for r in concluded if r.conclusion == "graduation"]
    change_record(office.act(_at(6, 10)), graduates[0], values={"commissioned": "directed"}, reason="定向协议")
    change_record(office.act(_at(6, 10)), graduates[1], values={"continuous_programme": "yes"}, reason="硕博连读")


def _numbers(office: _Office) -> None:
    act, telling = office.act(_at(6, 11)), office.telling
    waiting = list(to_be_numbered(office.first).select_related("person", "college"))
    given = allocate_numbers(act, records=waiting, year=2020).result
    telling.expect("everybody who graduated or completed has one number of his own", expected=len(waiting), seen=len(set(given.values())))
    left = StudentRecord.objects.filter(conclusion="incompletion").exclude(certificate_number="").count()
    telling.expect("incompletion brings no number", expected=0, seen=left)
    telling.expect("allocating again gives nothing new", expected=True, seen=allocate_numbers(act, records=waiting, year=2020).unchanged)
    skip_numbers(act, Series.objects.first(), count=2, reason="空白证书纸 2 张污损，已销毁")
    telling.expect("every gap has its reason", expected=[], seen=[gap.first for gap in gaps_for(office.first) if not gap.reason])


def _master(office: _Office, kind: str, text: str = "") -> Master:
    row = draft_master(office.act(_at(6, 13)), text=text or (MASTERS / f"{kind}.toml").read_text("utf-8")).result
    lint_master(office.act(_at(6, 13)), row, issued_on=ISSUED)
    approve_master(office.act(_at(6, 14)), row)
    return approve_master(office.act(_at(6, 15), second=True), row).result


def _masters(office: _Office) -> None:
    telling = office.telling
    for code, zh, en in WORDING:
        row = propose_wording(office.act(_at(6, 12)), code=code, since=date(2015, 1, 1), zh=zh, en=en, source="校办函〔2015〕2号").result
        telling.expect("who registers a wording does not confirm it", expected=["MASTER.009"], seen=stops(lambda row=row: confirm_wording(office.act(_at(6, 12)), row)))
        confirm_wording(office.act(_at(6, 13), second=True), row)
    good = (MASTERS / "graduation.toml").read_text("utf-8")
    planted = {
        "a wrong phrase of duration": (good.replace('"三年制"', '"三年一贯制"'), ["MASTER.006"]),
        "a wrong school name": (good.replace("东湖理工大学", "东湖理工学院"), ["MASTER.004"]),
        "a sentence that overflows with the longest name": (good.replace("准予毕业。", "准予毕业。" + "特此颁发本证书以资证明。" * 12), ["MASTER.008"]),
        "a character without a glyph": (good.replace("成绩合格", "成绩合格\ue123"), ["DOC.001"]),
        "a missing field": (good.replace("{born}生，", ""), ["MASTER.003"]),
    }
    for what, (text, expected) in planted.items():
        row = draft_master(office.act(_at(6, 13)), text=text).result
        found = lint_master(office.act(_at(6, 13)), row, issued_on=ISSUED).result
        telling.expect(f"{what} is found by the lint", expected=expected, seen=sorted({f.id for f in found}))
        telling.expect(f"a master with {what} is not approved", expected=["MASTER.010"], seen=stops(lambda row=row: approve_master(office.act(_at(6, 14)), row)))
    for kind in ("graduation", "completion", "incompletion", "attestation", "study"):
        telling.expect(f"the master of {kind} is frozen by two people", expected=True, seen=_master(office, kind).frozen)


def _printed(office: _Office, run: PrintRun, at: datetime) -> PrintRun:
    run = prove(Act(office.first, at, "job"), run).result
    office.telling.expect(f"{run.title} reads back as the records have it", expected=[], seen=run.differences)
    look_at_sample(office.act(at), run)
    release_run(office.act(at), run)
    office.telling.expect("nobody releases twice", expected=["MASTER.009"], seen=stops(lambda: release_run(office.act(at), run)))
    run = release_run(office.act(at, second=True), run).result
    return receive_prints(office.act(at), run).result


def _draft(office: _Office, kind: str, at: datetime) -> PrintRun:
    records = printable_for(office.first, kind)
    return draft_run(office.act(at), kind=kind, records=records, issued_on=ISSUED, title=f"2020届{KIND_WORDS[kind].zh}").result


def _proof(office: _Office) -> PrintRun:
    """A president's name that changed after the master was frozen, and a swapped photo, are found; then the right run."""
    telling = office.telling
    make_issuer_key(office.act(_at(7, 8)))
    run = _draft(office, "graduation", _at(7, 9))
    telling.expect("two people cannot release what was not proved", expected=["RUN.006"], seen=stops(lambda: release_run(office.act(_at(7, 9)), run)))
    row = propose_wording(office.act(_at(7, 9)), code="president", since=ISSUED, zh="林知夏", en="Lin Zhixia", source="任字〔2020〕9号").result
    confirm_wording(office.act(_at(7, 10), second=True), row)
    run = prove(Act(office.first, _at(7, 11), "job"), run).result
    telling.expect("the proof run finds the old president on every page", expected=(run.pages, {"president"}),
                   seen=(len(run.differences), {f["field"] for f in run.differences}))  # fmt: skip
    recall_master(office.act(_at(7, 12)), run.master, reason="校长任期与发证日期不符")
    telling.expect("a recalled master keeps its run from release", expected=["RUN.006"], seen=stops(lambda: release_run(office.act(_at(7, 12)), run)))
    recall_run(office.act(_at(7, 12)), run, reason="模板撤回")
    for kind in ("graduation", "completion", "incompletion", "attestation"):
        _master(office, kind, (MASTERS / f"{kind}.toml").read_text("utf-8").replace("沈致远", "林知夏"))
    run = _draft(office, "graduation", _at(8, 9))
    victim = run.certificates.select_related("record__person", "photo").order_by("position")[3]
    right = victim.photo
    store_file(Act(SystemActor("采集"), _at(8, 9), "job"), form_picture(portrait(11)), purpose="photo", scope=scope_of(victim.record))
    wrong = prove(Act(office.first, _at(8, 10), "job"), run).result.differences
    telling.expect("a swapped photo is found by its digest", expected=[("RUN.002", victim.record.student_number)], seen=[(f["id"], f["place"]) for f in wrong])
    store_file(Act(SystemActor("采集"), _at(8, 11), "job"), bytes_of(right), purpose="photo", scope=scope_of(victim.record))
    run = _printed(office, run, _at(8, 12))
    pdf = bytes_of(run.file)
    telling.keep("print/graduation.pdf", pdf)
    telling.figures["pages"] = run.pages
    for kind in ("completion", "incompletion"):
        _printed(office, _draft(office, kind, _at(8, 13)), _at(8, 14))
    return run


def _handing_over(office: _Office, run: PrintRun) -> None:
    """Boxes, signatures on paper and screen, a proxy, the post, one not called for, the commissioned one to the archive."""
    telling = office.telling
    for tally in counts_for(office.first):
        code = tally.college.code
        waiting = certificates_for(office.first).filter(college=code, place=Place.REGISTRY, commissioned=False)
        if not waiting:
            continue
        box = send_box(office.act(_at(9, 9)), college=tally.college, certificates=waiting).result
        telling.expect("a box that does not add up is not received", expected=["HAND.006"],
                       seen=stops(lambda box=box, code=code: receive_box(office.college(code, _at(9, 10)), box, counted=box.count - 1)))  # fmt: skip
        receive_box(office.college(code, _at(9, 10)), box, counted=box.count)
    for commissioned in list(waiting_for_archive(office.archivist)):
        secretary = office.college(commissioned.college_id, _at(9, 11))
        seen = stops(lambda act=secretary, c=commissioned: hand_over(act, c, how="screen", signer=c.record.person.name))
        telling.expect("a commissioned student is not handed the certificate", expected=True, seen="HAND.002" in seen)
        receive_in_archive(Act(office.archivist, _at(9, 11), "archive"), commissioned)
        give_cover(secretary, commissioned)
    telling.expect("the archive has received what waited for it", expected=0, seen=waiting_for_archive(office.archivist).count())
    at_college = list(certificates_for(office.first).filter(place=Place.COLLEGE).exclude(record__conclusion="upgrade"))
    ways = ("proxy", "post", "uncalled")
    for n, one in enumerate(at_college):
        act = office.college(one.college_id, _at(10, 9))
        way = ways[n] if n < len(ways) else ("screen", "paper")[n % 2]
        if way == "proxy":
            telling.expect("a proxy without authorisation is stopped", expected=["HAND.004"], seen=stops(lambda a=act, c=one: hand_over(a, c, how="proxy", proxy="王大明")))
            hand_over(act, one, how="proxy", proxy="王大明", authorisation=SCAN, title="委托书.pdf")
        elif way == "post":
            telling.expect("the post needs number and declaration", expected=["HAND.005"], seen=stops(lambda a=act, c=one: post_certificate(a, c, tracking="", declared=False)))
            post_certificate(act, one, tracking="EX123456789CN", declared=True)
            hand_over(act, one, how="post")
        elif way == "uncalled":
            return_uncalled(act, one, note="两次通知未领")
        else:
            hand_over(act, one, how=way, signer=one.record.person.name if way == "screen" else "")
        telling.progress("发放 handing over", n + 1, len(at_college))
    telling.expect("the counts of every college add up", expected=[], seen=[t.college.code for t in counts_for(office.first) if not t.adds_up])
    signed = next(c for c in Certificate.objects.filter(run=run, signed_for_at__isnull=False))
    telling.expect("what was signed for is not printed again", expected=["HAND.007"], seen=stops(lambda: destroy_certificate(office.act(_at(10, 10)), signed, reason="换照片")))


def _exchange_and_loss(office: _Office, run: PrintRun) -> None:
    """结业换毕业: the old certificate first. A lost one: an attestation, once. A study certificate for the continuous programme."""
    telling = office.telling
    for record, _ in returns_for(office.first):
        new = certificates_for(office.first).get(record=record, kind="graduation")
        act = office.college(record.college_id, _at(11, 9))
        if not new.commissioned:
            telling.expect("the new certificate waits for the old one", expected=["HAND.003"], seen=stops(lambda a=act, c=new: hand_over(a, c, how="paper")))
        request = take_back_completion(act, record, note="2019 年结业证书").result
        if not new.commissioned:
            hand_over(act, new, how="paper")
        telling.expect("the registry settles nothing that the college still has", expected=["HAND.011"],
                       seen=stops(lambda r=request: settle_exchange(office.act(_at(11, 10)), r, filed=False)))  # fmt: skip
    until = returns_until()
    telling.expect("old certificates go up by the day that the notice names", expected=datetime(2020, 6, 28, 23, 59, 59, tzinfo=SHANGHAI), seen=until)
    for code in sorted({record.college_id for record, _ in returns_for(office.first)}):
        college, act = College.objects.get(code=code), office.college(code, _at(11, 11))
        telling.expect("a late college says why", expected=["HAND.012"], seen=stops(lambda a=act, c=college: send_returns(a, c, until=until)))
        send_returns(act, college, until=until, late_reason="证书七月才印成，学生领取时才交回")
    for _, request in returns_for(office.first):
        settle_exchange(office.act(_at(11, 12)), request, filed=False)
    telling.expect("every old certificate came back", expected=[], seen=[r.student_number for r, q in returns_for(office.first) if not (q and q.approved_at)])
    lost = run.certificates.select_related("record__person", "record__college").filter(signed_for_at__isnull=False, record__conclusion="graduation",
                                                                                       record__account__isnull=False).last()  # fmt: skip
    own = Act(actor_for(account_of(f"account:{lost.record.account_id}")), _at(12, 9), "student")
    telling.expect("the student sees where the certificate is", expected=[Place.HOLDER], seen=[c.place for c in own_certificates(own.by)])
    telling.expect("an attestation needs evidence and fee", expected=["HAND.009"],
                   seen=stops(lambda: request_paper(own, lost.record, kind="attestation", reason="火车上遗失")))  # fmt: skip
    asked = request_paper(own, lost.record, kind="attestation", reason="火车上遗失", evidence=SCAN, fee_paid=True).result
    review_paper(office.college(lost.college_id, _at(12, 10)), asked)
    approve_paper(office.act(_at(12, 11)), asked)
    telling.expect("it is made once", expected=["HAND.008"], seen=stops(lambda: request_paper(own, lost.record, kind="attestation", reason="又丢了", evidence=SCAN, fee_paid=True)))
    _printed(office, _draft(office, "attestation", _at(12, 12)), _at(12, 13))
    student = StudentRecord.objects.filter(continuous_programme=True, conclusion="graduation").exclude(account=None).first()
    mine = Act(actor_for(account_of(f"account:{student.account_id}")), _at(12, 14), "student")
    asked = request_paper(mine, student, kind="study", reason="申请博士后").result
    review_paper(office.college(student.college_id, _at(12, 15)), asked)
    approve_paper(office.act(_at(12, 16)), asked)
    _printed(office, _draft(office, "study", _at(13, 9)), _at(13, 10))
    telling.expect("the counts still add up", expected=[], seen=[t.college.code for t in counts_for(office.first) if not t.adds_up])


def _verifying(office: _Office, run: PrintRun) -> None:
    """What anybody may verify without us, and what a changed bit does."""
    telling = office.telling
    install_seal(office.act(_at(14, 8)))
    telling.keep("public/keys.json", published_keys())
    telling.keep("public/revoked.json", signed_revocations(_at(14, 9)))
    one = run.certificates.select_related("record__person", "photo").filter(revoked_at=None, signed_for_at__isnull=False).first()
    pdf = electronic_copy(one, _at(14, 9))
    telling.keep("copies/one.pdf", pdf)
    (page,) = read_pages(pdf)
    keys = keys_in_force()
    telling.expect("the code on the copy is genuine", expected=Verdict.VALID, seen=verify(page.code, keys)[0])
    changed = page.code[:-9] + ("A" if page.code[-9] != "A" else "B") + page.code[-8:]
    telling.expect("a changed code is a forgery", expected=Verdict.FORGED, seen=verify(changed, keys)[0])
    spoiled = bytearray(pdf)
    spoiled[len(pdf) // 3] ^= 1
    telling.expect("the copy's signature holds, and not after a changed bit", expected=(True, False),
                   seen=(seal_of(pdf).intact, seal_of(bytes(spoiled)).intact))  # fmt: skip
