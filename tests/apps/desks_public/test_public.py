"""What anybody may ask without signing in: is this print the newest, is this message ours, what does the notice say."""

from datetime import timedelta

import pytest
from tests.apps.collection.answers import PERSONAL
from tests.apps.collection.test_collection import finish_filling, printed, submit
from tests.documents.reading import codes, pages

from xueji.accounts import throttle
from xueji.campaigns.commands import supplement_campaign
from xueji.collection.printing import pdf_of, proof_address
from xueji.notify.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def form(world):
    finish_filling(world)
    return printed(world)


def seen(world, address, language="zh-hans", **more):
    answer = world.client(language=language).get(address, **more)
    return answer.status_code, answer.content.decode()


def test_the_code_on_the_paper_opens_the_page_that_says_newest(world, form):
    (address,) = set(codes(pdf_of(form), 0)) | set(codes(pdf_of(form), 1))
    assert address == proof_address(form.code)
    status, page = seen(world, "/f/" + address.rsplit("/", 1)[1] + "/")
    assert status == 200
    for words in ("这是最新版本", "研通知[2024]53号", "第 1 版，最新为第 1 版", form.code):
        assert words in page


def test_an_old_print_is_recognised_as_old_after_a_new_submission(world, form):
    submit(world, "李明", "personal", {**PERSONAL, "mobile": "13900009999"})
    assert "打印后内容有变动" in seen(world, f"/f/{form.code}/")[1]
    newer = printed(world)
    assert newer.version == 2 and newer.code != form.code
    assert "这是旧版本，已作废" in seen(world, f"/f/{form.code}/")[1]
    assert "这是最新版本" in seen(world, f"/f/{newer.code}/")[1]


def test_a_stranger_learns_nothing_of_the_person(world, form):
    page = seen(world, f"/f/{form.code}/")[1]
    for secret in ("李明", "S202401001", "13800001234", "32060020020506001X", "计算机学院", "li.ming"):
        assert secret not in page
    assert "S2*****001" in page


def test_a_code_typed_by_hand_forgives_case_hyphens_and_look_alikes(world, form):
    typed = "-".join((form.code[:4], form.code[4:])).lower().replace("0", "o").replace("1", "l")
    answer = world.client().get("/f/", {"code": typed})
    assert answer.status_code == 302 and answer.headers["Location"] == f"/f/{form.code}/"


def test_an_unknown_code_says_so_in_both_languages(world):
    assert seen(world, "/f/ZZZZZZZZZZ/")[0] == 404
    assert "没有这个校验码" in seen(world, "/f/ZZZZZZZZZZ/")[1]
    assert "No such check code" in seen(world, "/f/ZZZZZZZZZZ/", "en")[1]


def test_guessing_codes_is_slowed_down_and_the_honest_neighbour_is_not(world, form):
    for number in range(throttle.PER_LOOKING):
        assert seen(world, f"/f/ZZZZZZZZ{number:02d}/", REMOTE_ADDR="10.1.1.1")[0] == 404
    answer = world.client().get(f"/f/{form.code}/", REMOTE_ADDR="10.1.1.1")
    assert answer.status_code == 429 and 0 < int(answer.headers["Retry-After"]) <= 900
    assert seen(world, f"/f/{form.code}/", REMOTE_ADDR="10.1.1.2")[0] == 200


def test_the_address_on_the_paper_is_slowed_down_like_the_typed_one(world, form):
    client = world.client()
    for number in range(throttle.PER_LOOKING):
        assert client.get(f"/f/ZZZZZZZZ{number:02d}", follow=True, REMOTE_ADDR="10.1.1.1").status_code == 404
    assert client.get(f"/f/{form.code}", follow=True, REMOTE_ADDR="10.1.1.1").status_code == 429


