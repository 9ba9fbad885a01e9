"""The sides of a record form (版面): which rows stand on which side, and how roomy they are.

The fonts say how high each row is (``form_rows``), the rows how roomy a side can be. So a side is known to the tenth of
a millimetre before it is set; the typesetter draws it and lays nothing out, which takes a fifth of the time its own
tables take. Nothing is cut: a life that fills pages runs on to further sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from xueji.documents.faces import Faces
from xueji.documents.form_rows import LEFT, WIDE, Part, Row, Setter, Side, broken

TOP, BOTTOM = 14.0, 272.0
FRONT_ROWS_MM = (8.6, 8.2, 7.8, 7.4, 7.0)
BACK_ROWS_MM = (10.4, 9.6, 8.8, 8.0, 7.4, 7.0)
"""Heights of rows to try, the roomiest first."""


def sides_of(form: dict[str, Any], faces: Faces) -> list[Side]:
    """The sides of a form from its words (``record_form`` names them), as few as hold everything."""
    setter = Setter(faces, form["bilingual"])
    fields = [setter.section(s) for s in form["sections"] if "rows" in s]
    tables = [setter.table(s) for s in form["sections"] if "columns" in s]
    closing = setter.boxes(form["sign_boxes"])
    remarks = setter.broken(form["remark"], "remark", WIDE)
    flow = _Flow(setter, form, remarks)
    begins = flow.heading()
    front, front_mm = _front(fields, BOTTOM - begins)
    for part in fields[:front]:
        flow.part(part, front_mm)
    back = fields[front:] + tables
    needed = sum(row.high for row in closing) + flow.foot
    back_mm, empty = _back(back, needed)
    if front:
        flow.turn()
    for part in back:
        part.rows += [part.empty] * empty.get(id(part), 0) if part.empty else []
        flow.part(part, back_mm)
    flow.close(closing)
    return flow.sides


def foot_lines(words: str, faces: Faces) -> list[str]:
    """The line of proof at the foot, in as many lines as a long name makes it."""
    return broken(faces, words, "remark", WIDE - 18)


def _front(fields: list[Part], room: float) -> tuple[int, float]:
    """How many sections the first side holds, and the roomiest rows with which it does; none when the first is too long."""
    for front in range(len(fields), 0, -1):
        for lowest in FRONT_ROWS_MM:
            if sum(part.height(lowest) for part in fields[:front]) <= room:
                return front, lowest
    return 0, FRONT_ROWS_MM[-1]


def _back(parts: list[Part], needed: float) -> tuple[float, dict[int, int]]:
    """The height of rows on the second side, and how many empty lines each table has room for."""
    wanted = {id(part): part.wanted for part in parts if part.wanted}
    total, room, lowest = sum(wanted.values()), 0, BACK_ROWS_MM[-1]
    for lowest in BACK_ROWS_MM:
        used = needed + sum(part.height(lowest) for part in parts)
        room = max(0, int((BOTTOM - TOP - used) / lowest))
        if room >= total:
            return lowest, wanted
    shared = {key: count * room // total for key, count in wanted.items()}
    for key in list(shared)[: room - sum(shared.values())]:
        shared[key] += 1
    return lowest, shared


class _Flow:
    """Rows one under the other, side after side."""

    def __init__(self, setter: Setter, form: dict[str, Any], remarks: list[str]) -> None:
        self.setter, self.form, self.remarks = setter, form, remarks
        self.sides = [Side()]
        self.y = TOP
        self.foot = 1.6 + 3.2 * len(remarks)

    def heading(self) -> float:
        form, side, both = self.form, self.sides[0], self.form["bilingual"]
        y = 13.0
        for style, key, high in (
            ("school", "school", 6.8),
            ("heading_english", "school_en", 4.4),
            ("title", "title", 8.6),
            ("heading_english", "title_en", 5.4),
        ):
            if both or not key.endswith("_en"):
                self.setter.centred(side, LEFT, WIDE, y, form[key], style)
                y += high
        side.texts.append((LEFT, y + 0.8, "head", form["heading_left"]))
        right = form["heading_right"]
        side.texts.append((LEFT + WIDE - self.setter.wide(right, "head"), y + 0.8, "head", right))
        self.y = side.begins = side.ends = y + 5.2
        return self.y

    def turn(self) -> None:
        """The next side."""
        self.sides.append(Side(begins=TOP, ends=TOP))
        self.y = TOP

    def part(self, part: Part, lowest: float) -> None:
        """A section; its band stays with its first row, a table's head comes again on every side."""
        for number, row in enumerate(part.rows):
            high = row.height(lowest)
            head = part.head if not number else part.head[1:]
            lead = sum(one.height(lowest) for one in head)
            if self.y + high + (0 if number else lead) > BOTTOM and self.y > self.sides[-1].begins:
                self.turn()
                if number:
                    self._rows(head, lowest)
            if not number:
                self._rows(head, lowest)
            self._rows([row], lowest)
        if not part.rows:
            self._rows(part.head, lowest)

    def _rows(self, rows: Iterable[Row], lowest: float) -> None:
        for row in rows:
            high = row.height(lowest)
            row.draw(self.sides[-1], self.y, high)
            self.y += high
            self.sides[-1].ends = self.y

    def close(self, boxes: list[Row]) -> None:
        """The places to sign; the last one takes what room is left. Then the line under the frame."""
        for number, row in enumerate(boxes):
            last = number == len(boxes) - 1
            if self.y + row.high + (self.foot if last else 0) > BOTTOM:
                self.turn()
            high = max(row.high, BOTTOM - self.foot - self.y) if last else row.high
            row.draw(self.sides[-1], self.y, high)
            self.y += high
            self.sides[-1].ends = self.y
        for number, line in enumerate(self.remarks):
            self.sides[-1].texts.append((LEFT, self.y + 1.6 + 3.2 * number, "remark", line))
