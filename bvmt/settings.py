"""Every environment variable of the product, validated once. Nothing else reads the environment."""

from __future__ import annotations

from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bvmt.errors import SettingsError

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DataSource = Literal["sandbox", "bvmt"]


def _setting(default: Any, meaning: str, expected: str, **limits: Any) -> Any:
    """A field with what operators need to know of it: its meaning, and what it may hold."""
    return Field(default, description=meaning, json_schema_extra={"expected": expected}, **limits)


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
    parts = urlsplit(value)
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
    name = str(first["loc"][0])
    extra = Settings.model_fields[name].json_schema_extra
    expected = extra["expected"] if isinstance(extra, dict) else "another value"
    return f"{name.upper()} holds {_shown(str(first['input']))!r}; it may hold {expected}."


def _shown(value: str) -> str:
    """The value without the password that an address may carry."""
    parts = urlsplit(value)
    if parts.password:
        return value.replace(f":{parts.password}@", ":***@")
    return value
