"""Mistakes of an installation, reported by ``xueji check`` with id and hint before anything is served."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from xueji.site import env


@register()
def environment(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What was wrong in the environment."""
    return [Error(problem, hint=hint, id=id_) for id_, problem, hint in env.PROBLEMS]


@register(deploy=True)
def installation(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """What a real installation should not run with."""
    found: list[CheckMessage] = []
    if not settings.XUEJI_ADDRESS.startswith("https"):
        found.append(Warning("XUEJI_ADDRESS is not https.", hint="Serve through a proxy with TLS.", id="site.W001"))
    if not settings.EMAIL_HOST:
        found.append(Warning("No SMTP server is set.", hint="Set XUEJI_SMTP_HOST, or e-mail stays undelivered.",
                             id="site.W002"))  # fmt: skip
    if settings.DEMO:
        found.append(Error("XUEJI_DEMO is on.", hint="The demo shows its passwords; switch it off.", id="site.E001"))
    return found
