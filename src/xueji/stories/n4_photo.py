"""教字〔2024〕183号 二 told without a browser: undergraduates minus named groups, online forbidden, two campuses, the bureau's results, faces."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xueji.campaigns.models import Case
from xueji.campaigns.queries import SHANGHAI
from xueji.journal.command import Act
from xueji.photos.day.commands.after import (
    Arrival,
    agree_face,
    decide_dispute,
    dispute_photo,
    file_face,
    review_dispute,
    send_online,
    take_over_captures,
    take_over_faces,
    verify_face,
)
from xueji.photos.day.models import Capture, FaceCase
from xueji.photos.day.queries import photos_of, terms_of
from xueji.rules.capture import Face
from xueji.stories.confirming import at, cases_of, stopped, student_act
from xueji.stories.photo_day import PhotoDay, begin, graduands, jpeg, sessions
from xueji.stories.telling import Progress, Telling, quietly


def tell(folder: Path, *, count: int = 200, progress: Progress = quietly) -> Telling:
    """Tell part two of the notice with ``count`` students into an empty database. See ``Telling.failed``."""
    telling = begin(folder, progress)
    people = graduands(count, date(2025, 7, 1), level=("undergraduate",), intake_year="2021", study_mode="full_time", programme="", plan="")
    for n, one in enumerate(people):
        if n % 20 == 4:
            one["programme"] = "双培"
        if n % 20 == 9:
            one["plan"] = "outside"
    out = sum(1 for p in people if p["programme"] == "双培" or p["plan"] == "outside" or p["population"] == "international")
    day = PhotoDay(telling, "2025-cufe-photo", people, at(2024, 9, 25))
    telling.expect("不含双培生、计划外本科生及留学生 — joint programmes, extra plan and international students are not in", expected=count - out, seen=len(cases_of(day.campaign)))
    days = [(at(2024, 10, 22, 8, 30), at(2024, 10, 22, 16, 30), "学术会堂一层北大厅"), (at(2024, 10, 23, 8, 30), at(2024, 10, 23, 16, 30), "融想厅")]
    day.plan(at(2024, 10, 10), sessions(day.campaign, days))
    cases = day.come()
    day.ready(cases, at(2024, 10, 15))
    telling.expect("严禁线上上传 — no photo is taken online", expected="PROOF.001", seen=stopped(lambda: send_online(student_act(cases[0].record, at(2024, 10, 22)), cases[0], content=jpeg(1))))
    came = day.run(cases)
    telling.expect("采集单位直接上传，学校不留照片 — the bureau sends the photos, the school keeps none", expected=0, seen=Capture.objects.count())
    arrived = [Arrival(c, date(2024, 10, 22)) for c in cases if c.turns.exists()]
    result = take_over_captures(day.office(at(2024, 11, 5)), day.campaign, arrivals=arrived, source="易拍名单.xlsx").result
    again = take_over_captures(day.office(at(2024, 11, 5)), day.campaign, arrivals=arrived, source="易拍名单.xlsx").result
    telling.expect("采集单位的名单只导入一次 — the bureau's list is taken over once", expected=((came["came"], 0), (0, came["came"])), seen=(result, again))
    answers = [(c.case.record, Face.FAILED if n % 25 == 3 else Face.UNSURE if n % 25 == 9 else Face.PASSED, True) for n, c in enumerate(arrived)]
    take_over_faces(day.office(at(2024, 12, 1)), rows=answers, source="在校生.dbf")
    failed = [c.case for n, c in enumerate(arrived) if n % 25 == 3]
    telling.expect("身份核验未通过的照片不作数 — a face that was not verified voids the photo", expected={"CAPT.005"} if failed else set(), seen={photos_of(c).why.id for c in failed})
    for face in FaceCase.objects.filter(result=Face.FAILED):
        verify_face(day.office(at(2024, 12, 3)), face, evidence=jpeg(2), title="现场核验.jpg")
        file_face(day.office(at(2024, 12, 4)), face, number="BA-2024-001")
        agree_face(day.office(at(2024, 12, 20)), face)
    telling.expect("核实、备案、同意后恢复 — verified, filed and agreed, it counts again", expected={"CAPT.010"} if failed else set(), seen={photos_of(c).why.id for c in failed})
    missing = day.missing(at(2024, 10, 24))
    telling.expect("应到未到的自动成为补采名单 — absentees are the make-up list by themselves", expected=came["absent"], seen=len(missing))
    _until_december(telling, day, missing, [one.case for one in arrived])
    return day.close()


def _until_december(telling: Telling, day: PhotoDay, missing: list[Case], came: list[Case]) -> None:
    """二.5(4)、(5): an objection, a photo taken again at the bureau, the make-up until 31 December for 30 yuan."""
    wrong, again = came[0], came[1]
    row = dispute_photo(student_act(wrong.record, at(2024, 11, 6)), wrong, reason="照片是同名同学的", evidence=jpeg(4), title="证件.jpg").result
    review_dispute(Act(day.staff.of("SEC", wrong.record.college_id), at(2024, 11, 7), "college"), row, note="属实")
    decide_dispute(day.office(at(2024, 11, 8)), row, upheld=True, note="请重拍")
    telling.expect("有争议的报学院、学校处理，成立的作废 — an objection goes to college and registry; upheld, the photo is void", expected="CAPT.008", seen=photos_of(wrong).why.id)
    retaken = [Arrival(c, date(2024, 12, 28)) for c in (wrong, again, *missing)]
    take_over_captures(day.office(at(2024, 12, 30)), day.campaign, arrivals=retaken, source="补拍重拍.xlsx")
    telling.expect("重拍的替换原照片，两个版本都在 — a retake replaces and both versions stay", expected=[(True, 2)] * 2,
                   seen=[(photos_of(c).versions[-1].counts, len(photos_of(c).versions)) for c in (wrong, again)])  # fmt: skip
    makeup = terms_of(day.campaign).makeup
    telling.expect("12月31日前补拍，每套30元 — made up by 31 December for 30 yuan, and nobody is missing", expected=(3000, date(2024, 12, 31), 0),
                   seen=(makeup.fee, makeup.until.astimezone(SHANGHAI).date(), len(day.missing(at(2024, 12, 31)))))  # fmt: skip
    telling.expect("过了12月31日不再受理 — nothing is taken after 31 December", expected="PROOF.010",
                   seen=stopped(lambda: dispute_photo(student_act(again.record, at(2025, 1, 1)), again, reason="照片不是本人")))  # fmt: skip
    telling.figures |= {"made up": len(missing), "retaken": 2}
