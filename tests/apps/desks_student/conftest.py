import pytest
from django.utils import timezone


@pytest.fixture
def clock(world, monkeypatch, settings):
    """The wall clock of the world: `clock(at)` sets it; it starts at the world's now."""
    settings.SESSION_COOKIE_AGE = 30 * 86400  # a clock that jumps to the closing must not sign everybody out
    kept = {"at": world.now}
    monkeypatch.setattr(timezone, "now", lambda: kept["at"])

    def set_to(at):
        kept["at"] = at

    return set_to
