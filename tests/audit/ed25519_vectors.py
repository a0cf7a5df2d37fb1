"""Signatures with known answers: those of RFC 8032, section 7.1, and those that a careless check accepts."""

from audit.verifier.ed25519 import ORDER, PRIME

#: Name, public key, signature, message: all in hexadecimal.
RFC_8032 = [
    (
        "RFC 8032, test 1",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        "",
    ),
    (
        "RFC 8032, test 2",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        "72",
    ),
    (
        "RFC 8032, test 3",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
        "af82",
    ),
    (
        "RFC 8032, test SHA(abc)",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        ),
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        ),
    ),
]


def refused() -> list[tuple[str, str, str, str]]:
    """What must not be taken for a signature, in the same form."""
    _name, key, signature, message = RFC_8032[2]
    first, second = signature[:64], int.from_bytes(bytes.fromhex(signature[64:]), "little")
    neutral = (1).to_bytes(32, "little").hex()
    return [
        ("another message", key, signature, "af83"),
        ("another key", RFC_8032[1][1], signature, message),
        ("S beyond the order", key, first + (second + ORDER).to_bytes(32, "little").hex(), message),
        ("R changed", key, "63" + signature[2:], message),
        ("S changed", key, signature[:-2] + "0b", message),
        ("a byte too few", key, signature[:-2], message),
        ("a byte too many", key, signature + "00", message),
        ("a key too short", key[:-2], signature, message),
        (
            "a key of small order, for which nothing is a signature of everything",
            neutral,
            neutral + "00" * 32,
            "",
        ),
        ("a key that is no point", (2).to_bytes(32, "little").hex(), signature, message),
        (
            "a key written with y beyond the prime",
            (PRIME + 1).to_bytes(32, "little").hex(),
            neutral + "00" * 32,
            "",
        ),
        (
            "x of nought with the sign of another",
            (1 | 1 << 255).to_bytes(32, "little").hex(),
            signature,
            message,
        ),
    ]


def cases() -> list[tuple[str, str, str, str, bool]]:
    """All of them, with whether they verify."""
    return [*((*vector, True) for vector in RFC_8032), *((*vector, False) for vector in refused())]
