"""What is made piece by piece, sent piece by piece, under WSGI and under ASGI."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation


def streamed(
    request: HttpRequest, pieces: Iterator[bytes], *, media_type: str, name: str
) -> StreamingHttpResponse:
    """The pieces as a download of this name, which nobody on the way keeps."""
    # Under ASGI Django would gather what a synchronous generator yields into one list before sending any.
    content = _in_threads(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def in_readers_language(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, made in the language that is spoken now: the response is sent when that has ended.

    It is spoken only while a piece is made, since the thread serves others between two of them.
    """
    return _in_language(pieces, translation.get_language() or settings.LANGUAGE_CODE)


def _in_language(pieces: Iterator[bytes], language: str) -> Iterator[bytes]:
    following: Callable[..., bytes | None] = next
    while True:
        with translation.override(language):
            piece = following(pieces, None)
        if piece is None:
            return
        yield piece


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, each asked of the database in the thread that Django keeps for such work."""
    following: Callable[..., Any] = sync_to_async(next, thread_sensitive=True)
    while (piece := await following(pieces, None)) is not None:
        yield piece
