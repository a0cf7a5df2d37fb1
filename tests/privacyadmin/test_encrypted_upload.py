"""Uploads on their way in: of any size, and never on a disk in clear."""

import io
from pathlib import Path

import pytest
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from privacyadmin import encrypted_upload
from privacyadmin.encrypted_upload import EncryptedPieces

MARK = b"Quillfeather"
seen: dict[str, object] = {}


def on_disk(file: EncryptedPieces) -> bytes:
    return Path(f"/proc/self/fd/{file._stored.fileno()}").read_bytes()


@csrf_exempt
def take(request: HttpRequest) -> HttpResponse:
    given = request.FILES["list"]
    assert isinstance(given, UploadedFile)
    pieces = given.file.raw  # type: ignore[union-attr]
    seen.update(size=given.size, content=given.read(), disk=on_disk(pieces))
    given.seek(0)
    seen["again"] = given.read()
    return HttpResponse()


urlpatterns = [path("take/", take)]


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("size", [1, 200_000, 5_000_000])
def test_an_upload_of_any_size_is_read_again_and_again_and_stands_encrypted_on_disk(size: int) -> None:
    content = (MARK * (size // len(MARK) + 1))[:size]
    file = io.BytesIO(content)
    file.name = "list.csv"
    assert Client().post("/take/", {"list": file}).status_code == 200
    assert (seen["size"], seen["content"], seen["again"]) == (size, content, content)
    disk = seen["disk"]
    assert isinstance(disk, bytes)
    assert len(disk) > size
    assert MARK not in disk


@override_settings(ROOT_URLCONF=__name__)
def test_what_no_form_takes_is_counted_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encrypted_upload, "MOST_KEPT_BYTES", 100_000)
    file = io.BytesIO(b"x" * 1_000_000)
    file.name = "list.csv"
    Client().post("/take/", {"list": file})
    kept = seen["content"]
    assert isinstance(kept, bytes)
    assert (seen["size"], len(kept) <= 100_000) == (1_000_000, True)


def test_it_is_read_from_its_beginning_and_nowhere_else() -> None:
    pieces = EncryptedPieces()
    pieces.append(b"abc")
    pieces.append(b"def")
    pieces.seek(0)
    reader = io.BufferedReader(pieces)
    assert (reader.read(4), reader.tell()) == (b"abcd", 4)
    reader.seek(0)
    assert reader.read() == b"abcdef"
    with pytest.raises(io.UnsupportedOperation):
        pieces.seek(2)
    pieces.close()
    assert pieces.closed
    assert pieces._stored.closed
