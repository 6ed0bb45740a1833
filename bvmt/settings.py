"""Every environment variable of the product, validated once. Nothing else reads the environment."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bvmt.access.roles import read_rule
from bvmt.errors import SettingsError

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DataSource = Literal["sandbox", "bvmt"]
SmtpSecurity = Literal["none", "starttls", "ssl"]
DataWorld = Literal["sandbox", "bvmt", "platform"]


def _setting(default: Any, meaning: str, expected: str, **limits: Any) -> Any:
    """A field with what operators need to know of it: its meaning, and what it may hold."""
    return Field(default, description=meaning, json_schema_extra={"expected": expected}, **limits)


def _ping_url(of: str) -> Any:
    """The address of a dead man's switch. Whoever knows it can silence the alarm, so it is never shown."""
    return _setting(None, f"Healthchecks address that is told of {of}; secret", _URL, repr=False)


def _clock_time(value: object) -> object:
    if isinstance(value, str):
        hours, _, minutes = value.strip().partition(":")
        return time(int(hours), int(minutes or 0))
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("unknown time zone") from error
    return value


def _http_url(value: str) -> str:
    parts = urlsplit(value)  # raises ValueError for an address such as http://[::1
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("not an http(s) address")
    return value.rstrip("/")


def _postgres_url(value: str) -> str:
    if urlsplit(value).scheme.partition("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("not a PostgreSQL address")
    return value


def _mailbox(value: str) -> str:
    """An e-mail address, alone or behind a name: RFC 5322's mailbox, in ASCII."""
    from email_validator import EmailNotValidError, validate_email  # imported where there is an address only

    try:
        validate_email(value, allow_display_name=True, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError("not an e-mail address") from error
    return value.strip()


def alert_addresses(value: str) -> list[str]:
    """The addresses in ALERT_URLS. A comma within one of them parts nothing."""
    return [address for address in re.split(r"[\s,]+(?=[A-Za-z0-9]+://)", value.strip().strip(",")) if address]


def _alert_urls(value: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # apprise asks for modules that Python lets go of
        from apprise import Apprise  # 27 MB, for those who set it only

        if not all(Apprise.instantiate(address) for address in alert_addresses(value)):
            raise ValueError("not an address that apprise knows")
    return value


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


def _host_pattern(value: str) -> str:
    if not re.fullmatch(r"\*|(\*\.)?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?", value):
        raise ValueError("neither a host name nor *")
    return value.lower()


def _listed(read: Callable[[str], object]) -> Any:
    """Reads what stands between commas, each with `read`. An empty list counts as unset."""

    def items(value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(read(item.strip()) for item in value.split(",") if item.strip()) or None

    return BeforeValidator(items)


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]

_CLOCK = "a time of day such as 18:00"
_URL = "an http:// or https:// address"
_MINUTES = "a whole number of minutes from 1 to 720"
_PEOPLE = "e-mail addresses, @domain, group:name or *, separated by commas"

People = Annotated[tuple[str, ...] | None, NoDecode, _listed(read_rule)]


class Settings(BaseSettings):
    """All settings, read from the environment and from `.env`. Names are the variables' in lower case."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    database_url: Annotated[str, AfterValidator(_postgres_url)] | None = _setting(
        None,
        "PostgreSQL to keep everything in; unset starts an embedded one in DATA_DIR",
        "postgresql://user:password@host:5432/database",
    )
    data_dir: Path = _setting(Path("data"), "Folder of the embedded PostgreSQL", "a folder that may be made")
    log_dir: Path = _setting(Path("logs"), "Folder of the rotating jobs.log", "a folder that may be made")
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = _setting(
        "info", "How much the process logs", "debug, info, warning or error"
    )
    host: str = _setting("127.0.0.1", "Address that `python app.py` listens on", "an address of this machine")
    port: int = _setting(8010, "Port that `python app.py` listens on", "a port number", ge=1, le=65535)

    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...] | None, NoDecode, _listed(ip_network)] = _setting(
        None,
        "Reverse proxies whose word on the client's address, and on who signed in, is taken",
        "addresses or networks such as 10.0.0.0/8, separated by commas",
    )
    allowed_hosts: Annotated[tuple[str, ...] | None, NoDecode, _listed(_host_pattern)] = _setting(
        None,
        "Names under which browsers may come, besides localhost, plain addresses, HOST and PUBLIC_URL's",
        "host names, *.example.tn or *, separated by commas",
    )
    allow_anonymous: Annotated[Literal["viewer", "operator"] | None, BeforeValidator(_lower)] = _setting(
        None, "What everybody may do who can reach the port, without signing in", "viewer or operator"
    )
    proxy_sign_in: Annotated[Literal["oauth2-proxy", "auth-request", "authelia"] | None, BeforeValidator(_lower)] = (
        _setting(
            None,
            "Whose headers name the person that a proxy of TRUSTED_PROXIES has signed in",
            "oauth2-proxy, auth-request or authelia",
        )
    )
    role_admins: People = _setting(None, "Who may do everything, of those who sign in", _PEOPLE)
    role_operators: People = _setting(None, "Who may run, pause, cancel, retry, generate and judge", _PEOPLE)
    role_viewers: People = _setting(None, "Who may read and download", _PEOPLE)
    api_rate: int = _setting(
        120,
        "Changes that one caller of the REST API may make in a minute",
        "a whole number of calls from 1 to 100000",
        ge=1,
        le=100_000,
    )

    enable_scheduler: bool = _setting(
        True, "Whether this process fires and runs jobs; without, it only shows and requests", "true or false"
    )
    timezone: Annotated[str, AfterValidator(_known_zone)] = _setting(
        "Africa/Tunis", "Zone of schedules and of every time shown", "an IANA zone such as Africa/Tunis"
    )
    lease_seconds: float = _setting(
        10.0,
        "Seconds without a heartbeat after which another process takes an instance for dead",
        "a number of seconds from 1 to 600",
        ge=1,
        le=600,
    )
    shutdown_grace: float = _setting(
        20.0,
        "Seconds that running jobs get to finish when the process is told to stop",
        "a number of seconds from 0 to 600",
        ge=0,
        le=600,
    )

    data_source: Annotated[DataSource, BeforeValidator(_lower)] = _setting(
        "sandbox", "Where market data come from", "sandbox or bvmt"
    )
    bvmt_api_url: HttpUrl = _setting(
        "https://www.bvmt.com.tn/rest_api/rest", "Base address of the exchange's feed", _URL
    )
    sandbox_url: HttpUrl | None = _setting(
        None, "A sandbox exchange that already runs; unset starts one in this process", _URL
    )
    sandbox_seed: int = _setting(2026, "Seed of the sandbox's world", "a whole number")
    sandbox_faults: bool = _setting(
        False, "Whether the sandbox now and then answers slowly, emptily or oddly", "true or false"
    )
    first_runs: bool = _setting(
        True,
        "Whether in a new sandbox database each job runs once right away, so that no page is empty",
        "true or false",
    )

    stock_service_url: HttpUrl | None = _setting(None, "The platform's stock service", _URL)
    market_service_url: HttpUrl | None = _setting(None, "The platform's market service", _URL)
    anomaly_service_url: HttpUrl | None = _setting(None, "The platform's anomaly service", _URL)
    sentiment_service_url: HttpUrl | None = _setting(None, "The platform's sentiment service", _URL)
    notification_service_url: HttpUrl | None = _setting(None, "The platform's notification service", _URL)

    market_pulse_interval: int = _setting(15, "Minutes between Market Pulses", _MINUTES, ge=1, le=720)
    anomaly_check_interval: int = _setting(60, "Minutes between Anomaly Scans", _MINUTES, ge=1, le=720)
    sentiment_scan_interval: int = _setting(30, "Minutes between Sentiment Scans", _MINUTES, ge=1, le=720)
    market_open: ClockTime = _setting(time(9), "Start of the jobs' market window", _CLOCK)
    market_close: ClockTime = _setting(time(16), "End of the jobs' market window", _CLOCK)
    daily_report_time: ClockTime = _setting(time(18), "When the Daily Report is made", _CLOCK)
    weekly_report_day: Annotated[Weekday, BeforeValidator(_lower)] = _setting(
        "friday", "Day of the Weekly Report", "monday to sunday"
    )
    weekly_report_time: ClockTime = _setting(time(17), "When the Weekly Report is made", _CLOCK)
    report_language: Annotated[Literal["en", "fr"], BeforeValidator(_lower)] = _setting(
        "en", "Language of the reports that the jobs make", "en or fr"
    )
    news_fetch_bodies: bool = _setting(
        False,
        "Whether the articles behind new headlines are fetched from their sites, where robots.txt allows it",
        "true or false",
    )
    log_retention_days: int = _setting(
        90,
        "Days that ended runs, their logs and settled messages are kept",
        "a whole number of days from 1 to 3650",
        ge=1,
        le=3650,
    )

    smtp_host: str | None = _setting(None, "Mail server that takes what goes out", "a host name")
    smtp_port: int | None = _setting(
        None,
        "Port of the mail server; unset is 587, 465 with SMTP_SECURITY=ssl, 25 with none",
        "a port number",
        ge=1,
        le=65535,
    )
    smtp_security: Annotated[SmtpSecurity, BeforeValidator(_lower)] = _setting(
        "starttls", "How the connection to the mail server is encrypted", "none, starttls or ssl"
    )
    smtp_user: str | None = _setting(None, "Name to sign in to the mail server with", "a user name")
    smtp_password: str | None = _setting(
        None, "Password to sign in to the mail server with; secret", "a password", repr=False
    )
    mail_from: Annotated[str, AfterValidator(_mailbox)] | None = _setting(
        None, "Whom mail is from", "an address such as BVMT Jobs <jobs@example.tn>"
    )
    public_url: HttpUrl | None = _setting(
        None, "Address under which people reach the dashboard, for the links in mail", _URL
    )
    mail_rate: int = _setting(
        120, "Mails that may go out in a minute", "a whole number of mails from 1 to 6000", ge=1, le=6000
    )
    mail_max_tries: int = _setting(
        8, "Times that a mail is tried before it is given up", "a whole number of tries from 1 to 30", ge=1, le=30
    )
    alert_urls: Annotated[str, AfterValidator(_alert_urls)] | None = _setting(
        None,
        "Where alerts go besides mail: addresses of the apprise library, separated by commas; secret",
        "addresses that apprise knows, such as json://host/path",
        repr=False,
    )
    alert_group_minutes: int = _setting(
        5,
        "Minutes that an alert waits for others, to be told together",
        "a whole number of minutes from 0 to 120",
        ge=0,
        le=120,
    )

    market_pulse_ping_url: HttpUrl | None = _ping_url("each run of Market Pulse")
    anomaly_scan_ping_url: HttpUrl | None = _ping_url("each Anomaly Scan")
    sentiment_scan_ping_url: HttpUrl | None = _ping_url("each Sentiment Scan")
    daily_report_ping_url: HttpUrl | None = _ping_url("each Daily Report")
    weekly_report_ping_url: HttpUrl | None = _ping_url("each Weekly Report")
    database_cleanup_ping_url: HttpUrl | None = _ping_url("each Database Cleanup")
    scheduler_ping_url: HttpUrl | None = _ping_url("the scheduler's being alive")

    @model_validator(mode="after")
    def _market_window_is_in_order(self) -> Settings:
        if self.market_close <= self.market_open:
            raise ValueError("market_close")
        return self

    @property
    def data_world(self) -> DataWorld:
        """Whose prices a database of these settings holds: the sandbox's, the exchange's, or the platform's."""
        if self.stock_service_url is not None or self.market_service_url is not None:
            return "platform"
        return self.data_source

    @property
    def zone(self) -> ZoneInfo:
        """The zone of schedules and of every time shown."""
        return ZoneInfo(self.timezone)


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read and check all settings from the environment and `env_file`.

    Raises SettingsError with one line that names the variable, what it holds and what it may hold.
    """
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    if not first["loc"]:
        return "MARKET_CLOSE is not later than MARKET_OPEN; it may hold a time of day after it, such as 16:00."
    name = str(first["loc"][0])
    extra = Settings.model_fields[name].json_schema_extra
    expected = extra["expected"] if isinstance(extra, dict) else "another value"
    value = str(first["input"])
    shown = _shown(value) if Settings.model_fields[name].repr else shown_setting(name, value)
    return f"{name.upper()} holds {shown!r}; it may hold {expected}."


def shown_setting(name: str, value: str) -> str:
    """Return a setting that is a secret, fit for messages and pages."""
    if name == "smtp_password":
        return "…"
    if name == "alert_urls":
        return ", ".join(shown_alert_address(address) for address in alert_addresses(value))
    return shown_secret(value)


def shown_alert_address(address: str) -> str:
    """Return an address of ALERT_URLS, fit for messages: its scheme, for even the host may be a secret of its own."""
    scheme, separator, _ = address.partition("://")
    return f"{scheme}://…" if separator else "…"


def shown_secret(url: str) -> str:
    """Return an address whose path is a secret, fit for messages and logs: its host and the last 4 characters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    host = parts.netloc.rpartition("@")[2]
    start = f"{parts.scheme}://{host}" if host else ""
    secret = f"{parts.path}{parts.query}{parts.fragment}"
    # Four of nine characters or fewer would give too much of it away.
    return f"{start}/…{secret[-4:] if len(secret) > 9 else ''}" if secret else start


def _shown(value: str) -> str:
    """The value with nothing in it that may be a password: of an address, what stands before @ and behind ?."""
    before, at, after = value.rpartition("@")
    if not at:
        return value.partition("?")[0]
    scheme, separator, _ = before.partition("://")
    return f"{scheme + separator if separator else ''}***@{after.partition('?')[0]}"
