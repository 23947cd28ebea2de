"""Uploads as they come in."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class Capped(FileUploadHandler):
    """Goes before the others: of a file that is larger than any that we take, no more is kept than shows that it is.

    The rest is read and dropped, so that the browser gets to see the page that refuses it.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= max(settings.UPLOAD_LIMIT, settings.RECORDING_LIMIT) else None

    def file_complete(self, file_size: int) -> None:
        """The others make the file."""
