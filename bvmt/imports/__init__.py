"""The import of history files: from a file or its bytes to rows in the database, and the record of it."""

from bvmt.imports.course import ImportProgress, import_file
from bvmt.store.imports import ImportResult, ImportStatus

__all__ = ["ImportProgress", "ImportResult", "ImportStatus", "import_file"]
