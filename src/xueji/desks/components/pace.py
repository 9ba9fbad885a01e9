"""How fast a page may ask (请求节奏): pictures from a camera cost a second of a core, so each account has its measure."""

from django.core.cache import cache


def too_many(key: str, *, most: int, seconds: int) -> bool:
    """Count one request under ``key``; whether that makes more than ``most`` in ``seconds``."""
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # the entry ran out between the two calls
        return False
