"""A photo day for tests: N2's notice captured by the school itself, 李明 and 王芳 to come, the timetable published."""

from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from PIL import Image
from tests.world import SHANGHAI, World

from xueji.campaigns.commands import open_campaign
from xueji.campaigns.models import Campaign, Case
from xueji.photos.day.commands.codes import issue_code, make_keys
from xueji.photos.day.commands.sessions import plan_sessions
from xueji.photos.day.queries import token_of
from xueji.records.commands import change_record
from xueji.rules.station import Planned

CAMPAIGNS = Path(__file__).resolve().parents[3] / "campaigns"


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2024) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def text_of(name: str, **changed: str) -> str:
    text = (CAMPAIGNS / f"{name}.toml").read_text("utf-8")
    for before, after in changed.items():
        text = text.replace(before, after)
    return text


def jpeg(shade: int = 0) -> bytes:
    target = BytesIO()
    Image.new("RGB", (480, 640), (100 + shade, 197, 255)).save(target, "JPEG")
    return target.getvalue()


@dataclass
class Day:
    """The world on the morning of 26 November 2024."""

    world: World
    campaign: Campaign

    def case(self, name: str) -> Case:
        return Case.objects.select_related("campaign", "record__person", "record__college").get(campaign=self.campaign, record__person__name=name)

    def act(self, name: str, when: datetime, desk: str = ""):
        return self.world.act(name, desk, at=when)

    def token(self, name: str) -> str:
        """What 李明's phone shows."""
        return token_of(issue_code(self.act(name, at(11, 25)), self.case(name)).result)


def planned(**more) -> list[Planned]:
    first = dict(row=2, campus="东湖校区", room="报告厅", opens=at(11, 26, 8, 30), closes=at(11, 26, 12), capacity=100, colleges=("A",), open_day=False)
    second = dict(row=3, campus="西山校区", room="A206", opens=at(11, 28, 8), closes=at(11, 28, 12), capacity=100, colleges=("B",), open_day=False)
    third = dict(row=4, campus="东湖校区", room="报告厅", opens=at(11, 27, 13), closes=at(11, 27, 16), capacity=2, colleges=(), open_day=True)
    return [Planned(**{**first, **more}), Planned(**second), Planned(**third)]


def opened(world: World, *, mode: str = "in_house", planning: bool = True) -> Day:
    """N2 part one with 李明, 王芳 and 赵强 expected in 2025."""
    for name in ("李明", "王芳", "赵强"):
        change_record(world.system(), world.record(name), values={"expected_on": "2025-06-30", "first_expected_on": "2025-06-30"}, reason="2025届")
    text = text_of("2025-bit-photo").replace('mode    = "official"', f'mode    = "{mode}"')
    campaign = open_campaign(world.act("刘老师", at=at(11, 20)), text=text).result[0]
    day = Day(world, campaign)
    make_keys(day.act("刘老师", at(11, 20)))
    if planning:
        plan_sessions(day.act("刘老师", at(11, 21)), campaign, rows=planned())
    return day


def delay(world: World, name: str, expected: date) -> None:
    """Move somebody's expected graduation."""
    change_record(world.system(), world.record(name), values={"expected_on": expected.isoformat()}, reason="延期")
