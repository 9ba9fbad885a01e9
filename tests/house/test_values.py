"""No number without since and source; a changed number is a new entry, so last year's case is judged by last year's text."""

import pytest

from xueji.rules.values import NATIONAL


@pytest.mark.parametrize("name", NATIONAL.names())
def test_a_value_says_since_when_and_by_which_text(name):
    entries = sorted((one for one in NATIONAL.national if one.name == name), key=lambda one: one.since)
    for one in entries:
        assert one.source.strip(), f"{name}: no source"
        assert one.until is None or one.until > one.since, f"{name}: ends before it begins"
    for earlier, later in zip(entries, entries[1:], strict=False):
        assert earlier.until is not None and earlier.until < later.since, f"{name}: {earlier.since} and {later.since} both hold"
