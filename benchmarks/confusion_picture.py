"""Draws what readers said against what the judge said, as an SVG.

coach eval answers corpus/cases/answers.jsonl --judge offline --json >cases.json
python benchmarks/confusion_picture.py docs/pictures/confusion-offline.svg <cases.json
"""

import json
import sys
from html import escape
from pathlib import Path

CELL, LEFT, TOP = 92, 130, 74
INK, FAINT = "#2b2622", "#6b625a"


def picture(confusion: dict[str, dict[str, int]], judge: str) -> str:
    verdicts = list(next(iter(confusion.values())))
    width, height = LEFT + CELL * len(verdicts) + 16, TOP + CELL * len(confusion) + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" role="img">',
        f"<title>Readers' labels against the verdicts of {escape(judge)}</title>",
        f'<rect width="{width}" height="{height}" fill="#fffdfa"/>',
        f'<text x="{LEFT}" y="24" font-size="14" fill="{INK}">the judge says ({escape(judge)})</text>',
        f'<text x="12" y="{TOP - 12}" font-size="14" fill="{INK}">readers say</text>',
    ]
    for column, verdict in enumerate(verdicts):
        x = LEFT + CELL * column + CELL // 2
        parts.append(
            f'<text x="{x}" y="{TOP - 12}" font-size="13" text-anchor="middle" fill="{FAINT}">{verdict}</text>'
        )
    for row, (label, counts) in enumerate(confusion.items()):
        y, whole = TOP + CELL * row, max(1, sum(counts.values()))
        parts.append(f'<text x="12" y="{y + CELL // 2 + 5}" font-size="13" fill="{FAINT}">{label}</text>')
        for column, verdict in enumerate(verdicts):
            x, share = LEFT + CELL * column, counts[verdict] / whole
            colour = "#3f7d52" if label == verdict else "#8a8178" if verdict == "ungraded" else "#b8430f"
            ink = "#ffffff" if share > 0.5 else INK
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL - 4}" height="{CELL - 4}" rx="6" fill="{colour}" '
                f'fill-opacity="{0.06 + 0.9 * share:.2f}"/>'
            )
            middle = x + (CELL - 4) // 2
            parts.append(
                f'<g text-anchor="middle" fill="{ink}">'
                f'<text x="{middle}" y="{y + 42}" font-size="18">{counts[verdict]}</text>'
                f'<text x="{middle}" y="{y + 62}" font-size="12">{share:.0%}</text></g>'
            )
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    report = json.load(sys.stdin)
    Path(sys.argv[1]).write_text(picture(report["confusion"], report["judge"]), "utf-8")
