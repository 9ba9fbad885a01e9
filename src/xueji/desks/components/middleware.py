"""What stands before and after every page: the content policy, the first password, and refusals (中间件)."""

from django.http import HttpResponseRedirect
from django.urls import reverse

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


class FirstPassword:
    """A first password opens nothing but the page that replaces it (N1: 登录后请务必尽快修改密码)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        account = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if account.is_authenticated and account.first_password_digest and name not in OPEN_WITH_A_FIRST_PASSWORD:
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
