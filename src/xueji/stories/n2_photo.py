"""研〔2024〕137号 一 told without a browser, the school capturing itself: two lists, one reported student, the day, proofreading, disputes, make-up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

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
    telling.expect("附件1 and 附件2", expected=(count - len(before), len(before)), seen=(groups.count("required"), groups.count("optional")))
    record = StudentRecord.objects.get(student_number=outsider["student_number"])
    secretary = Act(day.staff.of("SEC", record.college_id), at(2024, 11, 21), "college")
    reported = nominate_student(secretary, record, campaign=day.campaign, reason="提前毕业，两份名单都没有").result
    decide_nomination(day.office(at(2024, 11, 21, 15)), reported, approved=True)
    change_record(day.office(at(2024, 11, 21, 16)), record, values={"expected_on": "2025-06-30"}, reason="批准提前毕业")
    telling.expect("名单外学生经上报、审核后列入", expected=1, seen=sum(c.group == "on_request" for c in cases_of(day.campaign)))
    days = [(at(2024, 11, 26, 8, 30), at(2024, 11, 26, 16), "报告厅"), (at(2024, 11, 28, 8), at(2024, 11, 28, 16), "A206")]
    day.plan(at(2024, 11, 22), sessions(day.campaign, days, open_day=(at(2024, 11, 27, 13), at(2024, 11, 27, 16), "报告厅")))
    cases = day.come()
    day.ready(cases[: len(cases) // 2], at(2024, 11, 23))
    came = day.run(cases)
    _verified(telling, day, came["came"])
    missing = [c for c in day.missing(at(2024, 11, 29))]
    must = [c for n, c in enumerate(cases) if n % 9 == 8 and c.group != "optional"]
    telling.expect("absentees who had to come are the make-up list", expected=sorted(c.record.student_number for c in must), seen=sorted(c.record.student_number for c in missing))
    made_up = [Arrival(c, date(2025, 1, 8), jpeg(n)) for n, c in enumerate(missing[: len(missing) // 2])]
    take_over_captures(day.office(at(2025, 3, 1)), day.campaign, arrivals=made_up, source="补采.zip")
    telling.expect("who was made up leaves the list", expected=len(missing) - len(made_up), seen=len(day.missing(at(2025, 3, 2))))
    _prints(telling, day)
    return day.close()


def _verified(telling: Telling, day: PhotoDay, came: int) -> None:
    """12-11 to 12-16 on CHSI: most confirm, some dispute, some are late."""
    taken = [c for c in cases_of(day.campaign) if photos_of(c).versions and photos_of(c).versions[-1].capture.campaign_id]
    first = taken[0]
    telling.expect("too early by a second, too late by a second", expected=["TIME.001", "TIME.002"],
                   seen=[stopped(lambda: confirm_photo(student_act(first.record, at(2024, 12, 10, 23, 59, 59)), first)),
                         stopped(lambda: confirm_photo(student_act(first.record, at(2024, 12, 17)), first))])  # fmt: skip
    disputed = taken[::11]
    for case in taken:
        if case in disputed:
            row = dispute_photo(student_act(case.record, at(2024, 12, 12)), case, reason="照片不是本人", evidence=jpeg(3), title="证件.jpg").result
            review_dispute(Act(day.staff.of("SEC", case.record.college_id), at(2024, 12, 13), "college"), row, note="属实")
            decide_dispute(day.office(at(2024, 12, 14)), row, upheld=True, note="请补采")
        elif case is not taken[1]:
            confirm_photo(student_act(case.record, at(2024, 12, 11, 9)), case)
    seen = photos_of_all(cases_of(day.campaign))
    counted = sum(1 for c in taken if seen[c.pk].valid is not None and seen[c.pk].valid.campaign_id)
    telling.expect("a photo counts when its owner has confirmed it", expected=came - len(disputed) - 1, seen=counted)
    telling.figures |= {"disputes": len(disputed)}


def _prints(telling: Telling, day: PhotoDay) -> None:
    college = College.objects.get(pk=cases_of(day.campaign)[0].record.college_id)
    secretary = Act(day.staff.of("SEC", college.pk), at(2025, 6, 20), "college")
    for entry, n in (("received", 80), ("used", 20), ("spoiled", 1), ("returned", 59)):
        enter_prints(secretary, day.campaign, college=college, entry=entry, count=n)
    left = stopped(lambda: enter_prints(secretary, day.campaign, college=college, entry="returned", count=1))
    telling.expect("prints add up to the last one", expected=(0, "PRINT.001"), seen=(next(p.on_hand for p in prints_of(secretary.by, day.campaign) if p.college == college), left))
