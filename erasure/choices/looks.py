"""How a code is drawn."""

from dataclasses import dataclass
from typing import Literal

Tone = Literal["success", "danger", "warning", "info", "neutral"]


@dataclass(frozen=True)
class Look:
    """How a code is drawn: the tone of its badge and the Material Symbols icon in it."""

    tone: Tone
    icon: str
