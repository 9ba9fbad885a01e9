"""Where the ink of a chart goes (图表): numbers in, coordinates out. The template draws, and prints the same figures as text."""

from dataclasses import dataclass

WIDTH, HEIGHT = 510, 194
LEFT, RIGHT, TOP, BOTTOM = 40, 500, 20, 170


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a progress bar: where it starts and how wide it is, in percent of the whole bar."""

    state: str
    count: int
    start: float
    width: float


def parts(counts: dict[str, int], total: int) -> list[Part]:
    """The parts of a progress bar, one after the other; nothing for a state without people.

    A part that holds anybody is at least half a percent wide, so that one person in 4,000 is still seen.
    """
    drawn, start = [], 0.0
    for state, count in counts.items():
        if count <= 0 or total <= 0:
            continue
        width = min(max(100 * count / total, 0.5), 100 - start)
        drawn.append(Part(state, count, round(start, 2), round(width, 2)))
        start += width
    return drawn


def bar_svg(label: str, counts: dict[str, int], total: int, *, big: bool = False) -> str:
    """A progress bar as markup. ``label`` is escaped already; everything else is numbers and our own words."""
    return f'<svg class="prog{" big" if big else ""}" role="img" aria-label="{label}">{"".join(map(_part, parts(counts, total)))}</svg>'


def _part(part: Part) -> str:
    fill = "" if part.state == "done" else f' fill="url(#p-{part.state})"'
    return f'<rect class="part {part.state}" x="{part.start:g}%" y="0" width="{part.width:g}%" height="100%"{fill}/>'


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    label: str
    value: float


@dataclass(frozen=True, slots=True)
class Line:
    points: list[Point]
    path: str
    area: str
    reference: str
    ticks_x: list[Tick]
    ticks_y: list[Tick]
    last: Point | None


def line(values: list[tuple[str, float]], *, top: float, reference: list[float] = (), unit: str = "") -> Line:
    """A line over days. `values` are (label, number) in order; `top` is the value at the upper edge.

    A day without figure (None) is left out of the line, not drawn as zero.
    """
    count = max(len(values), len(reference), 2)
    ceiling = top or 1

    def place(index, value):
        x = LEFT + (RIGHT - LEFT) * index / (count - 1)
        y = BOTTOM - (BOTTOM - TOP) * min(max(value, 0), ceiling) / ceiling
        return round(x, 1), round(y, 1)

    points = [Point(*place(index, value), label, value) for index, (label, value) in enumerate(values) if value is not None]
    path = _path((point.x, point.y) for point in points)
    area = f"{path} L{points[-1].x} {BOTTOM} L{points[0].x} {BOTTOM}z" if len(points) > 1 else ""
    every = -(-len(values) // 9) or 1
    return Line(
        points=points,
        path=path,
        area=area,
        reference=_path(place(index, value) for index, value in enumerate(reference)),
        ticks_x=[Tick(place(index, 0)[0], label) for index, (label, _) in enumerate(values) if index % every == 0],
        ticks_y=[Tick(place(0, ceiling * share)[1], f"{ceiling * share:g}{unit}") for share in (0, 0.5, 1)],
        last=points[-1] if points else None,
    )


def _path(places) -> str:
    return " ".join(f"{'L' if number else 'M'}{x} {y}" for number, (x, y) in enumerate(places))


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    width: float
    y: int


def bars(values: list[tuple[str, float]], *, row: int = 24) -> list[Bar]:
    """Horizontal bars, widths in percent of the largest value, rows `row` units apart."""
    largest = max((value for _, value in values), default=0) or 1
    return [Bar(label, value, round(100 * value / largest, 2), index * row) for index, (label, value) in enumerate(values)]
