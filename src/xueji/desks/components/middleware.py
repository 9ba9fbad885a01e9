"""What stands before and after every page: the content policy, the first password, and refusals (中间件)."""

from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from xueji.journal.command import Refused

from . import pages

POLICY = "; ".join(
    (
        "default-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob:",  # blob: lets a person see the chosen photo before it is sent
        "media-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
OPEN_WITH_A_FIRST_PASSWORD = ("change-password", "sign-out", "language")


class ContentPolicy:
    """A strict policy on every answer: nothing inline, nothing from elsewhere, no frame around our pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        if request.user.is_authenticated:
            # The next person at a shared computer must not find a page with the back button.
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class NoNulls:
    """U+0000 is nothing that a person types, and PostgreSQL keeps no text with it: an address with one does not exist,
    and from what was asked or typed it is taken out, so that nothing else of it is lost.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\0" in request.path_info:
            return pages.missing(request)
        if "%00" in request.META.get("QUERY_STRING", ""):
            request.GET = _without_nulls(request.GET)
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if request.method == "POST" and any("\0" in value for _, values in request.POST.lists() for value in values):
            request.POST = _without_nulls(request.POST)
        return None


def _without_nulls(sent):
    cleaned = sent.copy()
    for name, values in sent.lists():
        cleaned.setlist(name, [value.replace("\0", "") for value in values])
    cleaned._mutable = False
    return cleaned


class FirstPassword:
    """A first password opens nothing but the page that replaces it (N1: 登录后请务必尽快修改密码), and that until it dies.

    Who signed in with it a minute before it died is signed out a minute after.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        account = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if not account.is_authenticated or not account.first_password_digest:
            return None
        if account.first_password_until is None or account.first_password_until <= timezone.now():
            logout(request)
            return HttpResponseRedirect(reverse("sign-in"))
        if name not in OPEN_WITH_A_FIRST_PASSWORD:
            return HttpResponseRedirect(reverse("change-password"))
        return None


class RefusedIsNotFound:
    """What is not yours does not exist: a refused command answers 404."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        return pages.missing(request, exception) if isinstance(exception, Refused) else None
