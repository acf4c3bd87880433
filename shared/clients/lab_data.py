"""The Lab values of all materials, from the blob that whoever keeps the catalogue uploads."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from shared.clients.azure_errors import translated
from shared.errors import Rejected, Unavailable
from shared.search.lab_table import MAX_BYTES, LabTable, UnusableLabTable, read_lab_table

if TYPE_CHECKING:
    from azure.storage.blob.aio import BlobClient

_logger = logging.getLogger(__name__)

BLOB = "MTL_Lab_active.csv"
_SERVICE = "Blob storage"
# A new upload is seen by whoever searches a minute after it.
_CHECK_AFTER_S = 60.0
# Nobody waits longer for a newer table while there is one.
_PATIENCE_S = 2.0


@dataclass(frozen=True)
class LabData:
    """A checked table; ``version`` is the ETag of its upload."""

    table: LabTable
    version: str


@dataclass(frozen=True)
class _Upload:
    content: bytes
    version: str


class LabSource:
    """The newest usable Lab values. ``now``: seconds of a clock that never goes back."""

    def __init__(self, blob: "BlobClient", now: Callable[[], float] = time.monotonic) -> None:
        self._blob = blob
        self._now = now
        self._data: LabData | None = None
        self._seen_version: str | None = None
        self._fault = ""
        self._checked_at = float("-inf")
        self._checking: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Look for a new upload in the background, unless that is under way; return what does so."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check())
            self._checking.add_done_callback(_log_failure)
        return self._checking

    async def current(self) -> LabData:
        """Return the Lab values as they were uploaded, at most a minute behind.

        While storage does not answer, or an upload cannot be used, those from before stay.

        Raises:
            Unavailable: Nothing has been loaded yet, and storage does not answer.
            Rejected: Nothing has been loaded yet, as there is no upload or it cannot be used; the text says why.
        """
        if self._data is None:
            # Shielded: one who gives up does not end it for the others.
            await asyncio.shield(self.start())
        elif self._now() - self._checked_at >= _CHECK_AFTER_S:
            await asyncio.wait([self.start()], timeout=_PATIENCE_S)
        if self._data is None:
            raise Rejected(self._fault)
        return self._data

    async def close(self) -> None:
        """End what is under way."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.wait([self._checking])

    async def _check(self) -> None:
        try:
            upload = await self._newer_than(self._seen_version)
        finally:
            self._checked_at = self._now()
        if upload is None:
            return
        table = await asyncio.to_thread(_read, upload.content)
        self._seen_version = upload.version
        if isinstance(table, LabTable):
            self._data = LabData(table, upload.version)
            fields = {"materials": len(table.ids), "dropped": table.dropped, "illuminant": table.illuminant}
            _logger.info("Lab values loaded", extra={"version": upload.version, **fields})
        else:
            self._fault = f"{BLOB} cannot be used: {table}"
            fields = {"reason": str(table), "older_ones_stay": self._data is not None}
            _logger.error("Lab values cannot be used", extra={"version": upload.version, **fields})

    async def _newer_than(self, version: str | None) -> _Upload | None:
        """Return the upload, None where it is still ``version``."""
        condition: dict[str, Any] = {"etag": version, "match_condition": MatchConditions.IfModified} if version else {}
        try:
            with translated(_SERVICE):
                stream = await self._blob.download_blob(**condition)
                size, version = stream.size, stream.properties.etag
                # More is refused by its size; nobody needs the rest of it for that.
                content = await stream.read(MAX_BYTES + 1) if size > MAX_BYTES else await stream.readall()
        except ResourceNotFoundError as error:
            raise Rejected(f"{BLOB} does not exist") from error
        except HttpResponseError as error:
            # The SDK calls it ResourceModifiedError, the contrary of what it is.
            if error.status_code == HTTPStatus.NOT_MODIFIED:
                return None
            raise Unavailable(f"{_SERVICE} answered {error.status_code} for {BLOB}") from error
        return _Upload(content, str(version))


@asynccontextmanager
async def open_lab_source(blob: "BlobClient") -> AsyncGenerator[LabSource]:
    """Open the Lab values; they load in the background from now on."""
    source = LabSource(blob)
    source.start()
    try:
        yield source
    finally:
        await source.close()


def _read(content: bytes) -> LabTable | UnusableLabTable:
    try:
        return read_lab_table(content)
    except UnusableLabTable as error:
        return error


def _log_failure(checking: "asyncio.Task[None]") -> None:
    error = None if checking.cancelled() else checking.exception()
    if isinstance(error, Unavailable | Rejected):
        _logger.warning("Lab values could not be looked for", extra={"reason": str(error)})
    elif error is not None:
        _logger.error("Lab values could not be looked for", exc_info=error)
