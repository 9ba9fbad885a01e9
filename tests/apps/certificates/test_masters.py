"""Masters: linted, approved by two, frozen; the longest name is tried before anybody is printed."""

from datetime import date

import pytest
from tests.apps.certificates.conftest import DAY, master_text

from xueji.certificates.commands.masters import (
    approve_master,
    confirm_wording,
    draft_master,
    lint_master,
    propose_wording,
    recall_master,
)  # fmt: skip
from xueji.certificates.models import Master
from xueji.certificates.queries.masters import longest_facts, masters_for, register_on, usable_master, wording_for
from xueji.journal.command import Refused, Stopped
from xueji.records.models import StudentRecord


def ids(call, *args, **kw):
    with pytest.raises(Stopped) as stopped:
        call(*args, **kw)
    return [f.id for f in stopped.value.findings]


def test_a_master_is_linted_and_approved_by_two_people_then_frozen(office):
    row = draft_master(office.first, text=master_text("graduation")).result
    assert ids(approve_master, office.first, row) == ["MASTER.010"]
    assert lint_master(office.first, row, issued_on=DAY).result == []
    approve_master(office.first, row)
    assert ids(approve_master, office.first, row) == ["MASTER.009"] and usable_master("graduation") is None
    approve_master(office.second, row)
    row.refresh_from_db()
    assert usable_master("graduation") == row and row.frozen
    assert draft_master(office.first, text=master_text("graduation")).unchanged
    assert masters_for(office.world.actor("王秘书")).count() == 0 and masters_for(office.first.by).count() == 1


def test_a_planted_phrase_keeps_a_master_from_approval(office):
    row = draft_master(office.first, text=master_text("graduation").replace('"三年制"', '"三年一贯制"')).result
    assert [f.id for f in lint_master(office.first, row, issued_on=DAY).result] == ["MASTER.006"]
    assert ids(approve_master, office.second, row) == ["MASTER.010"]


def test_an_overflowing_name_is_found_by_setting_the_longest_there_are(office):
    text = master_text("graduation").replace("准予毕业。", "准予毕业。" + "特此颁发本证书以资证明。" * 12)
    row = draft_master(office.first, text=text).result
    assert {f.id for f in lint_master(office.first, row, issued_on=DAY).result} == {"MASTER.008"}
    StudentRecord.objects.filter(person__name="李明").update(major_name="学" * 70)
    assert longest_facts()["major_name"] == "学" * 70


def test_a_phrase_without_a_glyph_is_found(office):
    row = draft_master(office.first, text=master_text("graduation").replace("成绩合格", "成绩合格\ue123")).result
    assert {f.id for f in lint_master(office.first, row, issued_on=DAY).result} == {"DOC.001"}


def test_the_presidents_name_is_the_one_of_the_day_of_issue(office):
    row = propose_wording(office.first, code="president", since=date(2024, 6, 1), zh="林知夏", en="Lin Zhixia", source="任字〔2024〕3号").result
    assert register_on(DAY)["president"] == "沈致远"
    assert ids(confirm_wording, office.first, row) == ["MASTER.009"]
    confirm_wording(office.second, row)
    assert register_on(DAY)["president"] == "林知夏" and register_on(date(2024, 5, 31))["president_en"] == "Shen Zhiyuan"
    draft = draft_master(office.first, text=master_text("graduation")).result
    assert [f.id for f in lint_master(office.first, draft, issued_on=DAY).result] == ["MASTER.004"]
    assert wording_for(office.world.actor("王秘书")).count() == 0 < wording_for(office.first.by).count()


def test_a_recalled_master_is_used_no_more(office):
    row = office.approved("graduation")
    assert ids(recall_master, office.first, row, reason="") == ["CAMP.022"]
    recall_master(office.first, row, reason="校长姓名有误")
    assert usable_master("graduation") is None and ids(approve_master, office.second, row) == ["MASTER.010"]
    assert draft_master(office.first, text=master_text("graduation")).result.version == 2


def test_what_is_no_master_is_refused_and_a_secretary_drafts_none(office):
    assert ids(draft_master, office.first, text="kind =") == ["MASTER.001"]
    with pytest.raises(Refused):
        draft_master(office.world.act("王秘书"), text=master_text("graduation"))
    assert not Master.objects.exists()
