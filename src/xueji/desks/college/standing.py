"""One line of the list of people: where a student stands, in words (办理情况)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from xueji.campaigns.letters import reminders_for, unreached_in
from xueji.campaigns.queries import CaseSteps, steps_of_all
from xueji.catalogue.text import Text
from xueji.desks.college.forms import stage_words
from xueji.notify.queries import Reminded
from xueji.rules.progress import Doer, Standing, State


@dataclass(frozen=True, slots=True)
class Line:
    """One student in one campaign as the list shows it."""

    case: object
    state: str
    word: Text
    where: Text
    touched_at: datetime | None
    reminded: Reminded | None = None
    unreached: bool = False

    @property
    def number(self) -> str:
        return self.case.record.student_number


def lines(cases: Iterable, now: datetime) -> list[Line]:
    """The lines of one page. Five queries, however many lines."""
    page = list(cases)
    reminded, unreached = reminders_for(page), unreached_in(page)
    return [line(found, reminded.get(found.case.pk), found.case.pk in unreached) for found in steps_of_all(page, now)]


def line(found: CaseSteps, reminded: Reminded | None = None, unreached: bool = False) -> Line:
    """The case as its list line: its stage, or late where the window of the current step has passed."""
    stopped = stopped_at(found)
    state = str(found.case.stage)
    if stopped is not None and stopped.state is State.LATE and state in (State.IDLE, State.GOING):
        state = State.LATE.value
    return Line(
        found.case,
        state,
        stage_words(found.notice)[State(state)],
        _where(found, stopped, state),
        found.case.touched_at,
        reminded,
        unreached,
    )


def stopped_at(found: CaseSteps) -> Standing | None:
    """The first step that is not done, whoever does it; one that was sent back first."""
    missing = [s for s in found.standings if s.state is not State.DONE and not s.step.optional]
    return next((s for s in missing if s.state is State.BACK), missing[0] if missing else None)


def _where(found: CaseSteps, stopped: Standing | None, state: str) -> Text:
    if stopped is None:
        return Text("全部办完", "Everything is done")
    step = found.notice.step(stopped.step.code)
    place = list(found.steps).index(step) + 1
    title = Text(f"第 {place} 步 {step.title.zh}", f"Step {place}, {step.title.en}")
    account = found.case.record.account
    if found.case.stage == State.IDLE and account is not None and account.last_login is None:
        return Text("没有登录过", "Never signed in")
    if stopped.state is State.BACK and stopped.mark and stopped.mark.note:
        return Text(f"{title.zh}，退回：{stopped.mark.note}", f"{title.en}, returned: {stopped.mark.note}")
    if state == State.LATE:
        return Text(f"{title.zh}，已经关闭", f"{title.en}, closed")
    if stopped.step.who is not Doer.STUDENT:
        return Text(f"等学院办理：{title.zh}", f"With the college: {title.en}")
    return title
