"""研函〔2020〕61号 四 from conclusions to signed-for, as `xueji story N3-certificates` tells it, with fewer students."""

import pytest

from xueji.stories.notice_n3_certificates import tell

pytestmark = pytest.mark.django_db


def test_the_world_is_as_the_story_expects(tmp_path):
    told = tell(tmp_path, count=60)
    assert [(one.sentence, one.expected, one.seen) for one in told.failed] == []
    assert len(told.expectations) > 40
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"print/graduation.pdf", "copies/one.pdf", "public/keys.json", "public/revoked.json", "story.json"} <= names
