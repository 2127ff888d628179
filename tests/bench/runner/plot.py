"""Medians → one plain SVG: messages a second by size, a line a peer, both axes logarithmic."""

import math

from .report import WE, size_name
from .rows import PUMP, SIZES, Results

WIDTH, HEIGHT = 860, 400
PANEL = 330
TOP, LEFT, BOTTOM = 48, 64, 44
COLORS = ("#0072b2", "#999999", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6a3d9a")


def _ticks(low: float, high: float) -> list[int]:
    return [10 ** n for n in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]


def _tick_name(value: int) -> str:
    for unit, factor in (("M", 10 ** 6), ("k", 10 ** 3)):
        if value >= factor:
            return f"{value // factor} {unit}"
    return str(value)


class Panel:
    def __init__(self, left: int, title: str, low: float, high: float):
        self.left, self.title, self.low, self.high = left, title, low, high
        self.height = HEIGHT - TOP - BOTTOM

    def x(self, index: int) -> float:
        return self.left + (PANEL - 40) * (index + 0.25) / (len(SIZES) - 0.5)

    def y(self, value: float) -> float:
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return TOP + self.height * (1 - share)

    def frame(self) -> list[str]:
        right = self.left + PANEL - 40
        out = [f'<text x="{self.left}" y="{TOP - 16}" class="title">{self.title}</text>']
        for tick in _ticks(self.low, self.high):
            y = self.y(tick)
            out.append(f'<line x1="{self.left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"'
                       ' class="grid"/>')
            out.append(f'<text x="{self.left - 6}" y="{y + 4:.1f}" class="tick" '
                       f'text-anchor="end">{_tick_name(tick)}</text>')
        for index, size in enumerate(SIZES):
            out.append(f'<text x="{self.x(index):.1f}" y="{HEIGHT - BOTTOM + 18}" class="tick" '
                       f'text-anchor="middle">{size_name(size)}</text>')
        return out

    def line(self, points: list[tuple[int, float]], color: str, thick: bool) -> list[str]:
        spots = [(self.x(index), self.y(value)) for index, value in points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
        width = 3.5 if thick else 1.8
        out = [f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="{width}"/>']
        radius = 4 if thick else 3
        return out + [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{color}"/>'
                      for x, y in spots]


def draw(results: Results, names: list[str]) -> str:
    panels = (("Messages received per second, into a pipe", "receive-pipe"),
              ("Messages sent per second, a line each", "send"))
    order = [WE, PUMP, *[name for name in names if name != WE]]
    values = {(key, name): [(index, results.median(f"{key}-{size}", name, "rate"))
                            for index, size in enumerate(SIZES)]
              for _, key in panels for name in order}
    there = [value for points in values.values() for _, value in points if value]
    if not there:
        return ""
    low, high = min(there) / 1.5, max(there) * 1.5
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img">',
        "<title>Messages per second by message size, logarithmic</title>",
        "<style>text{font-family:sans-serif;font-size:12px;fill:#333}.title{font-size:14px;"
        "font-weight:bold}.tick{font-size:11px;fill:#666}.grid{stroke:#ddd}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    drawn = set()
    for number, (title, key) in enumerate(panels):
        panel = Panel(LEFT + number * (PANEL + 20), title, low, high)
        out += panel.frame()
        for name, color in zip(order, COLORS):
            points = [(index, value) for index, value in values[key, name] if value]
            if points:
                drawn.add(name)
                out += panel.line(points, color, name == WE)
    y = TOP + 8
    for name, color in zip(order, COLORS):
        if name not in drawn:
            continue
        x = LEFT + 2 * (PANEL + 20) - 40
        label = "plain pump" if name == PUMP else name
        out.append(f'<line x1="{x}" y1="{y}" x2="{x + 18}" y2="{y}" stroke="{color}" '
                   f'stroke-width="{3.5 if name == WE else 1.8}"/>')
        out.append(f'<text x="{x + 24}" y="{y + 4}">{label}</text>')
        y += 20
    return "\n".join([*out, "</svg>", ""])
