"""The demo's photo days: somebody who starts it finds a round under way, one planned, and something to decide."""

from datetime import date, datetime, timedelta

import pytest
from tests.world import SHANGHAI

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Case
from xueji.journal.command import Act
from xueji.photos.day.models import Capture, Dispute, Session, Slot, Turn
from xueji.photos.day.queries import absentees, keys_now
from xueji.stories.confirming import NOTICES, Staff, fill_school
from xueji.stories.demo import days_to_move
from xueji.stories.demo_photos import OWN_ROUND, PLANNED, STAYED_AWAY, bring_to_camera
from xueji.stories.photo_day import graduands
from xueji.stories.telling import quietly

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 15, 20, tzinfo=SHANGHAI)


def test_who_starts_the_demo_finds_a_photo_day_under_way_one_planned_and_something_to_decide(tmp_path):
    staff = Staff(NOW - timedelta(days=30))
    people = graduands(90, date(2025, 7, 1))
    for number, one in enumerate(people):
        if number % 3:
            one |= {"intake_year": "2024", "enrolled_on": "2024-09-01", "expected_on": "2027-07-01", "first_expected_on": "2027-07-01"}
    fill_school(tmp_path, staff.registrar, NOW - timedelta(days=29), people)
    text = (NOTICES / f"{PLANNED}.toml").read_text("utf-8")
    planned = open_campaign(Act(staff.registrar, NOW - timedelta(days=5), "registry"), text=text, move_by_days=days_to_move(text, NOW)).result[0]
    own = bring_to_camera(staff.registrar, [planned], NOW, quietly)
    assert keys_now() is not None and own.code in OWN_ROUND.read_text("utf-8")
    assert Session.objects.filter(campaign=own, opens__lte=NOW, closes__gt=NOW, open_day=False).exists(), "the station has students now"
    assert Session.objects.filter(campaign=own, opens__gt=NOW, open_day=True).exists(), "and on the days after"
    assert Turn.objects.filter(campaign=own, outcome="done").count() == Capture.objects.filter(campaign=own).count() > 0
    assert absentees(staff.registrar, own, NOW).count() == STAYED_AWAY and Dispute.objects.filter(decided_at=None).count() == 1
    assert Slot.objects.filter(session__campaign=planned).count() == Case.objects.filter(campaign=planned, left_at=None).count() > 0
    assert not Session.objects.filter(campaign=planned, opens__lt=NOW).exists()
