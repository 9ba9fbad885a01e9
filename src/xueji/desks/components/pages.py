"""Pages that belong to no desk (公共页面): the language switch and the pages that say what went wrong."""

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from xueji.accounts.commands import choose_language
from xueji.accounts.queries import actor_for
from xueji.journal.command import Act

from . import languages


@require_POST
def language(request):
    """Switch the language and come back to the same page. The cookie lasts as long as the browser is open."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        target = "/"
    answer = HttpResponseRedirect(target)
    wish = request.POST.get("language", "")
    languages.keep(request, answer, wish)
    if wish in languages.LANGUAGES and request.user.is_authenticated:
        act = Act(by=actor_for(request.user), at=timezone.now(), desk="components")
        choose_language(act, request.user, language=wish)  # letters and e-mails follow the account
    return answer


def bad_request(request, exception=None):
    """400, and 413 where the browser sent more than the form allows."""
    too_large = isinstance(exception, RequestDataTooBig | TooManyFilesSent)
    code = 413 if too_large else 400
    return render(request, f"{code}.html", status=code)


def denied(request, exception=None):
    """What is not yours does not exist: a refusal is a 404."""
    return render(request, "404.html", status=404)


def missing(request, exception=None):
    return render(request, "404.html", status=404)


def failed(request):
    return render(request, "500.html", status=500)


def stale(request, reason=""):
    """403: the form's token does not fit any more (signed in or out in another window)."""
    return render(request, "403.html", status=403)
