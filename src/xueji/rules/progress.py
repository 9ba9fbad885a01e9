"""Where a student stands in a campaign: computed from marks with dates, never stored as truth (办理进度).

A step's state is a word the pages know: idle 未开始, going 进行中, review 待审核, done 已完成, back 退回, late 逾期.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xueji.rules.windows import Phase, Window


class State(StrEnum):
    """The state of a step or of a whole case."""

    IDLE = "idle"
    GOING = "going"
    REVIEW = "review"
    DONE = "done"
    BACK = "back"
    LATE = "late"


class Doer(StrEnum):
    """Who does a step."""

    STUDENT = "student"
    COUNSELLOR = "counsellor"
    COLLEGE = "college"
    REGISTRY = "registry"


@dataclass(frozen=True, slots=True)
class Mark:
    """The newest fact about a step: begun (going), waiting for somebody (review), done, or sent back."""

    state: State
    at: datetime
    note: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """What progress needs to know of a step: its order and its window (extensions already included)."""

    code: str
    who: Doer
    after: tuple[str, ...]
    window: Window
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One step of one student at one instant (这一步的情况).

    ``can_act``: its own doer may act now. ``waits_for``: the earlier steps that are missing.
    """

    step: Step
    state: State
    mark: Mark | None
    phase: Phase
    waits_for: tuple[str, ...]

    @property
    def can_act(self) -> bool:
        return self.phase is Phase.OPEN and not self.waits_for and self.state is not State.REVIEW


def standings(steps: Sequence[Step], marks: Mapping[str, Mark], now: datetime) -> list[Standing]:
    """Every step with its state at ``now``, in the notice's order."""
    done = {code for code, mark in marks.items() if mark.state is State.DONE}
    found = []
    for step in steps:
        mark = marks.get(step.code)
        phase = step.window.phase(now)
        state = mark.state if mark else State.IDLE
        if phase is Phase.AFTER and state in {State.IDLE, State.GOING, State.BACK} and not step.optional:
            state = State.LATE
        found.append(Standing(step, state, mark, phase, tuple(code for code in step.after if code not in done)))
    return found


def current(found: Sequence[Standing], doer: Doer = Doer.STUDENT) -> Standing | None:
    """The step this doer should do now: the first own one that is not done and not waiting; None when nothing is left."""
    for standing in found:
        if standing.step.who is doer and standing.state not in {State.DONE, State.REVIEW} and not standing.step.optional:
            return standing
    return None


def stage(steps: Sequence[Step], marks: Mapping[str, Mark]) -> State:
    """The state of the whole case, without the clock, so that it may be indexed (事项阶段).

    done: nothing is left for anybody. back: something was sent back. review: the student has done everything, others
    have not. going: begun. idle: not begun. Lateness is added by whoever knows the time.
    """
    needed = [s for s in steps if not s.optional]
    states = {s.code: marks[s.code].state if s.code in marks else State.IDLE for s in needed}
    if all(state is State.DONE for state in states.values()):
        return State.DONE
    if State.BACK in states.values():
        return State.BACK
    own = [states[s.code] for s in needed if s.who is Doer.STUDENT]
    if own and all(state in {State.DONE, State.REVIEW} for state in own):
        return State.REVIEW
    return State.GOING if any(state is not State.IDLE for state in states.values()) else State.IDLE
