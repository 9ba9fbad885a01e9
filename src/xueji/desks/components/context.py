"""What every page knows (页面共有的内容)."""

from django.conf import settings
from django.http import HttpRequest

from . import languages


def desk(request: HttpRequest) -> dict:
    """Language, school and whether this is the demonstration, for `base.html`."""
    language = languages.current()
    return {
        "language": language,
        "html_language": languages.HTML_CODES[language],
        "school_name": languages.said(getattr(settings, "SCHOOL_NAME", "")),
        "demonstration": settings.DEMO,
    }
