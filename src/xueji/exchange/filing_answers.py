"""The authority's answer to a filing, as a table (报库回执)."""

from __future__ import annotations

from pathlib import Path

from xueji.catalogue.text import listed
from xueji.formats.sheets import read
from xueji.formats.unreadable import Unreadable
from xueji.graduation.terms import Answer
from xueji.rules.findings import Finding, finding

YES = {"通过", "成功", "接受", "已注册", "accepted", "ok"}
NO = {"驳回", "不通过", "失败", "拒绝", "rejected", "error"}


def read_answers(source: bytes | Path) -> tuple[dict[str, tuple[str, str, str]], list[Finding]]:
    """Student number → (answer, rule, reason), and everything that is wrong with the file. Nothing is written."""
    try:
        sheet = read(source)
    except Unreadable as wrong:
        return {}, [finding(wrong.id, **wrong.values)]
    headings = [h.strip() for h in sheet.columns]
    if "学号" not in headings or "结果" not in headings:
        return {}, [finding("REVIEW.025", headings=listed(h[:20] for h in headings[:12] if h))]
    answers: dict[str, tuple[str, str, str]] = {}
    problems = []
    for row, cells in sheet.rows:
        said = {h: "" if c is None else str(c).strip() for h, c in zip(headings, cells, strict=True)}
        word = said["结果"].lower()
        if word not in YES | NO:
            problems.append(finding("REVIEW.026", place=str(row), value=said["结果"][:40]))
            continue
        answer = Answer.ACCEPTED if word in YES else Answer.REJECTED
        answers[said["学号"].upper()] = (str(answer), said.get("规则", ""), said.get("原因", ""))
    return answers, problems
