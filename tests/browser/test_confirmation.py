"""Verifying, confirming and signing in real Chromium: N2's and N4's pages in all roles, by role and label, for axe, at two widths."""

from datetime import date, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.browser.views import EVERY_VIEW
from tests.world import SHANGHAI

from xueji.campaigns.batches.commands import freeze_batch
from xueji.campaigns.batches.terms import KINDS
from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.confirmation.commands.confirmations import confirm_record
from xueji.confirmation.commands.majors import propose_major_name, publish_majors
from xueji.confirmation.commands.spellings import choose_spelling
from xueji.confirmation.queries.confirmations import spelling_of, written
from xueji.exchange.chsi import import_source
from xueji.exchange.layouts import as_dbf, layout
from xueji.records.commands import change_record
from xueji.records.models import College
from xueji.records.queries import value_of

pytestmark = pytest.mark.django_db(transaction=True)
NOTICE = Path(__file__).resolve().parents[2] / "campaigns" / "2025-bit-names.toml"
NOW = datetime(2024, 11, 25, 10, tzinfo=SHANGHAI)


@pytest.fixture
def round(world, monkeypatch, settings):
    """N2 part two with 乐明 (李明's account), 王芳 and Anna; CHSI differs in one field."""
    settings.SESSION_COOKIE_AGE = 30 * 86400
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    for name in ("李明", "王芳", "SCHMIDT ANNA"):
        change_record(world.system(), world.record(name), values={"expected_on": "2025-06-30"}, reason="2025届")
    change_record(world.system(), world.record("李明"), values={"name": "乐明"}, reason="测试")
    world.round = open_campaign(world.act("刘老师", at=NOW), text=NOTICE.read_text("utf-8")).result[0]
    publish_majors(world.act("刘老师", at=NOW), rows=[("081200", "计算机科学与技术", "Computer Science")], effective="2025届")
    codes = [column.field for column in layout("chsi_students").columns]
    rows = [{code: str(value_of(world.record(name), code)) for code in codes} for name in ("乐明", "王芳")]
    rows[0]["ethnic_group"] = "02"
    content = as_dbf("chsi_students", rows, on=date(2024, 11, 20))
    import_source(world.act("刘老师", at=NOW), source="chsi", taken_on=date(2024, 11, 20), content=content, title="zxs.dbf")
    return world


@pytest.fixture
def desk(round, page: Page, live_server):
    def opened(address: str, who: str, *, language: str = "zh-hans", width: int = 390) -> Page:
        session = round.client(who).cookies["sessionid"].value
        page.context.add_cookies(
            [
                {"name": "sessionid", "value": session, "url": live_server.url},
                {"name": "language", "value": language, "url": live_server.url},
            ]
        )
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(live_server.url + address)
        return page

    return opened


def _case(world, name):
    return Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=world.round, record__person__name=name)


def _confirmed(world):
    for name, syllables, copied in (("乐明", ["le", "ming"], ""), ("王芳", ["wang", "fang"], ""), ("SCHMIDT ANNA", [], "SCHMIDT ANNA")):
        account = {"乐明": "李明"}.get(name, name)
        case = _case(world, name)
        choose_spelling(world.act(account, at=NOW), case.record, syllables=syllables, surname_length=len(syllables) // 2, copied=copied)
        confirm_record(world.act(account, at=NOW), case, step="verify")


def test_a_student_spells_the_name_and_confirms(round, desk):
    page = desk(f"/student/cases/{_case(round, '乐明').pk}/confirm/verify/", "李明")
    page.get_by_role("group", name="第 1 字“乐”怎么读？").get_by_text("le", exact=True).click()
    page.get_by_role("button", name="姓名这样拼").click()
    expect(page.get_by_text("本人已确认")).to_be_visible()
    assert written(spelling_of(round.record("乐明"))) == "Le Ming"
    page.get_by_label("每一项都看过").check()
    page.get_by_role("button", name="其余全部无误，确认").click()
    expect(page.get_by_text("本人网上确认")).to_be_visible()


@EVERY_VIEW
def test_no_page_of_the_round_has_anything_for_axe_or_scrolls_sideways(round, desk, language, width, tmp_path):
    _confirmed(round)
    college = College.objects.get(code="A")
    new = {"code": "081200", "name": "计算机科学与技术", "new": "Computer Science and Technology"}
    propose_major_name(round.act("王秘书", at=NOW), college, **new, reason="与学位信息一致")
    batch = freeze_batch(round.act("王秘书", at=NOW), round.round, college=college, kind=KINDS["verification_sheet"]).result
    code = round.round.code
    pages = [
        (f"/student/cases/{_case(round, '乐明').pk}/confirm/verify/", "李明"),
        (f"/student/cases/{_case(round, 'SCHMIDT ANNA').pk}/confirm/verify/", "SCHMIDT ANNA"),
        (f"/college/{code}/confirmations/", "高辅导员"),
        (f"/college/{code}/confirmations/S202401001/", "高辅导员"),
        (f"/college/{code}/sheets/", "陈院长"),
        (f"/college/{code}/sheets/verification_sheet/", "王秘书"),
        (f"/college/sheets/{batch.pk}/", "陈院长"),
        (f"/college/sheets/{batch.pk}/", "王秘书"),
        ("/college/majors/", "王秘书"),
        (f"/registry/compare/?campaign={code}", "刘老师"),
        ("/registry/compare/import/", "刘老师"),
        ("/registry/majors/", "刘老师"),
        ("/registry/sheets/", "刘老师"),
        (f"/registry/sheets/{batch.pk}/", "刘老师"),
    ]
    for number, (address, who) in enumerate(pages):
        page = desk(address, who, language=language, width=width)
        page.screenshot(path=tmp_path / f"{number:02d}-{language}-{width}.png", full_page=True)
        found = Axe().run(page).response["violations"]
        assert not found, (address, who, [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found])
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} scrolls sideways"
