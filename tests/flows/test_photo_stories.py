"""The four photo notices told whole: absentees, double scans, an offline hour, void photos, disputes."""

import importlib

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("story", ["n2_photo", "n3_photo", "n4_photo", "n5_photo"])
def test_a_photo_round_is_told_as_the_notice_says(story, tmp_path):
    told = importlib.import_module(f"xueji.stories.{story}").tell(tmp_path, count=30)
    assert told.failed == []
    assert len(told.expectations) >= 9 and (tmp_path / "story.json").exists()
