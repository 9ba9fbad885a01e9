"""A stored value as a person reads it (显示值): codes as words, dates as dates, sensitive ones masked."""

from __future__ import annotations

from xueji.catalogue.codes import code_table
from xueji.catalogue.fields import Field, Kind

from .languages import current, said
from .masks import masked


def shown(field: Field, value: object, *, open_: bool = False) -> str:
    """One value in the language of the page; a sensitive one masked unless ``open_``; a table as its number of rows."""
    if field.kind is Kind.TABLE:
        count = len(value) if isinstance(value, list) else 0
        return f"{count} rows" if current() == "en" else f"{count} 行"
    text = str(value or "")
    if field.codes:
        text = said(code_table(field.codes).word(text))
    elif field.kind is Kind.YES_NO:
        text = {"yes": ("是", "Yes"), "no": ("否", "No")}.get(text, (text, text))[current() == "en"]
    return text if open_ or not field.sensitive else masked(text)
