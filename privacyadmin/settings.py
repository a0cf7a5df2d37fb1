"""The settings, all in one file, from the environment, with safe defaults. `docs/configuration.md` describes
each.
"""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.urls import reverse_lazy

from privacyadmin import environment, theme
from privacyadmin.log_lines import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = Path(environment.text("DATA_DIR", str(BASE_DIR / "var"))).resolve()

# Database and keys. Without DATABASE_URL the embedded SQLite file serves, and only there are keys ever
# generated.
DATABASE_URL = environment.secret("DATABASE_URL")
EMBEDDED_DATABASE = DATA_DIR / "privacyadmin.sqlite3"
SQLITE_OPTIONS = {
    # IMMEDIATE takes the write lock at BEGIN: a transaction that reads first would otherwise fail when it
    # comes to write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # What is deleted or overwritten is zeroed in its page: shredding would otherwise leave the old bytes.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;"
        " PRAGMA secure_delete=ON;"
    ),
}
DATABASES = {"default": dj_database_url.parse(DATABASE_URL or f"sqlite:///{EMBEDDED_DATABASE}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
else:
    # Compiling a question of ours takes PostgreSQL several times as long as answering it. What the address
    # itself sets comes last, and counts.
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _options["options"] = f"-c jit=off {_options.get('options', '')}".strip()
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

KEYS_MAY_BE_GENERATED = not DATABASE_URL and not EMBEDDED_DATABASE.exists()


def _key(name: str) -> str:
    return environment.key(name, folder=DATA_DIR / "keys", may_generate=KEYS_MAY_BE_GENERATED)


def _keys(name: str) -> list[str]:
    return [word.strip() for word in _key(name).split(",") if word.strip()]


SECRET_KEY = _key("SECRET_KEY")
FIELD_KEYS = _keys("FIELD_KEYS")
FINGERPRINT_KEY = _key("FINGERPRINT_KEY")
CALLBACK_KEYS = _keys("CALLBACK_KEYS")

# Addresses.
DEBUG = environment.flag("DEBUG")
PUBLIC_URL = environment.address("PUBLIC_URL", "http://127.0.0.1:8000")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or "127.0.0.1"
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", PUBLIC_HOST)
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
ORGANISATION = environment.text("ORGANISATION")

# The upstream.
CXONE_BASE_URL = environment.address("CXONE_BASE_URL", "https://api.mynicecx.com")
CXONE_TOKEN_PATH = environment.text("CXONE_TOKEN_PATH", "/oauth/token")
CXONE_REQUESTS_PATH = environment.text("CXONE_REQUESTS_PATH", "/api/v2/privacy/requests")
CXONE_CLIENT_ID = environment.secret("CXONE_CLIENT_ID")
CXONE_CLIENT_SECRET = environment.secret("CXONE_CLIENT_SECRET")
CXONE_SCOPES = environment.text("CXONE_SCOPES", "privacy:read privacy:write")
CXONE_POLL_SECONDS = environment.number("CXONE_POLL_SECONDS", 5, least=1)
CXONE_BATCH = environment.number("CXONE_BATCH", 100, least=1)
CXONE_CONCURRENCY = environment.number("CXONE_CONCURRENCY", 16, least=1)
CXONE_MAX_RPS = environment.number("CXONE_MAX_RPS", 0)
SEND_DELAY_SECONDS = environment.number("SEND_DELAY_SECONDS", 900)

# Vaults. The first is made at the first start; from then on they are rows that operators edit.
VAULT_KIND = environment.one_of("VAULT_KIND", ("database", "http", "onetrust", "securiti", "none"))
VAULT_URL = environment.secret("VAULT_URL")
VAULT_KEY_ID = environment.text("VAULT_KEY_ID")
VAULT_SECRET = environment.secret("VAULT_SECRET")
VAULT_TENANT = environment.text("VAULT_TENANT")
_allowed = environment.words("VAULT_ALLOWED_HOSTS")
VAULT_ALLOWED_HOSTS = [word for word in _allowed if not word.startswith("/")]
#: Files of SQLite, and folders with the sockets of databases, that vaults of the kind `database` may be at.
VAULT_ALLOWED_PATHS = [word for word in _allowed if word.startswith("/")]

# The broker: a doorbell, never the truth.
REDIS_URL = environment.secret("REDIS_URL")
RQ_QUEUES = {"default": {"URL": REDIS_URL or "redis://127.0.0.1:6379/0", "DEFAULT_TIMEOUT": 300}}
RQ_SHOW_ADMIN_LINK = False

# The log.
AUDIT_ORIGIN = environment.text("AUDIT_ORIGIN", PUBLIC_HOST)
AUDIT_KEY_FILE = Path(environment.text("AUDIT_KEY_FILE", str(DATA_DIR / "keys" / "audit.key")))
AUDIT_KEY_MAY_BE_GENERATED = not DATABASE_URL or not environment.text("AUDIT_KEY_FILE")
AUDIT_CHECKPOINT_SECONDS = environment.number("AUDIT_CHECKPOINT_SECONDS", 60, least=1)
AUDIT_CHECKPOINT_MAIL_TO = environment.words("AUDIT_CHECKPOINT_MAIL_TO")
AUDIT_EXPORTS_PER_HOUR = environment.number("AUDIT_EXPORTS_PER_HOUR", 6, least=1)

# Holds and overrides: how long a question may wait for its decision, in days.
OVERRIDE_DAYS = environment.number("OVERRIDE_DAYS", 14, least=1)
# How long after a sign-in somebody may reveal an identifier without giving the password again, in minutes.
REVEAL_MINUTES = environment.number("REVEAL_MINUTES", 15)
DOSSIERS_PER_HOUR = environment.number("DOSSIERS_PER_HOUR", 30, least=1)

# The law's clocks: which may be used, where the establishment keeps its public holidays, and whether the EU's
# clock stands still while somebody's identity is being confirmed.
REGULATIONS_ON = environment.words("REGULATIONS_ON", "gdpr,uk-gdpr,ccpa,utah")
HOLIDAYS = environment.text("HOLIDAYS")
EU_IDENTITY_PAUSE = environment.flag("EU_IDENTITY_PAUSE")

# Forgetting: days from the answer until identifiers and free text go, and until fingerprint and salt follow.
SUBJECT_RETENTION_DAYS = environment.number("SUBJECT_RETENTION_DAYS", 30, least=1)
PROOF_RETENTION_DAYS = environment.number("PROOF_RETENTION_DAYS", 1095, least=1)
SHREDDED_LIST_FILE = Path(environment.text("SHREDDED_LIST_FILE", str(DATA_DIR / "shredded.list")))

# Outgoing mail.
EMAIL_DELIVERY = environment.one_of("EMAIL_DELIVERY", ("smtp", "console"))
EMAIL_BACKEND = f"django.core.mail.backends.{EMAIL_DELIVERY}.EmailBackend"
#: The hour of the day, where somebody is, at which the daily summary goes out to whoever asked for it.
DIGEST_HOUR = environment.number("DIGEST_HOUR", 7, most=23)
EMAIL_HOST = environment.text("EMAIL_HOST")
EMAIL_PORT = environment.number("EMAIL_PORT", 587, least=1)
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = environment.secret("EMAIL_HOST_PASSWORD")
EMAIL_SECURITY = environment.one_of("EMAIL_SECURITY", ("starttls", "tls", "none"))
EMAIL_USE_TLS = EMAIL_SECURITY == "starttls"
EMAIL_USE_SSL = EMAIL_SECURITY == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.text("EMAIL_FROM", f"privacyadmin@{PUBLIC_HOST}")

# The application.
INSTALLED_APPS = [
    # Unfold's default configuration would put its own site in the place of ours.
    "unfold.apps.BasicAppConfig",
    "privacyadmin.apps.PrivacyAdminSiteConfig",
    "privacyadmin.apps.PrivacyAdminConfig",
    "erasure.apps.ErasureConfig",
    "audit.apps.AuditConfig",
    "csp",
    "django_rq",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "privacyadmin.middleware.MethodsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "privacyadmin.languages.LanguageMiddleware",
    "privacyadmin.middleware.SignedInPagesMiddleware",
    "privacyadmin.refusals.RefusalsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
ROOT_URLCONF = "privacyadmin.urls"
WSGI_APPLICATION = "privacyadmin.wsgi.application"
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# People.
AUTH_USER_MODEL = "privacyadmin.User"
LOGIN_URL = reverse_lazy("admin:login")
LOGIN_REDIRECT_URL = reverse_lazy("admin:index")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Words and times. Dates of receipt are dates in the controller's zone.
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "privacyadmin" / "locale"]
FORMAT_MODULE_PATH = "privacyadmin.formats"
TIME_ZONE = environment.zone("TIME_ZONE", "UTC")
USE_TZ = True
USE_I18N = True

# What is uploaded is about people: it never stands on a disk in clear.
FILE_UPLOAD_HANDLERS = ["privacyadmin.encrypted_upload.EncryptedUploadHandler"]

# What a browser may do with our pages.
SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF, UNSAFE_INLINE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
UNFOLD = theme.UNFOLD
LOGGING = logging_config(debug=DEBUG)
