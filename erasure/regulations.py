"""The regulations as rows of data: what each asks for in words, where it says so, and what is to be counted.

`erasure/deadlines.py` computes from these rows. A row that counsel has not confirmed ships switched off. The
version of a row goes up whenever its rule changes: a stored date can always name the rule that produced it.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class RegulationRule:
    """One regulation's clock.

    `length` is counted in `unit`; a unit of None means that the law gives no date to compute. `start` says
    how the day of receipt counts. `rolls` moves a due date that is no working day to the next one.
    `stricter_by_a_day` marks a text that can be read as ending one day before practice has it.
    `acknowledge_business_days` is 0 where the law asks for no acknowledgement.
    """

    regulation: str
    rule: str
    source: str
    version: str
    on: bool
    length: int = 0
    unit: Literal["months", "days"] | None = None
    start: str = ""
    rolls: bool = False
    stricter_by_a_day: bool = False
    acknowledge_business_days: int = 0
    # Ten days leave a working week and two weekends to put things right before the statutory date.
    target_days_before: int = 10


UNCONFIRMED = "To be confirmed by counsel"

EU_GDPR = RegulationRule(
    regulation="gdpr",
    rule=(
        "Answer without undue delay, at the latest within one month of receipt. The day of receipt does not "
        "count; the month ends on the day of the same number, else on the month’s last day; a Saturday, "
        "Sunday or public holiday moves the end to the next working day."
    ),
    source="GDPR Art. 12(3); Regulation (EEC, Euratom) No 1182/71, Art. 3",
    version="1",
    on=True,
    length=1,
    unit="months",
    start="The day itself does not count.",
    rolls=True,
)
UK_GDPR = RegulationRule(
    regulation="uk-gdpr",
    rule=(
        "Answer without undue delay, at the latest within one month. By the ICO’s practice the month ends on "
        "the corresponding date, else on the month’s last day; a weekend or public holiday moves the end to "
        "the next working day. The statute’s “beginning with” can be read as ending a day sooner."
    ),
    source="UK GDPR Art. 12(3) and 12A; ICO guidance on time limits",
    version="1",
    on=True,
    length=1,
    unit="months",
    start="The month runs to the corresponding date.",
    rolls=True,
    stricter_by_a_day=True,
)
CALIFORNIA = RegulationRule(
    regulation="ccpa",
    rule=(
        "Confirm receipt within 10 business days. Answer within 45 calendar days, which begin on the day of "
        "receipt, however long it takes to verify who is asking."
    ),
    source="California Code of Regulations, title 11, § 7021",
    version="1",
    on=True,
    length=45,
    unit="days",
    start="The clock runs from that day, however long it takes to verify who is asking.",
    stricter_by_a_day=True,
    acknowledge_business_days=10,
)
#: California keeps the record of a request for 24 months (California Code of Regulations, title 11, § 7101).
CALIFORNIA_KEEPS_DAYS = 730
UTAH = RegulationRule(
    regulation="utah",
    rule="Answer within 45 days after the day of receipt.",
    source="Utah Code § 13-61-203",
    version="1",
    on=True,
    length=45,
    unit="days",
    start="The day after is the first that counts.",
)
BRAZIL = RegulationRule(
    regulation="lgpd",
    rule="Erase at once, or reply with reasons. “At once” is not a date that can be computed.",
    source=f"LGPD Art. 18 and 19. {UNCONFIRMED}.",
    version="1",
    on=False,
)
ANOTHER_LAW = RegulationRule(
    regulation="other", rule="No period is known.", source=f"{UNCONFIRMED}.", version="1", on=False
)

US_STATE_DAYS: dict[str, int] = {
    "us-co": 45,
    "us-ct": 45,
    "us-de": 45,
    "us-fl": 45,
    "us-ia": 90,
    "us-in": 45,
    "us-ky": 45,
    "us-md": 45,
    "us-mn": 45,
    "us-mt": 45,
    "us-ne": 45,
    "us-nh": 45,
    "us-nj": 45,
    "us-or": 45,
    "us-ri": 45,
    "us-tn": 45,
    "us-tx": 45,
    "us-va": 45,
}
US_STATES = tuple(
    RegulationRule(
        regulation=state,
        rule=f"Answer within {days} days of receipt.",
        source=f"{UNCONFIRMED}.",
        version="1",
        on=False,
        length=days,
        unit="days",
        start="The clock runs from that day.",
    )
    for state, days in US_STATE_DAYS.items()
)

RULES: tuple[RegulationRule, ...] = (EU_GDPR, UK_GDPR, CALIFORNIA, UTAH, BRAZIL, *US_STATES, ANOTHER_LAW)
RULE_OF: dict[str, RegulationRule] = {rule.regulation: rule for rule in RULES}


def regulations_on() -> list[RegulationRule]:
    """The regulations whose clock may be used, in the order in which they are offered."""
    return [rule for rule in RULES if rule.on]
