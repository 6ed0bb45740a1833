"""Settings: read once, checked at once, refused in one line that an operator can act on."""

from __future__ import annotations

from datetime import time
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bvmt.errors import SettingsError
from bvmt.settings import Settings, load_settings, shown_setting

CLOCK = "a time of day such as 18:00"
URL = "an http:// or https:// address"
MINUTES = "a whole number of minutes from 1 to 720"
POSTGRES = "postgresql://user:password@host:5432/database"
NETWORKS = "addresses or networks such as 10.0.0.0/8, separated by commas"
PEOPLE = "e-mail addresses, @domain, group:name or *, separated by commas"

URLS = (
    "BVMT_API_URL",
    "SANDBOX_URL",
    "STOCK_SERVICE_URL",
    "MARKET_SERVICE_URL",
    "ANOMALY_SERVICE_URL",
    "SENTIMENT_SERVICE_URL",
    "NOTIFICATION_SERVICE_URL",
    "PUBLIC_URL",
)
SECRETS = (
    "MARKET_PULSE_PING_URL",
    "ANOMALY_SCAN_PING_URL",
    "SENTIMENT_SCAN_PING_URL",
    "DAILY_REPORT_PING_URL",
    "WEEKLY_REPORT_PING_URL",
    "DATABASE_CLEANUP_PING_URL",
    "SCHEDULER_PING_URL",
)
ROLES = ("ROLE_ADMINS", "ROLE_OPERATORS", "ROLE_VIEWERS")
INTERVALS = ("MARKET_PULSE_INTERVAL", "ANOMALY_CHECK_INTERVAL", "SENTIMENT_SCAN_INTERVAL")
CLOCKS = ("MARKET_OPEN", "MARKET_CLOSE", "DAILY_REPORT_TIME", "WEEKLY_REPORT_TIME")

