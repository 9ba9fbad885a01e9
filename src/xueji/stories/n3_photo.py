"""研函〔2020〕61号 一 told without a browser: four days online, two lists, retakes, those who missed it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xueji.photos.day.commands.after import Arrival, dispute_photo, send_online, take_over_captures
from xueji.photos.day.models import Capture
from xueji.photos.day.queries import photos_of
from xueji.stories.confirming import at, cases_of, stopped, student_act
from xueji.stories.photo_day import PhotoDay, begin, graduands, jpeg
from xueji.stories.telling import Progress, Telling, quietly


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell part one of the notice with ``count`` students into an empty database. See ``Telling.failed``."""
    telling = begin(folder, progress)
    people = graduands(count, date(2020, 6, 30), enrolled_on="2017-09-01", intake_year="2017")
    for one in people[::7]:
        one |= {"enrolled_on": "2019-09-01", "intake_year": "2019"}
    before = {p["student_number"]: date(2017, 10, 9) for p in people[3::5]}
    day = PhotoDay(telling, "2020-bit-photo", people, at(2020, 6, 3), before=before)
    late_entry = {p["student_number"] for p in people[::7]} - set(before)
    cases = cases_of(day.campaign)
    telling.expect("2018年及之前入学且未采集的在附件1，采集过的在附件2，其余不在名单 — annex 1, annex 2, and nobody else", expected=(count - len(before) - len(late_entry), len(before)),
                   seen=(sum(c.group == "required" for c in cases), sum(c.group == "optional" for c in cases)))  # fmt: skip
    first = cases[0]
    telling.expect("6月9日0:00到12日24:00，准到秒 — four days around the clock, exact to the second", expected=["TIME.001", "", "TIME.002"],
                   seen=[stopped(lambda w=when: send_online(student_act(first.record, w), first, content=jpeg(1)))
                         for when in (at(2020, 6, 8, 23, 59, 59), at(2020, 6, 9, 0, 0, 0), at(2020, 6, 13))])  # fmt: skip
    telling.expect("同一张提交两次还是一张 — the same photo sent twice is one", expected=True,
                   seen=send_online(student_act(first.record, at(2020, 6, 9, 0, 0, 5)), first, content=jpeg(1)).unchanged)  # fmt: skip
    sent, again = 1, []
    for n, case in enumerate(cases[1:], 1):
        telling.progress("线上采集 online", n, len(cases))
        if n % 8 == 7 or case.group == "optional":
            continue
        send_online(student_act(case.record, at(2020, 6, 10, n % 24)), case, content=jpeg(n))
        sent += 1
        if n % 6 == 0:
            send_online(student_act(case.record, at(2020, 6, 12, 23, 59)), case, content=jpeg(n + 1))
            again.append((photos_of(case).versions[-1].counts, len(photos_of(case).versions)))
    telling.expect("重新提交的替换前一张，两个版本都在 — another one sent replaces the first and both versions stay", expected=[(True, 2)] * len(again), seen=again)
    some = next(c for c in cases if c.group == "optional")
    before = photos_of(some).valid
    send_online(student_act(some.record, at(2020, 6, 11)), some, content=jpeg(5))
    telling.expect("自愿参加的，新照片替换入学时的，旧版本仍在 — who chose to come has the new photo, the one of enrolment stays in sight",
                   expected=(True, 2), seen=(photos_of(some).valid != before, len(photos_of(some).versions)))  # fmt: skip
    sent += 1
    telling.expect("本通知没有核对环节，不受理事后异议 — this notice takes no objections afterwards", expected="PROOF.011",
                   seen=stopped(lambda: dispute_photo(student_act(first.record, at(2020, 6, 11)), first, reason="照片不是本人")))  # fmt: skip
    telling.expect("提交过的人都有照片 — who sent one has one", expected=sent, seen=Capture.objects.filter(origin="online").values("record").distinct().count())
    missing = day.missing(at(2020, 6, 13))
    telling.expect("错过四天的进入补采名单 — who missed the four days is on the make-up list", expected=sum(c.group == "required" for c in cases) - sum(
        1 for c in cases if c.group == "required" and Capture.objects.filter(record=c.record, origin="online").exists()), seen=len(missing))  # fmt: skip
    take_over_captures(day.office(at(2020, 6, 19)), day.campaign, arrivals=[Arrival(c, date(2020, 6, 18)) for c in missing], source="易拍名单.xlsx")
    telling.expect("6月20日前全部补齐 — by 20 June nobody is missing", expected=0, seen=len(day.missing(at(2020, 6, 21))))
    telling.figures |= {"students": len(cases), "online": sent, "sent again": len(again), "made up": len(missing)}
    return day.close()
