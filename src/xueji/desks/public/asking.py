"""How often somebody may ask without signing in (公开查询的限次)."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone


def slow_down(request: HttpRequest, until: datetime) -> HttpResponse:
    """429 with the time from which the address may ask again."""
    answer = render(request, "public/wait.html", {"until": until}, status=429)
    answer["Retry-After"] = str(max(1, int((until - timezone.now()).total_seconds())))
    return answer
