"""``xueji campaign``: a notice opened at the command line tells its students, and telling again reaches only newcomers."""

import pytest
from click.testing import CliRunner
from tests.world import N1

from xueji.cli.campaign import campaign
from xueji.notify.models import Delivery

pytestmark = pytest.mark.django_db


@pytest.fixture
def says(world, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: world.now)

    def run(*arguments: str) -> str:
        answer = CliRunner().invoke(campaign, arguments, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.output

    return run


def test_opening_tells_the_students(says):
    assert "已通知 4 人" in says("open", str(N1))
    assert Delivery.objects.filter(way="app").count() == 4
    assert "没有改动" in says("open", str(N1)) and Delivery.objects.filter(way="app").count() == 4


def test_a_supplement_is_told_and_telling_again_reaches_newcomers_only(says, world, tmp_path):
    says("open", str(N1))
    changed = tmp_path / "n1.toml"
    changed.write_text(N1.read_text("utf-8") + "\n# 补充\n", "utf-8")
    assert "第 2 版" in (said := says("open", str(changed), "--supplement", "更正")) and "已通知 4 人" in said
    assert "已通知 0 人" in says("tell", "bjut-2024-enrolment")


def test_a_notice_that_is_over_is_opened_without_a_message(says, world):
    world.now = world.now.replace(month=12)
    assert "已截止" in says("open", str(N1)) and not Delivery.objects.exists()
