"""A sentence in both languages. The Chinese is the source; the English stands beside it (研通知[2024]53号 四.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One bilingual sentence or label (双语文本)."""

    zh: str
    en: str

    def in_(self, lang: str) -> str:
        """The sentence in ``lang``: Chinese for everything that does not begin with "en"."""
        return self.en if lang.lower().startswith("en") and self.en else self.zh

    def format(self, **values: Any) -> Text:
        """Both sentences with their {placeholders} filled; a value that is a Text is filled in per language."""
        return Text(
            self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in values.items()}),
            self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
        )

    def __str__(self) -> str:
        return self.zh


def listed(words: Iterable[object]) -> Text:
    """Several things in one sentence: “甲、乙” in Chinese, “a, b” in English; a word that is a Text in its own language."""
    kept = list(words)
    return Text("、".join(str(one) for one in kept), ", ".join(one.in_("en") if isinstance(one, Text) else str(one) for one in kept))
