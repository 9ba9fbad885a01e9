"""Which of the two languages a page speaks (语言). Django's locale middleware decides it from the cookie and the browser."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGES = ("zh-hans", "en")
HTML_CODES = {"zh": "zh-CN", "en": "en"}


def current() -> str:
    """The language of the page being made: "zh" or "en"."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"


def said(text, language: str = ""):
    """A bilingual `Text` in the language of the page; anything else comes back as it is."""
    speak = getattr(text, "in_", None)
    return speak(language or current()) if callable(speak) else text


def keep(request: HttpRequest, response: HttpResponse, language: str) -> None:
    """Let this browser speak `language` until it is closed; a shared computer forgets with it."""
    if language in LANGUAGES:
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, httponly=True, samesite="Lax", secure=request.is_secure())