@pytest.mark.parametrize(("who", "reads"), [("王秘书", True), ("赵秘书", False), ("高辅导员", False), ("王芳", False), ("李明", False), ("", False)])
def test_only_who_may_receive_the_form_reads_whose_it_is(world, form, who, reads):
    page = world.client(who).get(f"/f/{form.code}", follow=True).content.decode()
    assert "这是最新版本" in page
    assert ("S202401001" in page) is reads


def test_the_waiting_ends_with_its_window(world):
    for _ in range(throttle.PER_LOOKING):
        throttle.looked_up_wrong("10.1.1.1", world.now)
    assert throttle.looking_waits_until("10.1.1.1", world.now) == world.now + throttle.WINDOW
    later = world.now + throttle.WINDOW + timedelta(seconds=1)
    assert throttle.looking_waits_until("10.1.1.1", later) is None
    throttle.looked_up_wrong("10.1.1.1", later)
    assert throttle.looking_waits_until("10.1.1.1", later) is None


def test_a_message_can_be_proved_by_typing_its_code_and_an_invented_one_cannot(world):
    Message.objects.create(
        code="K7M2P9QX", campaign=world.campaign.code, kind="notice", number="研通知[2024]53号", title_zh="采集", title_en="Collection",
        subject_zh="请完成信息采集", subject_en="Please complete", body_zh="……", body_en="…", made_by="account:1", made_by_label="刘老师",
        created_at=world.now,
    )  # fmt: skip
    status, page = seen(world, "/n/k7m2-p9qx/")
    assert status == 200 and "这条消息是学校发的" in page and "研通知[2024]53号" in page and "刘老师" not in page
    assert seen(world, "/n/AAAAAAAA/")[0] == 404


def test_the_notices_that_are_open_come_first(world):
    world.campaign  # noqa: B018 - opened when asked for
    assert "2024级研究生新生网上基础信息采集" in seen(world, "/notices/")[1]


@pytest.mark.parametrize("language, words", [("zh-hans", ("学期注册", "交表", "注意事项", "67392380")), ("en", ("Semester registration", "Baoying Chang", "the Chinese text prevails"))])
def test_the_guide_is_a_page_made_from_the_campaign(world, language, words):
    status, page = seen(world, f"/notices/{world.campaign.code}/", language)
    assert status == 200 and all(word in page for word in words)


@pytest.mark.parametrize("lang, words", [("zh", ("操作指南", "研究生入学登记", "9月10日 17:00")), ("en", ("Operating guide", "Hand in the signed form", "10 September"))])
def test_the_guide_is_a_print_with_an_address_that_proves_the_notice(world, lang, words):
    answer = world.client().get(f"/notices/{world.campaign.code}/guide.pdf", {"language": lang})
    assert answer.headers["Content-Type"] == "application/pdf"
    text = "".join(pages(answer.content))
    assert all(word in text for word in words)
    (address,) = codes(answer.content, 0)
    assert world.client().get("/" + address.split("/", 3)[3]).status_code == 200


def test_a_supplement_shows_on_the_page_with_its_reason(world):
    text = world.campaign.versions.get(version=1).text.replace("2024-09-10T17:00:00", "2024-09-12T17:00:00")
    supplement_campaign(world.act("刘老师"), world.campaign, text=text, reason="系统升级，延长两天")
    page = seen(world, f"/notices/{world.campaign.code}/")[1]
    assert "系统升级，延长两天" in page and "9月12日 17:00" in page


def test_a_notice_that_does_not_exist_is_not_there(world):
    assert seen(world, "/notices/nothing/")[0] == 404
    assert seen(world, "/notices/nothing/guide.pdf")[0] == 404


def test_the_students_own_page_leads_to_the_guide_as_a_print(world):
    client = world.client("李明")
    page = client.get(f"/student/cases/{world.case_of('李明').pk}/").content.decode()
    address = f"/notices/{world.campaign.code}/guide.pdf"
    assert f'href="{address}"' in page and client.get(address).content.startswith(b"%PDF")
