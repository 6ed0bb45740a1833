"""Every error that this product raises on purpose.

    BvmtError
    ├── SettingsError         a variable holds what it may not hold
    ├── StoreError            the database refused or is away
    │   ├── DatabaseAway          it cannot be reached at the moment
    │   ├── WrongDataWorld        it belongs to another data source
    │   └── LostRun               this process no longer owns the run it tries to write to
    ├── ActionRefused         an operator's action does not fit the state of things
    │   └── NotFound              the thing acted on does not exist
    └── SourceError           something outside failed
        ├── SourceUnreachable     no answer, or a broken connection
        ├── SourceRefused         an answer with an error status
        └── SourceFormatError     an answer that is not what the protocol says

`permanent` on an error tells the retry policy whether trying again can help.
"""

from __future__ import annotations

from dataclasses import dataclass


class BvmtError(Exception):
    """The base of them all."""

    permanent = False
    """True when the same attempt would fail again for the same reason."""


class SettingsError(BvmtError):
    """A setting holds a value that it may not hold. The text is one line that an operator can act on."""

    permanent = True


class StoreError(BvmtError):
    """The database refused a statement or cannot be used."""


class DatabaseAway(StoreError):
    """The database cannot be reached at the moment."""


class WrongDataWorld(StoreError):
    """The database holds another data source's data than the one configured."""

    permanent = True


class LostRun(StoreError):
    """This process no longer owns the run: it was declared dead, or the run was ended by someone else."""

    permanent = True


class ActionRefused(BvmtError):
    """An operator's action does not fit the present state; the text says why and what is possible."""

    permanent = True


class NotFound(ActionRefused):
    """The job, run or report that was named does not exist."""


class Forbidden(ActionRefused):
    """The one who asks may not do this; the text says which role it takes."""


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """The last try of an HTTP exchange that failed, without any secret.

    `url` has no user, password or query values. `status` is None where no answer came, `milliseconds` is how long the
    last of the `attempts` took, and `sample` holds the first 500 characters of the answer's body.
    """

    method: str
    url: str
    status: int | None
    milliseconds: int
    attempts: int
    content_type: str = ""
    sample: str = ""


class SourceError(BvmtError):
    """Something outside this product failed. `source` names it in the operator's words.

    `exchange` is what was asked and answered, where that was HTTP.
    """

    exchange: HttpExchange | None = None

    def __init__(self, source: str, message: str, *, permanent: bool = False) -> None:
        super().__init__(f"{source}: {message}")
        self.source = source
        self.permanent = permanent


class SourceUnreachable(SourceError):
    """No answer came, or the connection broke on the way."""


class SourceRefused(SourceError):
    """The source answered with an HTTP error status."""

    def __init__(self, source: str, message: str, *, status: int, permanent: bool = False) -> None:
        super().__init__(source, message, permanent=permanent)
        self.status = status


class SourceFormatError(SourceError):
    """The source answered with something else than its protocol says. `sample` holds its first characters."""

    def __init__(self, source: str, message: str, *, sample: str = "") -> None:
        super().__init__(source, message)
        self.sample = sample