BAD = [
    *[("DATABASE_URL", value, POSTGRES) for value in ("mysql://host/db", "host/db", "bvmt")],
    *[("LOG_LEVEL", value, "debug, info, warning or error") for value in ("loud", "10")],
    *[("PORT", value, "a port number") for value in ("0", "65536", "eighty", "80.5", "-1")],
    *[("TRUSTED_PROXIES", value, NETWORKS) for value in ("proxy", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.1, proxy")],
    *[("ALLOWED_HOSTS", v, "host names, *.example.tn or *, separated by commas") for v in ("http://a.tn", "a*", "a/b")],
    *[("ALLOW_ANONYMOUS", value, "viewer or operator") for value in ("admin", "yes")],
    *[("API_RATE", v, "a whole number of calls from 1 to 100000") for v in ("0", "-1", "100001", "1.5", "many")],
    *[("PROXY_SIGN_IN", value, "oauth2-proxy, auth-request or authelia") for value in ("nginx", "true")],
    *[(name, value, PEOPLE) for name in ROLES for value in ("ada", "group:", "a b")],
    *[("ENABLE_SCHEDULER", value, "true or false") for value in ("maybe", "2")],
    *[("SANDBOX_FAULTS", value, "true or false") for value in ("maybe", "2")],
    *[("FIRST_RUNS", value, "true or false") for value in ("maybe", "2")],
    *[("NEWS_FETCH_BODIES", value, "true or false") for value in ("maybe", "2")],
    *[("TIMEZONE", value, "an IANA zone such as Africa/Tunis") for value in ("Tunis", "../etc/passwd", "Africa")],
    *[("LEASE_SECONDS", v, "a number of seconds from 1 to 600") for v in ("0.9", "601", "nan", "inf", "ten")],
    *[("SHUTDOWN_GRACE", v, "a number of seconds from 0 to 600") for v in ("-1", "601", "nan", "soon")],
    *[("DATA_SOURCE", value, "sandbox or bvmt") for value in ("real", "both")],
    *[("SANDBOX_SEED", value, "a whole number") for value in ("1.5", "seed")],
    *[(name, value, URL) for name in URLS for value in ("ftp://host", "host:8080", "http://", "/path")],
    *[(name, "ftp://host", URL) for name in SECRETS],
    *[(name, value, MINUTES) for name in INTERVALS for value in ("0", "721", "-15", "7.5", "often")],
    *[(name, value, CLOCK) for name in CLOCKS for value in ("24:00", "9h", "12:60", "noon", "12:30:15:00", "-1:00")],
    *[("LOG_RETENTION_DAYS", v, "a whole number of days from 1 to 3650") for v in ("0", "3651", "1.5", "ever")],
    *[("SMTP_PORT", value, "a port number") for value in ("0", "65536", "smtp")],
    *[("SMTP_SECURITY", value, "none, starttls or ssl") for value in ("tls", "yes")],
    *[("MAIL_FROM", v, "an address such as BVMT Jobs <jobs@example.tn>") for v in ("jobs", "jobs example.tn")],
    *[("MAIL_RATE", v, "a whole number of mails from 1 to 6000") for v in ("0", "6001", "1.5", "fast")],
    *[("MAIL_MAX_TRIES", v, "a whole number of tries from 1 to 30") for v in ("0", "31", "often")],
    ("ALERT_URLS", "ftp://…", "addresses that apprise knows, such as json://host/path"),
    *[("ALERT_GROUP_MINUTES", v, "a whole number of minutes from 0 to 120") for v in ("-1", "121", "2.5", "few")],
    *[("WEEKLY_REPORT_DAY", value, "monday to sunday") for value in ("fri", "5", "vendredi")],
    *[("REPORT_LANGUAGE", value, "en or fr") for value in ("de", "english", "fr_tn")],
]

# A path or an address of this machine shows itself bad when it is used, not before.
CHECKED_BY_USE = {"DATA_DIR", "LOG_DIR", "HOST", "SMTP_HOST", "SMTP_USER", "SMTP_PASSWORD"}


@pytest.mark.parametrize(("name", "value", "expected"), BAD)
def test_a_bad_value_gives_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        load_settings(env_file=None)
    assert str(refusal.value) == f"{name} holds {value!r}; it may hold {expected}."
    assert refusal.value.permanent


def test_every_setting_that_can_be_wrong_is_in_the_table() -> None:
    names = {name.upper() for name in Settings.model_fields}
    assert {name for name, _, _ in BAD} == names - CHECKED_BY_USE


def test_every_setting_has_a_meaning_and_says_what_it_may_hold() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert isinstance(field.json_schema_extra, dict)
        assert field.json_schema_extra["expected"], name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://bvmt:s3cret@host/db"),
        ("DATABASE_URL", "mysql://bvmt:s3cret@host:port/db"),
        ("BVMT_API_URL", "ftp://bvmt:s3cret@host/rest"),
        ("STOCK_SERVICE_URL", "ftp://bvmt:s3cret@host"),
    ],
)
def test_a_password_in_a_bad_address_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        load_settings(env_file=None)
    assert "s3cret" not in str(refusal.value)
    assert "://***@host" in str(refusal.value)
    assert refusal.value.__cause__ is None


@pytest.mark.parametrize("name", SECRETS)
def test_an_address_that_is_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "htp://hc.example/ping/0f1e2d3c")
    with pytest.raises(SettingsError) as refusal:
        load_settings(env_file=None)
    assert "0f1e" not in str(refusal.value)
    monkeypatch.setenv(name, "http://hc.example/ping/0f1e2d3c")
    assert "0f1e" not in repr(load_settings(env_file=None))


@pytest.mark.parametrize("address", ["nowhere://t0ken", "nowhere://user:t0ken@host"])
def test_of_an_alert_address_only_the_scheme_is_shown(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("ALERT_URLS", f"json://127.0.0.1/a, {address}")
    with pytest.raises(SettingsError) as refusal:
        load_settings(env_file=None)
    assert "t0ken" not in str(refusal.value)
    assert "json://…" in str(refusal.value)


def test_the_password_of_the_mail_server_is_in_no_text_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "correct horse battery")
    assert "battery" not in repr(load_settings(env_file=None))
    assert shown_setting("smtp_password", "correct horse battery") == "…"


