"""Every environment variable of the product, validated once. Nothing else reads the environment."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bvmt.errors import SettingsError

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DataSource = Literal["sandbox", "bvmt"]
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


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
HttpUrl = Annotated[str, AfterValidator(_http_url)]

_CLOCK = "a time of day such as 18:00"
_URL = "an http:// or https:// address"
_MINUTES = "a whole number of minutes from 1 to 720"


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
    log_retention_days: int = _setting(
        90,
        "Days that ended runs, their logs and settled messages are kept",
        "a whole number of days from 1 to 3650",
        ge=1,
        le=3650,
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
    shown = _shown(value) if Settings.model_fields[name].repr else shown_secret(value)
    return f"{name.upper()} holds {shown!r}; it may hold {expected}."


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
