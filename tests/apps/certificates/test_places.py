"""The issue register: every certificate at exactly one place, signed for once, never printed again."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.apps.certificates.conftest import DAY

from xueji.campaigns.batches.commands import accept_batch, freeze_batch, hand_in_scan
from xueji.campaigns.batches.papers import print_of
from xueji.certificates.commands.papers import (
    approve_paper,
    refuse_paper,
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
    record_loss,
    record_sheet,
    return_uncalled,
    send_box,
)  # fmt: skip
from xueji.certificates.commands.runs import draft_run, recall_run
from xueji.certificates.models import Certificate, PaperRequest
from xueji.certificates.queries.places import (
    boxes_for,
    by_number,
    by_token,
    certificates_for,
    classes_waiting,
    counts_for,
    in_archive,
    own_certificates,
    requests_for,
    returns_for,
    revoked_tokens,
    sheet_rows,
    waiting_for_archive,
)  # fmt: skip
from xueji.certificates.sheet import STUDY_LIST
from xueji.journal.command import Refused, Stopped
from xueji.records.models import College, StudentRecord

SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def ids(call, *args, **kw):
    with pytest.raises(Stopped) as stopped:
        call(*args, **kw)
    return [f.id for f in stopped.value.findings]


@pytest.fixture
def printed(office):
    """王芳 is commissioned; everything is printed and lies at the registry."""
    StudentRecord.objects.filter(person__name="王芳").update(commissioned="directed")
    office.approved("graduation")
    office.run = office.printed()
    return office


def of(name, kind="graduation"):
    return Certificate.objects.select_related("record__person", "record__college", "college").filter(record__person__name=name, kind=kind).latest("issued_on")


def boxed(office):
    college = College.objects.get(code="A")
    box = send_box(office.first, college=college, certificates=[of("李明")]).result
    return receive_box(office.world.act("王秘书"), box, counted=1).result


def test_a_box_holds_what_is_counted_and_no_commissioned_students_certificate(printed):
    college = College.objects.get(code="A")
    assert ids(send_box, printed.first, college=college, certificates=[of("李明"), of("王芳")]) == ["HAND.002"]
    assert ids(send_box, printed.first, college=college, certificates=[of("赵强")]) == ["HAND.001"]
    assert ids(send_box, printed.first, college=college, certificates=[]) == ["HAND.006"]
    box = send_box(printed.first, college=college, certificates=[of("李明")]).result
    assert ids(receive_box, printed.world.act("王秘书"), box, counted=2) == ["HAND.006"]
    receive_box(printed.world.act("王秘书"), box, counted=1)
    assert receive_box(printed.world.act("王秘书"), box, counted=1).unchanged
    assert boxes_for(printed.world.actor("赵秘书")).count() == 0 < boxes_for(printed.world.actor("王秘书")).count()


def test_counts_by_college_and_place_add_up(printed):
    boxed(printed)
    hand_over(printed.world.act("王秘书"), of("李明"), how="screen", signer="李明")
    counts = counts_for(printed.first.by)
    assert [(c.college.code, c.at, c.total, c.adds_up) for c in counts] == [
        ("A", {"holder": 1, "registry": 1}, 2, True), ("B", {"registry": 1}, 1, True)
    ]  # fmt: skip
    assert [c.college.code for c in counts_for(printed.world.actor("赵秘书"))] == ["B"]


def test_the_holder_signs_once_and_it_is_never_printed_again(printed):
    boxed(printed)
    secretary = printed.world.act("王秘书")
    hand_over(secretary, of("李明"), how="paper")
    assert ids(hand_over, secretary, of("李明"), how="paper") == ["HAND.001"]
    assert ids(destroy_certificate, printed.first, of("李明"), reason="改错字") == ["HAND.007"]
    assert ids(recall_run, printed.first, printed.run, reason="x") == ["HAND.007"]
    assert ids(draft_run, printed.first, kind="graduation", records=printed.records("李明"), issued_on=DAY, title="x", must_be_filed=False) == ["RUN.008"]
    assert [m.after for m in of("李明").moves.all()] == ["registry", "college", "holder"]


def test_a_proxy_needs_the_holders_authorisation(printed):
    boxed(printed)
    secretary = printed.world.act("王秘书")
    assert ids(hand_over, secretary, of("李明"), how="proxy", proxy="李大明") == ["HAND.004"]
    assert of("李明").place == "college"
    hand_over(secretary, of("李明"), how="proxy", proxy="李大明 320600", authorisation=SCAN, title="委托书.pdf")
    last = of("李明").moves.latest("step")
    assert last.proxy == "李大明 320600" and last.authorisation.purpose == "scan"


def test_the_post_needs_a_tracking_number_and_a_declaration_and_may_come_back(printed):
    boxed(printed)
    secretary = printed.world.act("王秘书")
    assert ids(post_certificate, secretary, of("李明"), tracking="", declared=True) == ["HAND.005"]
    post_certificate(secretary, of("李明"), tracking="EX123456789CN", declared=True)
    hand_over(secretary, of("李明"), how="post")
    assert of("李明").place == "holder"


def test_what_nobody_calls_for_goes_back_and_to_the_archive(printed):
    boxed(printed)
    return_uncalled(printed.world.act("王秘书"), of("李明"), note="两次通知未领")
    archivist = printed.world.act("孙档案员", desk="archive")
    assert {c.record.person.name for c in waiting_for_archive(archivist.by)} == {"李明", "王芳"}
    receive_in_archive(archivist, of("李明"))
    assert in_archive(archivist.by).count() == 1 and waiting_for_archive(printed.world.actor("王秘书")).count() == 0
    assert in_archive(printed.world.actor("王秘书")).count() == 0


def test_a_commissioned_students_certificate_goes_to_the_archive_and_the_cover_to_the_student(printed):
    secretary = printed.world.act("王秘书")
    assert ids(hand_over, secretary, of("王芳"), how="screen", signer="王芳") == ["HAND.002"]
    with pytest.raises(Refused):
        receive_in_archive(secretary, of("王芳"))
    receive_in_archive(printed.world.act("孙档案员", desk="archive"), of("王芳"))
    give_cover(secretary, of("王芳"))
    assert give_cover(secretary, of("王芳")).unchanged
    assert of("王芳").place == "archive" and of("王芳").cover_at
    assert ids(give_cover, secretary, of("李明")) == ["HAND.001"]


def test_nobody_of_another_college_sees_or_hands_it_over(printed):
    assert [c.record.person.name for c in certificates_for(printed.world.actor("赵秘书"))] == ["赵强"]
    with pytest.raises(Refused):
        hand_over(printed.world.act("赵秘书"), of("李明"), how="screen", signer="李明")
    assert [c.record.person.name for c in own_certificates(printed.world.actor("李明"))] == ["李明"]
    assert not own_certificates(printed.world.actor("王秘书")).exists()
    assert by_number(printed.world.actor("赵秘书"), of("李明").number.text) is None
    assert by_number(printed.world.actor("王秘书"), of("李明").number.text) == of("李明")
    assert by_number(printed.world.actor("王秘书"), "1") is None
    assert by_token(of("李明").token) == of("李明") and by_token(of("李明").number.text) is None


def test_a_lost_certificate_leads_to_one_attestation_and_is_revoked(printed):
    boxed(printed)
    hand_over(printed.world.act("王秘书"), of("李明"), how="screen", signer="李明")
    record, own = printed.world.record("李明"), printed.world.act("李明")
    assert ids(request_paper, own, record, kind="attestation", reason="") == ["CAMP.022", "HAND.009"]
    request = request_paper(own, record, kind="attestation", reason="搬家遗失", evidence=SCAN, fee_paid=True).result
    assert ids(request_paper, own, record, kind="attestation", reason="又丢了", evidence=SCAN, fee_paid=True) == ["HAND.008"]
    assert ids(approve_paper, printed.first, request) == ["HAND.011"]
    review_paper(printed.world.act("王秘书"), request)
    approve_paper(printed.first, request)
    assert approve_paper(printed.first, request).unchanged
    assert of("李明").token in set(revoked_tokens())
    assert ids(refuse_paper, printed.world.act("王秘书"), request, reason="x") == ["HAND.011"]
    printed.approved("attestation")
    made = printed.printed("attestation", ("李明",)).certificates.get()
    assert made.number.text in made.values["body"]
    assert requests_for(printed.world.actor("赵秘书")).count() == 0


def test_a_loss_is_recorded_with_its_reason(printed):
    assert ids(record_loss, printed.first, of("李明"), reason=" ") == ["CAMP.022"]
    record_loss(printed.first, of("李明"), reason="水浸损坏")
    assert of("李明").revoked_at


def test_the_old_certificate_comes_in_before_the_new_one_goes_out(printed):
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="upgrade")
    printed.run.refresh_from_db()
    secretary = printed.world.act("赵秘书")
    send = send_box(printed.first, college=College.objects.get(code="B"), certificates=[of("赵强")]).result
    receive_box(secretary, send, counted=1)
    assert [request for _, request in returns_for(secretary.by)] == [None]
    assert ids(hand_over, secretary, of("赵强"), how="screen", signer="赵强") == ["HAND.003"]
    assert ids(take_back_completion, printed.world.act("王秘书"), printed.world.record("李明")) == ["HAND.011"]
    request = take_back_completion(secretary, printed.world.record("赵强"), note="199901201902000003，2019 年发").result
    assert take_back_completion(secretary, printed.world.record("赵强")).unchanged
    hand_over(secretary, of("赵强"), how="screen", signer="赵强")
    assert ids(settle_exchange, printed.first, request, filed=False) == ["HAND.011"]  # the college still has it
    send_returns(secretary, College.objects.get(code="B"), until=None)
    settle_exchange(printed.first, request, filed=False)
    assert settle_exchange(printed.first, request, filed=False).unchanged
    assert PaperRequest.objects.get(kind="exchange").approved_at


def test_a_completion_certificate_of_ours_is_revoked_and_destroyed_when_it_comes_back(office):
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="completion")
    office.approved("completion")
    office.printed("completion", ("赵强",))
    secretary = office.world.act("赵秘书")
    receive_box(secretary, send_box(office.first, college=College.objects.get(code="B"), certificates=[of("赵强", "completion")]).result, counted=1)
    hand_over(secretary, of("赵强", "completion"), how="screen", signer="赵强")
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="upgrade")
    request = take_back_completion(secretary, office.world.record("赵强")).result
    assert of("赵强", "completion").place == "college" and of("赵强", "completion").revoked_at
    assert ids(send_returns, secretary, College.objects.get(code="B"), until=secretary.at - timedelta(days=1)) == ["HAND.012"]
    send_returns(secretary, College.objects.get(code="B"), until=secretary.at - timedelta(days=1), late_reason="学生在外地，邮寄在途")
    assert of("赵强", "completion").place == "registry"
    settle_exchange(office.first, request, filed=False)
    assert of("赵强", "completion").place == "destroyed"
    assert [m.after for m in of("赵强", "completion").moves.all()] == ["registry", "college", "holder", "college", "registry", "destroyed"]


def test_study_certificates_are_for_the_concluded_of_the_continuous_programme_by_the_colleges_signed_list(office):
    from pathlib import Path

    from xueji.campaigns.commands import open_campaign

    record, own = office.world.record("李明"), office.world.act("李明")
    assert ids(request_paper, own, record, kind="study", reason="申请博士后") == ["HAND.010"]
    StudentRecord.objects.filter(pk=record.pk).update(continuous_programme=True)
    request = request_paper(own, office.world.record("李明"), kind="study", reason="申请博士后").result
    campaign = open_campaign(office.first, text=Path("campaigns/N3-bit-2020-conclusions.toml").read_text("utf-8")).result[0]
    college, secretary = College.objects.get(code="A"), office.world.act("王秘书")
    assert ids(freeze_batch, secretary, campaign, college=college, kind=STUDY_LIST) == ["HAND.011"]
    review_paper(secretary, request)
    assert review_paper(secretary, request).unchanged
    batch = freeze_batch(secretary, campaign, college=college, kind=STUDY_LIST).result
    hand_in_scan(secretary, batch, content=print_of(batch))
    accept_batch(office.first, batch)
    request.refresh_from_db()
    assert request.approved_at
    office.approved("study")
    assert office.printed("study", ("李明",)).certificates.get().number is None


def test_a_refused_request_says_why_and_may_be_made_again(office):
    StudentRecord.objects.filter(person__name="李明").update(continuous_programme=True)
    own, secretary = office.world.act("李明"), office.world.act("王秘书")
    request = request_paper(own, office.world.record("李明"), kind="study", reason="留学").result
    assert ids(refuse_paper, secretary, request, reason="") == ["CAMP.022"]
    refuse_paper(secretary, request, reason="请先还清图书")
    assert ids(review_paper, secretary, request) == ["HAND.011"]
    request_paper(own, office.world.record("李明"), kind="study", reason="留学")
    assert ids(settle_exchange, office.first, request, filed=True) == ["HAND.011"]


def test_a_college_hands_nothing_up_before_something_came_back_and_another_college_never(office):
    secretary = office.world.act("赵秘书")
    assert ids(send_returns, secretary, College.objects.get(code="B"), until=None) == ["HAND.011"]
    with pytest.raises(Refused):
        send_returns(secretary, College.objects.get(code="A"), until=None)


def test_a_late_college_reads_until_when_it_had_to_hand_them_up_and_by_whom_it_is_mended(office):
    StudentRecord.objects.filter(person__name="赵强").update(conclusion="upgrade")
    secretary = office.world.act("赵秘书")
    take_back_completion(secretary, office.world.record("赵强"), note="199901201902000003")
    until = datetime(2024, 6, 28, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(Stopped) as stopped:
        send_returns(secretary, College.objects.get(code="B"), until=until, late_reason=" ")
    (said,) = stopped.value.findings
    assert "2024年6月28日 23:59" in said.message.zh and "28 June 2024, 23:59" in said.message.en and "经办人" in said.remedy.zh
    send_returns(secretary, College.objects.get(code="B"), until=until, late_reason="学生在外地")
    assert PaperRequest.objects.get(kind="exchange").late_reason == "学生在外地"


def test_nothing_is_handed_out_of_a_box_that_was_not_counted(printed):
    secretary = printed.world.act("王秘书")
    box = send_box(printed.first, college=College.objects.get(code="A"), certificates=[of("李明")]).result
    assert ids(hand_over, secretary, of("李明"), how="paper") == ["HAND.015"]
    receive_box(secretary, box, counted=1)
    hand_over(secretary, of("李明"), how="paper")


def test_on_the_screen_the_holder_writes_the_name_that_stands_on_the_certificate(printed):
    secretary = printed.world.act("王秘书")
    receive_box(secretary, send_box(printed.first, college=College.objects.get(code="A"), certificates=[of("李明")]).result, counted=1)
    assert ids(hand_over, secretary, of("李明"), how="screen", signer="李朋") == ["HAND.014"]
    hand_over(secretary, of("李明"), how="screen", signer=" 李 明 ")
    assert of("李明").signed_for_at


def test_a_paper_sheet_is_recorded_for_all_who_signed_or_for_none(printed):
    secretary, college = printed.world.act("王秘书"), College.objects.get(code="A")
    Certificate.objects.update(commissioned=False)
    both = [of("李明"), of("王芳")]
    box = send_box(printed.first, college=college, certificates=both).result
    assert not sheet_rows(secretary.by, "A").exists() and not classes_waiting(secretary.by), "what is in an uncounted box is on no sheet"
    receive_box(secretary, box, counted=2)
    assert ids(record_sheet, secretary, college, certificates=[]) == ["HAND.013"]
    hand_over(secretary, of("王芳"), how="paper")
    assert ids(record_sheet, secretary, college, certificates=[of("李明"), of("王芳")]) == ["HAND.001"]
    assert of("李明").signed_for_at is None
    listed = list(sheet_rows(secretary.by, "A", of("李明").record.class_number))
    assert [c.record.person.name for c in listed] == ["李明"]
    assert record_sheet(secretary, college, certificates=listed, scan=SCAN, title="签收表.pdf").result == 1
    assert of("李明").moves.last().how == "paper" and not classes_waiting(secretary.by)


def test_a_certificate_that_a_second_secretary_holds_in_hand_is_signed_for_once(printed):
    secretary = printed.world.act("王秘书")
    receive_box(secretary, send_box(printed.first, college=College.objects.get(code="A"), certificates=[of("李明")]).result, counted=1)
    first, second = of("李明"), of("李明")  # two people opened the page before either signed
    hand_over(secretary, first, how="paper")
    assert ids(hand_over, secretary, second, how="paper") == ["HAND.001"]
    assert [m.after for m in of("李明").moves.all()] == ["registry", "college", "holder"]
