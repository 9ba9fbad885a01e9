"""教字〔2024〕183号 二 told without a browser: undergraduates minus named groups, online forbidden, two campuses, the bureau's results, faces."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xueji.photos.day.commands.after import Arrival, agree_face, file_face, send_online, take_over_captures, take_over_faces, verify_face
from xueji.photos.day.models import Capture, FaceCase
from xueji.photos.day.queries import photos_of
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
    telling.expect("不含双培生、计划外本科生及留学生", expected=count - out, seen=len(cases_of(day.campaign)))
    days = [(at(2024, 10, 22, 8, 30), at(2024, 10, 22, 16, 30), "学术会堂一层北大厅"), (at(2024, 10, 23, 8, 30), at(2024, 10, 23, 16, 30), "融想厅")]
    day.plan(at(2024, 10, 10), sessions(day.campaign, days))
    cases = day.come()
    day.ready(cases, at(2024, 10, 15))
    telling.expect("严禁线上上传", expected="PROOF.001", seen=stopped(lambda: send_online(student_act(cases[0].record, at(2024, 10, 22)), cases[0], content=jpeg(1))))
    came = day.run(cases)
    telling.expect("official mode: the school keeps no photo", expected=0, seen=Capture.objects.count())
    arrived = [Arrival(c, date(2024, 10, 22)) for c in cases if c.turns.exists()]
    result = take_over_captures(day.office(at(2024, 11, 5)), day.campaign, arrivals=arrived, source="易拍名单.xlsx").result
    again = take_over_captures(day.office(at(2024, 11, 5)), day.campaign, arrivals=arrived, source="易拍名单.xlsx").result
    telling.expect("the bureau's list is taken over once", expected=((came["came"], 0), (0, came["came"])), seen=(result, again))
    answers = [(c.case.record, Face.FAILED if n % 25 == 3 else Face.UNSURE if n % 25 == 9 else Face.PASSED, True) for n, c in enumerate(arrived)]
    take_over_faces(day.office(at(2024, 12, 1)), rows=answers, source="在校生.dbf")
    failed = [c.case for n, c in enumerate(arrived) if n % 25 == 3]
    telling.expect("身份核验未通过 voids the photo", expected={"CAPT.005"} if failed else set(), seen={photos_of(c).why.id for c in failed})
    for face in FaceCase.objects.filter(result=Face.FAILED):
        verify_face(day.office(at(2024, 12, 3)), face, evidence=jpeg(2), title="现场核验.jpg")
        file_face(day.office(at(2024, 12, 4)), face, number="BA-2024-001")
        agree_face(day.office(at(2024, 12, 20)), face)
    telling.expect("filed and agreed, it counts again", expected={"CAPT.010"} if failed else set(), seen={photos_of(c).why.id for c in failed})
    telling.expect("absentees are the make-up list", expected=came["absent"], seen=len(day.missing(at(2024, 10, 24))))
    return day.close()
