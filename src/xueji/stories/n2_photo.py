"""研〔2024〕137号 一 told without a browser, the school capturing itself: two lists, one reported student, the day, verification, objections, make-up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xueji.campaigns.models import Case
from xueji.journal.command import Act
from xueji.photos.day.commands.after import (
    Arrival,
    confirm_photo,
    decide_dispute,
    decide_nomination,
    dispute_photo,
    nominate_student,
    review_dispute,
    take_over_captures,
)
from xueji.photos.day.commands.prints import enter_prints
from xueji.photos.day.queries import photos_of, photos_of_all, prints_of
from xueji.records.commands import change_record
from xueji.records.models import College, StudentRecord
from xueji.stories.confirming import at, cases_of, stopped, student_act
from xueji.stories.photo_day import PhotoDay, begin, graduands, jpeg, sessions
from xueji.stories.telling import Progress, Telling, quietly


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell part one of the notice with ``count`` students into an empty database. See ``Telling.failed``."""
    telling = begin(folder, progress)
    people = graduands(count, date(2025, 6, 30))
    outsider = graduands(count + 1, date(2026, 6, 30))[-1]
    before = {p["student_number"]: date(2023, 9, 20) for p in people[::5]}
    day = PhotoDay(telling, "2025-bit-photo", [*people, outsider], at(2024, 11, 20), before=before, in_house=True)
    groups = [c.group for c in cases_of(day.campaign)]
    telling.expect("附件1（未采集，必须）和附件2（已采集，自愿）各是多少人 — who is on annex 1 and on annex 2", expected=(count - len(before), len(before)), seen=(groups.count("required"), groups.count("optional")))
    record = StudentRecord.objects.get(student_number=outsider["student_number"])
    secretary = Act(day.staff.of("SEC", record.college_id), at(2024, 11, 21), "college")
    reported = nominate_student(secretary, record, campaign=day.campaign, reason="提前毕业，两份名单都没有").result
    decide_nomination(day.office(at(2024, 11, 21, 15)), reported, approved=True)
    change_record(day.office(at(2024, 11, 21, 16)), record, values={"expected_on": "2025-06-30"}, reason="批准提前毕业")
    telling.expect("名单外学生经学院上报、学校审核后列入 — a student of neither list is reported, approved and taken in", expected=1, seen=sum(c.group == "on_request" for c in cases_of(day.campaign)))
    days = [(at(2024, 11, 26, 8, 30), at(2024, 11, 26, 16), "报告厅"), (at(2024, 11, 28, 8), at(2024, 11, 28, 16), "A206")]
    day.plan(at(2024, 11, 22), sessions(day.campaign, days, open_day=(at(2024, 11, 27, 13), at(2024, 11, 27, 16), "报告厅")))
    cases = day.come()
    day.ready(cases[: len(cases) // 2], at(2024, 11, 23))
    came = day.run(cases)
    _verified(telling, day, came["came"])
    _made_up(telling, day, cases)
    _prints(telling, day)
    return day.close()


def _made_up(telling: Telling, day: PhotoDay, cases: list[Case]) -> None:
    """The make-up list: who did not come, and whose photo was found wrong; what is made up is verified too, and only then counts."""
    missing = day.missing(at(2024, 12, 17))
    void = {c.pk for c in cases if photos_of(c).why.id == "CAPT.008"}
    must = {c.record.student_number for n, c in enumerate(cases) if (n % 9 == 8 or c.pk in void) and c.group != "optional"}
    telling.expect("应到未到的和异议成立的自动成为补采名单 — absentees and void photos are the make-up list by themselves", expected=sorted(must), seen=sorted(c.record.student_number for c in missing))
    made_up = [Arrival(c, date(2025, 1, 8), jpeg(n)) for n, c in enumerate(missing[::2])]
    take_over_captures(day.office(at(2025, 3, 1)), day.campaign, arrivals=made_up, source="补采.zip")
    telling.expect("补采的人离开名单 — who was made up leaves the list", expected=len(missing) - len(made_up), seen=len(day.missing(at(2025, 3, 2))))
    seen = {photos_of(one.case).why.id for one in made_up}
    for one in made_up:
        confirm_photo(student_act(one.case.record, at(2025, 3, 3)), one.case)
    counts = {photos_of(one.case).why.id for one in made_up}
    telling.expect("补采的照片也要本人核对，核对后才生效 — a made-up photo is verified too before it counts", expected=({"CAPT.007"}, {"CAPT.010"}), seen=(seen, counts))
    replaced = [photos_of(one.case) for one in made_up if one.case.pk in void]
    telling.expect("重新采集的替换作废的，两个版本都在 — another photo replaces the void one and both versions stay", expected=[True] * len(replaced),
                   seen=[p.versions[-1].counts and not p.versions[-2].counts for p in replaced])  # fmt: skip
    telling.figures |= {"make-up list": len(missing), "made up": len(made_up)}


def _verified(telling: Telling, day: PhotoDay, came: int) -> None:
    """12-11 to 12-16 on CHSI: most confirm, some dispute, some are late."""
    taken = [c for c in cases_of(day.campaign) if photos_of(c).versions and photos_of(c).versions[-1].capture.campaign_id]
    first = taken[0]
    telling.expect("核对窗口准到秒：早一秒、晚一秒都不行 — the window is exact: a second early, a second late", expected=["TIME.001", "PROOF.010"],
                   seen=[stopped(lambda: confirm_photo(student_act(first.record, at(2024, 12, 10, 23, 59, 59)), first)),
                         stopped(lambda: confirm_photo(student_act(first.record, at(2024, 12, 17)), first))])  # fmt: skip
    disputed, void = taken[::11], []
    for case in taken:
        if case in disputed:
            row = dispute_photo(student_act(case.record, at(2024, 12, 12)), case, reason="照片不是本人", evidence=jpeg(3), title="证件.jpg").result
            review_dispute(Act(day.staff.of("SEC", case.record.college_id), at(2024, 12, 13), "college"), row, note="属实")
            decide_dispute(day.office(at(2024, 12, 14)), row, upheld=True, note="请补采")
            void.append(photos_of(case).versions[-1].why.id)
        elif case is not taken[1]:
            confirm_photo(student_act(case.record, at(2024, 12, 11, 9)), case)
    seen = photos_of_all(cases_of(day.campaign))
    counted = sum(1 for c in taken if seen[c.pk].valid is not None and seen[c.pk].valid.campaign_id)
    telling.expect("本人核对无误的照片才生效 — a photo counts when its owner has confirmed it", expected=came - len(disputed) - 1, seen=counted)
    telling.expect("异议成立的照片当即作废 — a photo found wrong is void at once", expected={"CAPT.008"}, seen=set(void))
    telling.figures |= {"confirmed": counted, "objections": len(disputed), "not verified in time": 1}


def _prints(telling: Telling, day: PhotoDay) -> None:
    college = College.objects.get(pk=cases_of(day.campaign)[0].record.college_id)
    secretary = Act(day.staff.of("SEC", college.pk), at(2025, 6, 20), "college")
    for entry, n in (("received", 80), ("used", 20), ("spoiled", 1), ("returned", 59)):
        enter_prints(secretary, day.campaign, college=college, entry=entry, count=n)
    left = stopped(lambda: enter_prints(secretary, day.campaign, college=college, entry="returned", count=1))
    telling.expect("洗印照片一张不差 — the prints add up to the last one", expected=(0, "PRINT.001"), seen=(next(p.on_hand for p in prints_of(secretary.by, day.campaign) if p.college == college), left))
