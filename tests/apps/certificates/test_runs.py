"""The proof run: what is read back from the file is compared with the record; two people release exactly that file."""

import hashlib

import pytest
from tests.apps.certificates.conftest import DAY, master_text

from xueji.certificates.commands.masters import confirm_wording, propose_wording, recall_master
from xueji.certificates.commands.numbers import void_number
from xueji.certificates.commands.places import destroy_certificate
from xueji.certificates.commands.runs import draft_run, keep_proof, look_at_sample, make_issuer_key, recall_run, receive_prints, release_run
from xueji.certificates.models import Certificate, IssuerKey, Number
from xueji.certificates.printing import prove
from xueji.certificates.queries.photos import bytes_of
from xueji.certificates.queries.runs import accepted_by_authority, differences, issuer_key, pages_of, runs_for
from xueji.documents.certificate import render
from xueji.documents.certificate_reading import read_pages
from xueji.documents.engine import Press
from xueji.formats.statement import Verdict, verify
from xueji.jobs.commands import start_job
from xueji.journal.command import Stopped
from xueji.records.models import Person, StudentRecord
from xueji.records.queries import scope_of


def ids(call, *args, **kw):
    with pytest.raises(Stopped) as stopped:
        call(*args, **kw)
    return [f.id for f in stopped.value.findings]


@pytest.fixture
def run(office):
    office.approved("graduation")
    return draft_run(office.first, kind="graduation", records=office.records("赵强", "王芳", "李明"), issued_on=DAY, title="2024届", must_be_filed=False).result


def test_a_run_is_ordered_by_college_class_and_number_and_each_page_reads_back_as_the_record_has_it(office, run):
    run = prove(office.first, run, workers=1).result
    assert run.differences == [] and run.pages == 3
    pdf = bytes_of(run.file)
    assert hashlib.sha256(pdf).hexdigest() == run.sha256
    assert [c.record.student_number for c in run.certificates.order_by("position")] == ["S202401001", "S202401002", "S202402001"]
    read = list(read_pages(pdf))
    assert "研究生李明，性别男，2002年5月6日生" in read[0].text and "199901202402000001" in read[0].text
    verdict, statement = verify(read[1].code, {1: bytes_of_key()})
    assert verdict is Verdict.VALID and (statement.name, statement.number) == ("王芳", "199901202402000002")


def bytes_of_key():
    from xueji.formats.statement import read_keys

    return read_keys(f'{{"keys": [{{"number": 1, "public": "{IssuerKey.objects.get(number=1).public}"}}]}}')[1]


def test_a_record_that_changed_after_drafting_is_a_difference(office, run):
    Person.objects.filter(name="王芳").update(born_on="2002-05-07")
    found = prove(office.first, run, workers=1).result.differences
    assert [(f["id"], f["place"], f["field"]) for f in found] == [("RUN.001", "S202401002", "born_on")]


def test_a_swapped_photo_is_a_difference(office, run):
    office.photographed(office.world.record("赵强"), 99)
    assert [(f["id"], f["place"]) for f in prove(office.first, run, workers=1).result.differences] == [("RUN.002", "S202402001")]


def test_pages_in_another_order_or_a_foreign_code_are_differences(office, run):
    pages = pages_of(run)
    pdf = render(Press(), [pages[1], pages[0], pages[2]], at=office.first.at)
    assert {f.id for f in differences(run, pdf)} == {"RUN.001", "RUN.002", "RUN.003"}
    short = render(Press(), pages[:2], at=office.first.at)
    assert [(f.id, f.message.zh[:3]) for f in differences(run, short)] == [("RUN.001", "202")]


def test_a_wrong_phrase_in_a_frozen_master_is_found_on_every_page(office, run):
    row = propose_wording(office.first, code="president", since=DAY, zh="林知夏", source="任字〔2024〕3号").result
    confirm_wording(office.second, row)
    found = prove(office.first, run, workers=1).result.differences
    assert [(f["id"], f["field"]) for f in found] == [("RUN.001", "president")] * 3
    recall_master(office.first, run.master, reason="校长姓名与发证日不符")
    run.refresh_from_db()
    assert ids(release_run, office.first, run) == ["RUN.006", "RUN.006"]


def test_a_missing_glyph_stops_the_run(office, run):
    one = run.certificates.get(record__person__name="李明")
    one.values = one.values | {"body": one.values["body"].replace("李明", "李\ue001")}
    one.save()
    assert ids(prove, office.first, run, workers=1) == ["DOC.001"]


def test_an_overflowing_name_stops_the_run(office, run):
    one = run.certificates.get(record__person__name="李明")
    one.values = one.values | {"body": one.values["body"] * 4}
    one.save()
    assert ids(prove, office.first, run, workers=1) == ["MASTER.008"]


def test_two_people_release_what_was_looked_at_and_the_same_file_only(office, run):
    assert ids(look_at_sample, office.first, run) == ["RUN.006"]
    assert ids(release_run, office.first, run) == ["RUN.006"]
    run = prove(office.first, run, workers=1).result
    assert ids(release_run, office.first, run) == ["RUN.006"]  # nobody has looked at the sample
    look_at_sample(office.first, run)
    release_run(office.first, run)
    assert ids(release_run, office.first, run) == ["MASTER.009"]
    assert ids(receive_prints, office.first, run) == ["RUN.006"]
    run.sha256 = "0" * 64
    run.save(update_fields=["sha256"])
    assert ids(release_run, office.second, run) == ["RUN.007"]


