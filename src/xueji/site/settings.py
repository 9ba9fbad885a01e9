"""Settings. One file; everything that differs between installations comes through site/env.py."""

from __future__ import annotations

import sys

import pysqlite3

# Debian's SQLite 3.40.1 is inside the range of the published WAL-reset bug; the wheel brings 3.53.
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


from xueji.site import env  # noqa: E402

HOME = env.home()

DEBUG = env.yes("XUEJI_DEBUG")
DEMO = env.yes("XUEJI_DEMO")
SECRET_KEY = env.text("XUEJI_SECRET_KEY") or env.secret(HOME / "keys", "session").hex()
XUEJI_HOME = HOME
XUEJI_KEYS = HOME / "keys"
XUEJI_SCHOOL_FILE = env.text("XUEJI_SCHOOL")
XUEJI_ADDRESS = env.text("XUEJI_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
XUEJI_FONTS = HOME / "fonts"
XUEJI_MODELS = env.text("XUEJI_MODELS")

ALLOWED_HOSTS = env.words("XUEJI_HOSTS", ["127.0.0.1", "localhost", "[::1]"]) + (["testserver"] if env.yes("XUEJI_TESTING") else [])
CSRF_TRUSTED_ORIGINS = env.words("XUEJI_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "xueji.journal",
    "xueji.accounts",
    "xueji.vault",
    "xueji.jobs",
    "xueji.notify",
    "xueji.records",
    "xueji.campaigns",
    "xueji.collection",
    "xueji.corrections",
    "xueji.confirmation",
    "xueji.photos",
    "xueji.graduation",
    "xueji.certificates",
    "xueji.exchange",
    "xueji.desks",
    "xueji.site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "xueji.desks.components.middleware.ContentPolicy",
    "xueji.desks.components.middleware.NoNulls",
    "xueji.desks.components.middleware.FirstPassword",
    "xueji.desks.components.middleware.RefusedIsNotFound",
]

ROOT_URLCONF = "xueji.site.urls"
WSGI_APPLICATION = "xueji.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xueji.desks.components.context.desk",
            ],
            "builtins": ["django.templatetags.static"],
        },
    }
]

DATABASES = {"default": env.database(env.text("XUEJI_DATABASE"), HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["xueji.accounts.sign_in.StudentNumberBackend"]
PASSWORD_HASHERS = ["xueji.accounts.hashers.OpeningDayArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ["username", "name", "email"]}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"

CSRF_FAILURE_VIEW = "xueji.desks.components.pages.stale"
SESSION_ENGINE = "xueji.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = XUEJI_ADDRESS.startswith("https")
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31536000 if SESSION_COOKIE_SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.yes("XUEJI_BEHIND_PROXY") else None
X_FRAME_OPTIONS = "DENY"
XUEJI_BEHIND_PROXY = env.yes("XUEJI_BEHIND_PROXY")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
XUEJI_UPLOAD_LIMIT = env.number("XUEJI_UPLOAD_LIMIT", 64 * 1024 * 1024)

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or env.yes("XUEJI_TESTING")
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG or env.yes("XUEJI_TESTING")

TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if env.yes("XUEJI_TESTING")
        else "django_tasks_db.DatabaseBackend"
    }
}

EMAIL_HOST = env.text("XUEJI_SMTP_HOST")
EMAIL_PORT = env.number("XUEJI_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("XUEJI_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("XUEJI_SMTP_PASSWORD")
EMAIL_USE_TLS = env.yes("XUEJI_SMTP_STARTTLS")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("XUEJI_SMTP_FROM", "xueji@localhost")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.dummy.EmailBackend"
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("XUEJI_LOG_LEVEL", "WARNING")},
}
