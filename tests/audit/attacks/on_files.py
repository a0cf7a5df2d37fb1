"""Attacks on the form of checkpoint and frontier: whatever is not written in the one way is refused."""

from collections.abc import Callable, Mapping

from tests.audit.attacks.made import Arguments, Table, attack, lines, signed


def _other_spelling(note: str) -> str:
    """The root with other bits in its last, unused, two bits: the same bytes to a careless reader."""
    root = note.splitlines()[2]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(root[-2]) ^ 1]
    return note.replace(root, f"{root[:-2]}{last}=")


MALFORMED: Mapping[str, Callable[[str], str]] = {
    "checkpoint_with_windows_line_ends": lambda note: note.replace("\n", "\r\n"),
    "checkpoint_with_a_byte_order_mark": lambda note: "\ufeff" + note,
    "checkpoint_with_a_leading_zero": lambda note: note.replace("\n12\n", "\n012\n"),
    "checkpoint_with_a_plus_sign": lambda note: note.replace("\n12\n", "\n+12\n"),
    "checkpoint_with_an_extension_line": lambda note: note.replace("\n\n", "\nextension\n\n"),
    "checkpoint_with_an_empty_line_more": lambda note: note.replace("\n\n", "\n\n\n"),
    "checkpoint_with_a_hyphen_for_the_dash": lambda note: note.replace("\u2014", "-"),
    "checkpoint_with_an_en_dash": lambda note: note.replace("\u2014", "\u2013"),
    "checkpoint_without_its_last_line_feed": lambda note: note.rstrip("\n"),
    "checkpoint_without_signatures": lambda note: note.partition("\u2014")[0],
    "checkpoint_with_base64_without_padding": lambda note: note.replace("=\n", "\n"),
    "checkpoint_with_base64_of_another_spelling": _other_spelling,
    "checkpoint_with_a_root_too_short": lambda note: note.replace(note.splitlines()[2], "AAAA"),
    "checkpoint_with_a_tab": lambda note: note.replace(" ", "\t"),
    "empty_checkpoint": lambda note: note[:0],
}


def _list(name: str, change: Callable[[str], str]) -> None:
    def changed(table: Table) -> Arguments:
        events = lines()
        note = signed(events).text()
        assert change(note) != note
        return table.export(events, change(note))

    changed.__name__ = name
    attack("WRONG LOG" if "byte_order" in name else "FAIL")(changed)


for _name, _change in MALFORMED.items():
    _list(_name, _change)


@attack("FAIL")
def checkpoint_that_is_not_utf_8(table: Table) -> Arguments:
    events = lines()
    return table.export(events, b"\xff" + signed(events).text().encode())


FRONTIERS: Mapping[str, Callable[[str], str]] = {
    "frontier_with_windows_line_ends": lambda text: text.replace("\n", "\r\n"),
    "frontier_of_another_version": lambda text: text.replace("/v1", "/v2"),
    "frontier_with_a_hash_too_few": lambda text: "\n".join(text.split("\n")[:-2]) + "\n",
    "frontier_with_a_leading_zero": lambda text: text.replace("\n5\n", "\n05\n"),
    "frontier_without_its_last_line_feed": lambda text: text.rstrip("\n"),
    "frontier_of_nothing": lambda text: "\n".join([*text.split("\n")[:2], "0", ""]),
}


def _list_frontier(name: str, change: Callable[[str], str]) -> None:
    def changed(table: Table) -> Arguments:
        events = lines()
        text = table.part(events, 5)["frontier"]
        assert change(text) != text
        return table.export(events[5:], signed(events), frontier=change(text))

    changed.__name__ = name
    attack("FAIL")(changed)


for _name, _change in FRONTIERS.items():
    _list_frontier(_name, _change)