def test_a_new_proof_voids_the_release_and_a_printed_run_is_closed(office, run):
    run = prove(office.first, run, workers=1).result
    look_at_sample(office.first, run)
    release_run(office.first, run)
    run = prove(office.first, run, workers=1).result
    assert run.first_at is None and run.looked_at is None
    look_at_sample(office.first, run)
    release_run(office.first, run)
    run = release_run(office.second, run).result
    assert receive_prints(office.first, run).result.printed_at
    assert receive_prints(office.first, run).unchanged
    run.refresh_from_db()
    assert ids(keep_proof, office.first, run, pdf=b"%PDF-1.4", differences=[]) == ["RUN.006"]


def test_nobody_without_photo_number_filing_or_with_a_valid_certificate_is_printed(office):
    assert ids(draft_run, office.first, kind="graduation", records=[], issued_on=DAY, title="x") == ["MASTER.011"]
    office.approved("graduation")
    again = {"kind": "graduation", "issued_on": DAY, "title": "x"}
    assert ids(draft_run, office.first, records=office.records("李明"), **again) == ["RUN.005"]
    StudentRecord.objects.filter(person__name="欧阳静").update(conclusion="completion", graduated_on=DAY)
    found = ids(draft_run, office.first, records=office.records("欧阳静"), must_be_filed=False, **again)
    assert found == ["CERT.001", "RUN.004", "NUM.005"]
    draft_run(office.first, records=office.records("李明"), must_be_filed=False, **again)
    assert ids(draft_run, office.first, records=office.records("李明"), must_be_filed=False, **again) == ["RUN.008"]
    assert ids(void_number, office.first, Number.objects.get(record__person__name="李明"), reason="错") == ["NUM.007"]
    assert accepted_by_authority([r.pk for r in office.records("李明")]) == set()


def test_a_spoiled_sheet_is_destroyed_and_made_anew_a_recalled_run_as_a_whole(office):
    office.approved("graduation")
    run = office.printed()
    one = run.certificates.get(record__person__name="李明")
    assert ids(destroy_certificate, office.first, one, reason=" ") == ["CAMP.022"]
    destroy_certificate(office.first, one, reason="印制污损")
    anew = office.printed(names=("李明",))
    assert anew.certificates.get().number == one.number
    recall_run(office.first, run, reason="封面用纸有误")
    assert set(run.certificates.values_list("place", flat=True)) == {"destroyed"} and not run.certificates.filter(revoked_at=None).exists()
    assert ids(recall_run, office.first, anew, reason="") == ["CAMP.022"]


def test_a_new_key_signs_and_the_old_one_still_verifies(office):
    make_issuer_key(office.first)
    assert issuer_key().number == 2 and IssuerKey.objects.get(number=1).retired_at
    IssuerKey.objects.all().delete()
    assert ids(issuer_key) == ["RUN.006"]


def test_proving_is_a_job_with_progress(office, run):
    job = start_job(office.first, "proving_run", arguments={"run": str(run.pk)}).result
    job.refresh_from_db()
    assert (job.outcome, job.done) == ("done", 6)
    assert runs_for(office.first.by).get(pk=run.pk).proved_at
    assert not runs_for(office.world.actor("王秘书")).exists()


def test_the_english_version_and_the_completion_certificate_are_runs_of_their_own(office):
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="completion")
    Person.objects.filter(name="李明").update(name_pinyin="LI MING")
    office.approved("english")
    office.approved("completion")
    assert office.printed("english", ("李明",)).certificates.get().values["school"] == "Donghu University of Technology"
    assert "准予结业" in office.printed("completion", ("赵强",)).certificates.get().values["body"]
    assert Certificate.objects.count() == 2
    assert master_text("english") != master_text("graduation")


def test_what_was_filed_otherwise_is_a_difference_until_the_authority_amends_it(office, run):
    from xueji.graduation.models import Amendment, Filing
    from xueji.vault.commands import store_file

    filing = Filing.objects.create(campaign=office.world.campaign, profile="qualification", number=1, sha256="0" * 64, row_count=2, made_at=office.first.at, made_by="刘老师")
    record = office.world.record("王芳")
    row = {"XM": "王方", "XB": "女", "ZYMC": record.major_name, "XZ": str(record.schooling_years), "BYRQ": "20240630"}
    filing.rows.create(position=1, record=record, values=row, answer="accepted")
    filing.rows.create(position=2, record=office.world.record("李明"), values={"XM": "黎明"}, answer="rejected")  # what was refused counts for nothing
    (found,) = prove(office.first, run, workers=1).result.differences
    assert (found["id"], found["place"], found["field"]) == ("RUN.009", "S202401002", "name")
    assert "报库的是“王方”" in found["message"]["zh"] and "印出的是“王芳”" in found["message"]["zh"]
    reply = store_file(office.first, b"%PDF-1.4\n%%EOF\n", purpose="evidence", scope=scope_of(record)).result
    Amendment.objects.create(record=record, field="name", before="王方", after="王芳", reason="录入有误", reply=reply, reply_number="批〔2024〕1号",
                             made_at=office.first.at, made_by="刘老师")  # fmt: skip
    assert prove(office.first, run, workers=1).result.differences == []
