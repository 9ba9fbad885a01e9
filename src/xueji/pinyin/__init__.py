"""Spelling of Chinese names in pinyin (姓名拼音): propose by place in the name, render by style."""

from xueji.pinyin.spelling import Doubt, Suggestion, suggest
from xueji.pinyin.styles import DEFAULT_STYLE, Style, spell, styles

__all__ = ["DEFAULT_STYLE", "Doubt", "Style", "Suggestion", "spell", "styles", "suggest"]
