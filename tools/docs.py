"""make docs: what is generated in docs/. The findings come from the rule book's messages, the rules from the tables of tests/book.

    .venv/bin/python tools/docs.py          writes docs/findings.md and docs/rules/*.md
"""

import ast
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "src"))

from xueji.rules.findings import Level, catalogue_of_findings  # noqa: E402

WEIGHT = {Level.NOTE: "提示 note", Level.DOUBT: "存疑 doubt", Level.STOP: "不通过 stop"}
MADE = "<!-- made by `make docs`; do not edit -->\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def findings() -> str:
    """docs/findings.md: every finding with its number, weight, sentence, next step and source, by area."""
    lines = [MADE, "# 问题清单 — Findings", "", "每条问题有编号、一句话和下一步。Each finding is a number, a sentence and a next step.", ""]
    area = ""
    for id_, one in sorted(catalogue_of_findings().items()):
        if id_.split(".")[0] != area:
            area = id_.split(".")[0]
            lines += [f"## {area}", "", "| 编号 | 级别 | 问题 | 下一步 | 依据 |", "| --- | --- | --- | --- | --- |"]
        sentences = [f"{_cell(text.zh)}<br>{_cell(text.en)}" for text in (one.message, one.remedy)]
        lines.append(f"| {id_} | {WEIGHT[one.level]} | {sentences[0]} | {sentences[1]} | {_cell(one.source)} |")
    return "\n".join(lines) + "\n"


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:] + "."


def _page(path: Path) -> str:
    """One file of the book as a page: its title, its docstring, its tables, its sentences."""
    tree = ast.parse(path.read_text("utf-8"))
    tables, title = [], path.stem.removeprefix("test_").replace("_", " ")
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            if getattr(node.targets[0], "id", "") == "title":
                title = node.value.value
            elif "|" in node.value.value:
                tables.append(node.value.value.strip("\n"))
    lines = [MADE, f"# {title}", ""]
    if said := ast.get_docstring(tree):
        lines += [said, ""]
    for table in tables:
        lines += ["```text", table, "```", ""]
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            said = ast.get_docstring(node)
            lines.append(f"- {_sentence(node.name)}" + (f" {' '.join(said.split())}" if said else ""))
    return "\n".join(lines) + "\n"


def rules() -> dict[str, str]:
    """docs/rules: file name → page, one for each file of tests/book."""
    return {path.stem.removeprefix("test_") + ".md": _page(path) for path in sorted((ROOT / "tests" / "book").rglob("test_*.py"))}


def main() -> None:
    folder = ROOT / "docs" / "rules"
    folder.mkdir(parents=True, exist_ok=True)
    pages = rules()
    for path in folder.glob("*.md"):
        if path.name not in pages:
            path.unlink()
    for name, page in pages.items():
        (folder / name).write_text(page, "utf-8")
    (ROOT / "docs" / "findings.md").write_text(findings(), "utf-8")
    print(f"docs: {len(catalogue_of_findings())} findings, {len(pages)} pages of rules")


if __name__ == "__main__":
    main()
