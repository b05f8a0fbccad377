"""Draw epoch.svg, the order of events in one epoch: `python 07_epoch.py` writes it beside this file."""

from __future__ import annotations

from pathlib import Path

TITLE = "Order of events in one epoch"
HEIGHT, GAP, TEXT = 34, 14, 13
BEFORE = ["set the rate", "training mode", "clear"]
UPDATE = ["forward", "loss", "backward", "clip", "step", "clear"]
AFTER = ["log the mean loss", "count the epoch"]
INK, PAPER, LOOP = "#1f2933", "#ffffff", "#e8f0f7"


def width(label: str) -> int:
    """Room for the label at 13 px, estimated at 7 px per letter."""
    return 7 * len(label) + 22


def row(labels: list[str], left: int, top: int) -> tuple[str, int]:
    """Boxes in a row joined by arrows, and where the row ends."""
    parts = []
    for number, label in enumerate(labels):
        if number:
            middle = top + HEIGHT // 2
            parts.append(f'<path d="M{left - GAP} {middle}h{GAP - 2}" stroke="{INK}" marker-end="url(#tip)"/>')
        box = f'x="{left}" y="{top}" width="{width(label)}" height="{HEIGHT}" rx="4"'
        parts.append(f'<rect {box} fill="{PAPER}" stroke="{INK}"/>')
        parts.append(f'<text x="{left + width(label) // 2}" y="{top + 22}">{label}</text>')
        left += width(label) + GAP
    return "\n".join(parts), left - GAP


def drawing() -> str:
    """The whole figure as SVG text."""
    first, _ = row(BEFORE, 20, 12)
    second, end = row(UPDATE, 20, 86)
    third, _ = row(AFTER, 20, 150)
    style = f'font-family="sans-serif" font-size="{TEXT}" text-anchor="middle" fill="{INK}"'
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" width="{end + 20}" height="196" viewBox="0 0 {end + 20} 196" role="img">
<title>{TITLE}</title>
<defs><marker id="tip" viewBox="0 0 6 6" refX="5" refY="3" markerWidth="6" markerHeight="6" orient="auto">\
<path d="M0 0L6 3L0 6z" fill="{INK}"/></marker></defs>
<rect width="100%" height="100%" fill="{PAPER}"/>
<rect x="8" y="56" width="{end + 4}" height="76" rx="6" fill="{LOOP}"/>
<g {style}>
<text x="20" y="74" text-anchor="start">for every update</text>
{first}
{second}
{third}
</g>
</svg>
"""


if __name__ == "__main__":
    Path(__file__).with_name("epoch.svg").write_text(drawing(), encoding="utf-8")
