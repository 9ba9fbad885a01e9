"""研函〔2020〕61号 三 from facts to filing, as `xueji story N3-conclusions` tells it, with fewer students."""

import pytest

from xueji.stories.notice_n3_conclusions import tell

pytestmark = pytest.mark.django_db
NOBODY = "a college with nobody on its list has to say why"


@pytest.mark.parametrize("count", [8, 40], ids=["a handful", "a college whose students are all prolonged"])
def test_the_world_is_as_the_story_expects(tmp_path, count):
    told = tell(tmp_path, count=count)
    assert [(one.sentence, one.expected, one.seen) for one in told.failed] == []
    assert len(told.expectations) > 20
    names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert {"roster.xlsx", "studies-first.xlsx", "studies.xlsx", "explained.json", "story.json"} <= names
    assert len(list((tmp_path / "lists").glob("*.pdf"))) >= 3 and len(list((tmp_path / "filing").iterdir())) == 2
    if count == 40:
        assert NOBODY in {one.sentence for one in told.expectations}
