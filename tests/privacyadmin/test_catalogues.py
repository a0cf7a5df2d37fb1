"""The catalogues of translations: whole, compiled as they are written, and with the same placeholders."""

import os
import re
import shutil
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.core.management import call_command

from erasure.plain_words import COUNTED

LOCALE = Path(settings.LOCALE_PATHS[0])
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%[sd%]")
TAG = re.compile(r"</?[a-z]+")
INSTALL = "Install gettext, such as with: apt-get install gettext"


def catalogue(language: str) -> polib.POFile:
    return polib.pofile(str(LOCALE / language / "LC_MESSAGES" / "django.po"))


def texts(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Each translation with the text it stands for; of plural forms, the one with as much in it."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [
        (entry.msgid if form == 0 else entry.msgid_plural, words)
        for form, words in entry.msgstr_plural.items()
    ]


def key(entry: polib.POEntry | polib.MOEntry) -> tuple[str | None, str]:
    return entry.msgctxt, entry.msgid


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> polib.POFile:
    """What makemessages finds in the sources now. Without gettext these tests are skipped, or fail in CI."""
    if shutil.which("xgettext") is None:
        if os.environ.get("CI"):
            pytest.fail(f"There is no xgettext. {INSTALL}")
        pytest.skip(f"There is no xgettext on this machine. {INSTALL}")
    folder = tmp_path_factory.mktemp("locale")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(settings.BASE_DIR)
        patch.setattr(settings, "LOCALE_PATHS", [folder])
        call_command("makemessages", locale=["de"], ignore_patterns=["locale"], verbosity=0)
    return polib.pofile(str(folder / "de" / "LC_MESSAGES" / "django.po"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str) -> None:
    written = {
        key(entry): [words for _text, words in texts(entry)]
        for entry in catalogue(language).translated_entries()
    }
    compiled = polib.mofile(str(LOCALE / language / "LC_MESSAGES" / "django.mo"))
    assert {key(entry): [words for _text, words in texts(entry)] for entry in compiled} == written


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_every_text_of_the_sources_and_no_other(
    language: str, collected: polib.POFile
) -> None:
    assert {key(entry) for entry in catalogue(language)} == {key(entry) for entry in collected}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_guessed(language: str) -> None:
    assert [entry.msgid for entry in catalogue(language) if entry.fuzzy or entry.obsolete] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    assert [entry.msgid for entry in catalogue(language).untranslated_entries()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_name_the_same_placeholders_and_tags(language: str) -> None:
    wrong = [
        (text, words)
        for entry in catalogue(language).translated_entries()
        for text, words in texts(entry)
        for pattern in (PLACEHOLDER, TAG)
        if sorted(set(pattern.findall(text))) != sorted(set(pattern.findall(words)))
    ]
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_blanks_at_the_ends_stay(language: str) -> None:
    """Where a text is one part of a sentence, the blank beside it is part of it."""
    wrong = [
        (text, words)
        for entry in catalogue(language).translated_entries()
        for text, words in texts(entry)
        if (text[:1].isspace(), text[-1:].isspace()) != (words[:1].isspace(), words[-1:].isspace())
    ]
    assert wrong == []


def test_counted_nouns_are_known() -> None:
    """Every noun that the sources count has its words; another one would fail only when it is counted."""
    sources = [
        path for room in ("erasure", "privacyadmin") for path in Path(settings.BASE_DIR, room).rglob("*.py")
    ]
    calls = re.compile(r"(?:count_words|too_many_words)\((?:[^()]|\([^()]*\))*?, [\"']([a-z ]+)[\"']\)")
    found = {noun for path in sources for noun in calls.findall(path.read_text(encoding="utf-8"))}
    assert "submission" in found
    assert found - set(COUNTED) == set()
