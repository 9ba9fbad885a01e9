"""The notice of October 2023 told without a browser: must, must again, void, must not, five days, electronic payment only, expected dates that move."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

from xueji.photos.day.commands.after import Arrival, dispute_photo, take_over_captures
from xueji.photos.day.commands.codes import issue_code
from xueji.photos.day.commands.turns import arrive
from xueji.photos.day.queries import photos_of, token_of
from xueji.records.commands import change_record
from xueji.stories.confirming import at, cases_of, stopped, student_act
from xueji.stories.photo_day import PhotoDay, begin, graduands, sessions
from xueji.stories.telling import Progress, Telling, quietly

PLANS = ("required", "required", "again", "required", "later", "required", "stands", "required", "must_not", "required")


def _planned(people: list[dict[str, str]]) -> dict[str, date]:
    before = {}
    for n, one in enumerate(people):
        plan = PLANS[n % len(PLANS)]
        if plan in {"again", "stands"}:
            one["first_expected_on"] = "2023-07-01"
            before[one["student_number"]] = date(2022, 11, 3)
        if plan == "later":
            one |= {"first_expected_on": "2024-07-01", "expected_on": "2025-07-01"}
        if plan == "stands":
            one |= {"standing": "completed", "conclusion": "completion", "graduated_on": "2023-06-30", "expected_on": "2023-06-30", "first_expected_on": "2023-06-30"}
        if plan == "must_not":
            one["certificates"] = "degree"
    return before


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell the notice with ``count`` students into an empty database. See ``Telling.failed``."""
    telling = begin(folder, progress)
    people = graduands(count, date(2024, 7, 1))
    before = _planned(people)
    day = PhotoDay(telling, "2024-pku-photo", people, at(2023, 10, 23), before=before)
    wanted = Counter(PLANS[n % len(PLANS)] for n in range(count))
    cases = cases_of(day.campaign)
    telling.expect("人人都在通知写的那一组 — everybody is in the group the notice names", expected=dict(wanted), seen=dict(Counter(c.group for c in cases)))
    says = {"required": "CAPT.025", "again": "CAPT.024", "later": "CAPT.022", "stands": "CAPT.021", "must_not": "CAPT.020"}
    telling.expect("规则说的和名单一样 — and the rules say the same", expected=[], seen=[c.record.student_number for c in cases if photos_of(c).reason.id != says[c.group]])
    days = [(at(2023, 11, 1, 9, 30), at(2023, 11, 1, 17, 30), "新太阳105"), (at(2023, 11, 2, 9, 30), at(2023, 11, 2, 17, 30), "新太阳106")]
    day.plan(at(2023, 10, 25), sessions(day.campaign, days, open_day=(at(2023, 11, 4, 9, 30), at(2023, 11, 4, 17, 30), "新太阳105")))
    called = day.come()
    day.ready(called, at(2023, 10, 28))
    uncalled = [c for c in cases if c.group in {"must_not", "later", "stands"}]
    red = set()
    for case in uncalled:
        token = token_of(issue_code(student_act(case.record, at(2023, 10, 30)), case).result)
        red.add(arrive(day.operator(at(2023, 11, 1, 10)), day.campaign, token=token, campus=case.record.campus, station="一号台").result[0])
    telling.expect("不应参加的扫码不放行 — who should not come is not let in", expected={"red"}, seen=red)
    day.run(called)
    came = [c for c in called if c.turns.filter(outcome="done").exists()]
    take_over_captures(day.office(at(2023, 11, 20)), day.campaign, arrivals=[Arrival(c, c.turns.get().on) for c in came], source="中国图片社名单.xlsx")
    telling.expect("新照片有效，延期的旧照片不作数 — the new photo counts, the old one of the delayed does not", expected={"CAPT.010"}, seen={photos_of(c).why.id for c in came})
    moved = came[:3]
    for case in moved:
        change_record(day.office(at(2024, 5, 6)), case.record, values={"expected_on": "2025-01-10"}, reason="延期")
    fresh = {c.pk: c for c in cases_of(day.campaign)}
    telling.expect("确定延期一年的，照片当即无效 — graduating a year later voids the photo at once", expected={"CAPT.003"}, seen={photos_of(fresh[c.pk]).why.id for c in moved})
    for case in moved:
        change_record(day.office(at(2024, 5, 7)), fresh[case.pk].record, values={"expected_on": "2024-07-01"}, reason="恢复")
    fresh = {c.pk: c for c in cases_of(day.campaign)}
    telling.expect("恢复原来的毕业时间，照片恢复 — and back again", expected={"CAPT.010"}, seen={photos_of(fresh[c.pk]).why.id for c in moved})
    stands = [c for c in cases if c.group == "stands"]
    telling.expect("此前已结业的，以结业时的照片为准 — who completed before keeps that photo", expected={date(2022, 11, 3)}, seen={photos_of(c).valid.taken_on for c in stands})
    telling.expect("后期不予重拍或修改 — nothing is retaken or changed later", expected="PROOF.011",
                   seen=stopped(lambda: dispute_photo(student_act(came[0].record, at(2023, 11, 21)), came[0], reason="拍得不好看")))  # fmt: skip
    telling.expect("没来的在名单上，另行通知 — who did not come is listed for the notice to follow", expected=len(called) - len(came), seen=len(day.missing(at(2023, 11, 21))))
    telling.figures |= {"not called": len(uncalled), "void": len([c for c in cases if c.group == "later"])}
    return day.close()
