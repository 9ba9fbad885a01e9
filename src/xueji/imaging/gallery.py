"""The report of a folder of photos as a page to look through (检查报告): grouped by reason, worst first.

Plain HTML with one style sheet beside it, no script; it opens from disk. The folder holds pictures of people: it is
made for its owner only (mode 0700) and is to be deleted when the day is done.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from xueji.imaging.batch import Judged, thumb_name
from xueji.imaging.overlay import overlay_svg
from xueji.rules.photo_profile import RULES, Profile
from xueji.rules.photo_verdict import LOOK_FOR, RULE_NAMES

ON_A_PAGE = 300
LEVEL_WORDS = {
    "reject": ("不通过", "rejected"), "warn": ("存疑", "to look at"), "info": ("提示", "hint"),
    "unchecked": ("未检查", "not checked"), "pass": ("通过", "passed"),
}  # fmt: skip
STYLE = """
:root { color-scheme: light; font: 14px/1.5 "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; color: #16202a; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem; background: #f3f5f4; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .75rem; border-top: 2px solid #16202a; padding-top: .5rem; }
table { border-collapse: collapse; background: #fff; } th, td { border: 1px solid #cfd6d9; padding: .2rem .7rem; text-align: left; }
td.n { text-align: right; font-variant-numeric: tabular-nums; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); gap: 1rem; padding: 0; margin: 0; list-style: none; }
.card { background: #fff; border: 1px solid #cfd6d9; padding: .75rem; overflow-wrap: anywhere; }
.look { position: relative; display: block; } .look img { display: block; width: 100%; }
.look svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.none { display: grid; place-items: center; min-height: 9rem; background: #e9edec; color: #5f6b76; }
.card h3 { font-size: 1rem; margin: .5rem 0 .25rem; } .card ol { margin: 0; padding: 0; list-style: none; }
.card li { margin: .4rem 0 0; padding-left: .6rem; border-left: 4px solid #1b4f80; }
.card li.reject { border-color: #a11b16; } .card li.warn { border-color: #8a4300; } .card li.unchecked { border-color: #4b5761; }
.num { color: #5f6b76; font-size: .85em; } .next { display: block; color: #46525e; }
.flag { display: inline-block; min-width: 1.4em; text-align: center; color: #fff; background: #a11b16; margin-right: .3em; }
.warn .flag { background: #8a4300; } nav { margin: 1rem 0; } nav a { margin-right: 1rem; } .quiet { color: #46525e; }
"""


FILED_BY = (
    "face_count", "eyes", "teeth", "yaw", "roll", "pitch", "head_covering", "dark_lenses", "sharpness", "exposure",
    "background_colour", "background_even", "position", "mouth", "gaze", "brows", "glasses", "clothing", "shoulders",
    "ears", "file",
)  # fmt: skip
"""Where a photo with several reasons is filed: first what only the person can cure, last what the file alone lacks."""


def worst_reason(verdict: dict[str, Any]) -> tuple[int, int, str, str]:
    """Where a photo is filed in the report: rank of its verdict, then the rule it is filed by and its level."""
    ranks = ("reject", "unchecked", "warn", "pass")
    rank = ranks.index(verdict["verdict"])
    weighing = [f["rule"] for f in verdict["findings"] if f["level"] == verdict["verdict"]]
    if not weighing:
        return rank, len(RULES), "", verdict["verdict"]
    rule = min(weighing, key=FILED_BY.index)
    return rank, FILED_BY.index(rule), rule, verdict["verdict"]


def write_report(folder: Path, results: list[Judged], profile: Profile, *, lang: str = "zh") -> Path:
    """Write ``index.html`` (and ``page-2.html`` … beyond 300 photos) into ``folder``; thumbnails lie in ``thumbs/``.

    Returns the first page. Raises OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    os.chmod(folder, 0o700)
    (folder / "report.css").write_text(STYLE, "utf-8")
    results = sorted(results, key=lambda r: (worst_reason(r.verdict)[:2], r.file))
    pages = max(1, -(-len(results) // ON_A_PAGE))
    names = ["index.html", *(f"page-{n}.html" for n in range(2, pages + 1))]
    starts: dict[tuple[str, str], str] = {}
    chunks = [results[n * ON_A_PAGE : (n + 1) * ON_A_PAGE] for n in range(pages)]
    for name, chunk in zip(names, chunks, strict=True):
        for result in chunk:
            reason = worst_reason(result.verdict)[2:]
            starts.setdefault(reason, f"{name}#{_anchor(reason)}")
    for n, (name, chunk) in enumerate(zip(names, chunks, strict=True)):
        head = _summary(results, starts, profile, lang) if n == 0 else ""
        body = head + _pager(names, n, lang) + _sections(chunk, folder, profile, lang) + _pager(names, n, lang)
        (folder / name).write_text(_page(body, profile, lang), "utf-8")
    return folder / "index.html"


def _anchor(reason: tuple[str, str]) -> str:
    return "-".join(part for part in reason if part)


def _say(lang: str, zh: str, en: str) -> str:
    return en if lang.startswith("en") else zh


def _reason_words(reason: tuple[str, str], lang: str) -> str:
    rule, level = reason
    words = _say(lang, *LEVEL_WORDS[level])
    return f"{words} · {RULE_NAMES[rule].in_(lang)}" if rule else words


def _page(body: str, profile: Profile, lang: str) -> str:
    title = _say(lang, "照片检查报告", "Photo report")
    note = _say(
        lang,
        "预检只供参考，不改动照片，也不向学信网提交任何内容。报告含个人照片，用后请删除。",
        "A check beforehand: it changes no photo and submits nothing. The report holds pictures of people; delete it after use.",
    )
    return (
        f'<!doctype html><html lang="{_say(lang, "zh-CN", "en")}"><head><meta charset="utf-8"><title>{title}</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self'; style-src 'self'\">"
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="report.css"></head>'
        f'<body><h1>{title} · {escape(profile.title.in_(lang))}</h1><p class="quiet">{note}</p>{body}</body></html>'
    )


def _summary(results: list[Judged], starts: dict[tuple[str, str], str], profile: Profile, lang: str) -> str:
    outcomes = Counter(r.verdict["verdict"] for r in results)
    filed: Counter[tuple[str, str]] = Counter(worst_reason(r.verdict)[2:] for r in results)
    met: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for rule, level in {(f["rule"], f["level"]) for f in result.verdict["findings"]}:
            met[rule][level] += 1
    words = "　".join(f"{_say(lang, *LEVEL_WORDS[k])} {outcomes[k]}" for k in ("reject", "unchecked", "warn", "pass"))
    links = "".join(f'<a href="{starts[r]}">{escape(_reason_words(r, lang))} ({n})</a>' for r, n in filed.items())
    levels = ("reject", "warn", "info", "unchecked")
    head = "".join(f"<th>{_say(lang, *LEVEL_WORDS[level])}</th>" for level in levels)
    rows = "".join(
        f"<tr><th>{escape(RULE_NAMES[rule].in_(lang))}</th>"
        + "".join(f'<td class="n">{met[rule][level] or ""}</td>' for level in levels)
        + "</tr>"
        for rule in RULES
        if met[rule]
    )
    look = "、".join(t.zh for t in LOOK_FOR) if not lang.startswith("en") else "; ".join(t.en for t in LOOK_FOR)
    return (
        f"<p><strong>{_say(lang, '共', 'Photos')} {len(results)}</strong>　{words}</p><nav>{links}</nav>"
        f"<table><thead><tr><th>{_say(lang, '规则（张数）', 'Rule (photos)')}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p class="quiet">{_say(lang, "机器看不出、请人看的：", "What no machine sees; please look for: ")}{escape(look)}</p>'
    )


def _pager(names: list[str], here: int, lang: str) -> str:
    if len(names) == 1:
        return ""
    links = (f'<a href="{name}"{" aria-current=page" if n == here else ""}>{n + 1}</a>' for n, name in enumerate(names))
    return f'<nav aria-label="{_say(lang, "页", "pages")}">{"".join(links)}</nav>'


def _sections(chunk: list[Judged], folder: Path, profile: Profile, lang: str) -> str:
    groups: dict[tuple[str, str], list[Judged]] = defaultdict(list)
    for result in chunk:
        groups[worst_reason(result.verdict)[2:]].append(result)
    return "".join(
        f'<h2 id="{_anchor(reason)}">{escape(_reason_words(reason, lang))} ({len(group)})</h2>'
        f'<ul class="cards">{"".join(_card(r, folder, profile, lang) for r in group)}</ul>'
        for reason, group in groups.items()
    )


def _card(result: Judged, folder: Path, profile: Profile, lang: str) -> str:
    name = escape(Path(result.file).name.encode("utf-8", "replace").decode())
    thumb = thumb_name(result.file)
    if (folder / "thumbs" / thumb).exists():
        picture = (
            f'<span class="look"><img src="thumbs/{quote(thumb)}" alt="{name}" loading="lazy">'
            f"{overlay_svg(result.verdict, profile, lang=lang)}</span>"
        )
    else:
        picture = f'<span class="none">{_say(lang, "打不开", "cannot be opened")}</span>'
    return f'<li class="card">{picture}<h3>{name}</h3><ol>{_lines(result.verdict, lang)}</ol></li>'


def _lines(verdict: dict[str, Any], lang: str) -> str:
    key = "en" if lang.startswith("en") else "zh"
    lines, number = [], 0
    for f in verdict["findings"]:
        if f["level"] == "unchecked":
            continue
        flag = ""
        if f["level"] in {"reject", "warn"}:
            number += 1
            flag = f'<span class="flag">{number}</span>'
        lines.append(
            f'<li class="{f["level"]}">{flag}{escape(f["message"][key])} <span class="num">{f["id"]}</span>'
            f'<span class="next">{escape(f["remedy"][key])}</span></li>'
        )
    unseen = [RULE_NAMES[f["rule"]].in_(lang) for f in verdict["findings"] if f["level"] == "unchecked"]
    if unseen:
        words = _say(lang, "未检查：", "Not checked: ") + ("、" if key == "zh" else ", ").join(islice(unseen, 30))
        lines.append(f'<li class="unchecked">{escape(words)}</li>')
    return "".join(lines)
