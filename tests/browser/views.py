"""How a page is looked at (查看方式): both languages and both widths in every run, all four pairs in the long one."""

import pytest

LONG = pytest.mark.long
EVERY_VIEW = pytest.mark.parametrize(
    ("language", "width"),
    [("zh-hans", 390), ("en", 1280), pytest.param("en", 390, marks=LONG), pytest.param("zh-hans", 1280, marks=LONG)],
)
