"""Who looks and who acts at a desk: the viewer of a request, and an act with its time (当前操作人)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from xueji.accounts.queries import AccountActor, Nobody, Viewer, actor_for
from xueji.journal.command import Act

View = Callable[..., HttpResponse]


def viewer_of(request: HttpRequest) -> Viewer:
    """The signed-in account with its grants, read once per request; a visitor may nothing."""
    kept: Viewer | None = getattr(request, "_viewer", None)
    if kept is None:
        kept = actor_for(request.user) if request.user.is_authenticated else Nobody()  # type: ignore[arg-type]
        request._viewer = kept  # type: ignore[attr-defined]
    return kept


def act_of(request: HttpRequest, desk: str) -> Act:
    """An act by the viewer, now, through this desk. The only place where a desk reads the clock for a write."""
    return Act(viewer_of(request), timezone.now(), desk)


def address_of(request: HttpRequest) -> str:
    """The network address the request came from; behind a proxy, the one the proxy saw."""
    forwarded = request.headers.get("x-forwarded-for", "") if settings.XUEJI_BEHIND_PROXY else ""
    return forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")


def for_staff(permission: str) -> Callable[[View], View]:
    """The page exists only for who holds the permission somewhere; what exactly they see is the query's affair."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not viewer_of(request).holds(permission):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def for_students(view: View) -> View:
    """The page exists only for students."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        viewer = viewer_of(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not isinstance(viewer, AccountActor) or not viewer.is_student:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def for_the_signed_in(view: View) -> View:
    """The page exists for everybody who has signed in."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return guarded
