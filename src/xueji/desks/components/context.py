"""What every page knows (页面共有的内容)."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from xueji.records.queries import school

from . import languages


def _school_name(language: str) -> str:
    found = school()
    return found.name_en or found.name if language == "en" else found.name


def desk(request: HttpRequest) -> dict:
    """Language, school and whether this is the demonstration, for `base.html`."""
    language = languages.current()
    return {
        "language": language,
        "html_language": languages.HTML_CODES[language],
        "school_name": SimpleLazyObject(lambda: _school_name(language)),
        "demonstration": settings.DEMO,
    }