def test_without_any_variable_the_defaults_hold() -> None:
    settings = load_settings(env_file=None)
    assert settings.database_url is None
    assert (settings.host, settings.port) == ("127.0.0.1", 8010)
    assert settings.data_source == "sandbox"
    assert settings.zone == ZoneInfo("Africa/Tunis")
    assert (settings.market_open, settings.market_close) == (time(9), time(16))
    assert settings.enable_scheduler


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg2"])
def test_every_spelling_of_a_postgresql_address_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://bvmt:pw@host:5433/bvmt?sslmode=require")
    assert load_settings(env_file=None).database_url == f"{scheme}://bvmt:pw@host:5433/bvmt?sslmode=require"


@pytest.mark.parametrize("name", sorted({name for name, _, _ in BAD} | CHECKED_BY_USE))
def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "")
    assert getattr(load_settings(env_file=None), name.lower()) == Settings.model_fields[name.lower()].default


def test_a_file_is_read_and_the_environment_wins_over_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=9000\nMARKET_OPEN=08:30\nUNKNOWN=1\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "9001")
    settings = load_settings(env_file=file)
    assert (settings.port, settings.market_open) == (9001, time(8, 30))


def test_the_file_dot_env_of_the_current_folder_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_settings().port == 9000


def test_a_bad_value_in_the_file_is_refused_like_one_in_the_environment(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("MARKET_PULSE_INTERVAL=often\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^MARKET_PULSE_INTERVAL holds 'often'; it may hold a whole number"):
        load_settings(env_file=file)


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("LOG_LEVEL", " Warning ", "warning"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, ::1,", (ip_network("10.0.0.0/8"), ip_network("::1"))),
        ("ALLOWED_HOSTS", "Jobs.Example.tn,*.desk.tn", ("jobs.example.tn", "*.desk.tn")),
        ("ALLOW_ANONYMOUS", "Viewer", "viewer"),
        ("ROLE_ADMINS", "Ada@Example.tn, group:Ops", ("ada@example.tn", "group:Ops")),
        ("ROLE_VIEWERS", "@example.tn,*", ("@example.tn", "*")),
        ("ROLE_VIEWERS", " , ", None),
        ("DATA_SOURCE", "BVMT", "bvmt"),
        ("WEEKLY_REPORT_DAY", "Monday", "monday"),
        ("DAILY_REPORT_TIME", "18", time(18)),
        ("DAILY_REPORT_TIME", " 7:05 ", time(7, 5)),
        ("BVMT_API_URL", "http://localhost:9000/rest/", "http://localhost:9000/rest"),
        ("ENABLE_SCHEDULER", "no", False),
        ("SHUTDOWN_GRACE", "0", 0.0),
        ("LEASE_SECONDS", "600", 600.0),
        ("MARKET_PULSE_INTERVAL", "720", 720),
        ("LOG_DIR", "/var/log/bvmt", Path("/var/log/bvmt")),
        ("HOST", "0.0.0.0", "0.0.0.0"),
    ],
)
def test_a_value_is_read_as_people_write_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, read: object
) -> None:
    monkeypatch.setenv(name, value)
    assert getattr(load_settings(env_file=None), name.lower()) == read


def test_settings_do_not_change_once_read() -> None:
    with pytest.raises(ValidationError):
        load_settings(env_file=None).port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    "address",
    [
        "bvmt:secret@host/db",
        "mysql://user:secret@host/db",
        "mysql://user:se/secret@host/db",
        "mysql://host/db?password=secret",
    ],
)
def test_a_password_is_not_shown_however_the_address_is_written(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DATABASE_URL", address)
    with pytest.raises(SettingsError) as refusal:
        load_settings(env_file=None)
    assert "secret" not in str(refusal.value)


def test_an_address_that_cannot_even_be_parsed_gets_the_same_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCK_SERVICE_URL", "http://[::1")
    with pytest.raises(SettingsError, match=r"^STOCK_SERVICE_URL holds 'http://\[::1'; it may hold an http"):
        load_settings(env_file=None)


def test_a_market_that_closes_before_it_opens_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKET_CLOSE", "08:00")
    with pytest.raises(SettingsError, match=r"^MARKET_CLOSE is not later than MARKET_OPEN"):
        load_settings(env_file=None)
