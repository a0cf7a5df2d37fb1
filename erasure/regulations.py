"""The regulations as rows of data: what each asks for in words, where it says so, and what is to be counted.

`erasure/deadlines` computes from these rows. Which of them are on, REGULATIONS_ON says: the four that ship on
are confirmed, every other is a template until counsel confirms it. The version of a row goes up whenever its
rule changes, so that a stored date can always name the rule that produced it.

Texts are kept in English, as their message ids, and are translated where they are read.
"""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext_noop

Unit = Literal["months", "days"]

COMPLEXITY, NUMBER_OF_REQUESTS, VOLUME = "complexity", "number_of_requests", "volume"
IDENTITY, CLARIFICATION = "identity", "clarification"
ERASURE, ACCESS = "ERASURE", "ACCESS"


@dataclass(frozen=True, kw_only=True)
class ExtensionRule:
    """How a first period may be made longer, once: by `length`, in the unit of the first period.

    `grounds` are the codes of the reasons that the law accepts. The person is told inside the first period.
    """

    length: int
    grounds: tuple[str, ...]
    rule: str
    source: str


@dataclass(frozen=True, kw_only=True)
class PauseRule:
    """When the clock stands still while the controller waits for the person.

    `how`: the days from the question to the answer, both included, are not counted; or the period starts only
    when the answer came. `setting` names the setting that switches the pause on; without one it is law.
    """

    ground: str
    request_types: tuple[str, ...]
    how: Literal["days not counted", "starts when it came"]
    rule: str
    source: str
    setting: str = ""


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
    length: int = 0
    unit: Unit | None = None
    start: str = ""
    rolls: bool = False
    stricter_by_a_day: bool = False
    acknowledge_business_days: int = 0
    extension: ExtensionRule | None = None
    pauses: tuple[PauseRule, ...] = ()
    # Ten days leave a working week and two weekends to put things right before the statutory date.
    target_days_before: int = 10

    @property
    def on(self) -> bool:
        """Whether its clock may be used here, as the setting has it at this moment."""
        return self.regulation in settings.REGULATIONS_ON

    def pauses_for(self, request_type: str) -> tuple[PauseRule, ...]:
        """The pauses that hold for a type of request, less those that are not switched on."""
        return tuple(
            pause
            for pause in self.pauses
            if request_type in pause.request_types and (not pause.setting or getattr(settings, pause.setting))
        )


UNCONFIRMED = gettext_noop("To be confirmed by counsel")

EU_GDPR = RegulationRule(
    regulation="gdpr",
    rule=gettext_noop(
        "Answer without undue delay, at the latest within one month of receipt. The day of receipt does not "
        "count; the month ends on the day of the same number, else on the month’s last day; a Saturday, "
        "Sunday or public holiday moves the end to the next working day. A refusal is due within that month."
    ),
    source="GDPR Art. 12(3) and 12(4); Regulation (EEC, Euratom) No 1182/71, Art. 3",
    version="2",
    length=1,
    unit="months",
    start=gettext_noop("The day itself does not count."),
    rolls=True,
    extension=ExtensionRule(
        length=2,
        grounds=(COMPLEXITY, NUMBER_OF_REQUESTS),
        rule=gettext_noop(
            "Two further months, counted from receipt, where the complexity and number of the requests need "
            "them. The person is told within the first month, with the reasons."
        ),
        source="GDPR Art. 12(3)",
    ),
    pauses=(
        PauseRule(
            ground=IDENTITY,
            request_types=(ERASURE, ACCESS),
            how="days not counted",
            rule=gettext_noop(
                "While information that confirms the identity is awaited, if there is reasonable doubt and "
                "it was asked for without delay. Not in the text of the law."
            ),
            source="EDPB Guidelines 01/2022",
            setting="EU_IDENTITY_PAUSE",
        ),
    ),
)
UK_GDPR = RegulationRule(
    regulation="uk-gdpr",
    rule=gettext_noop(
        "Answer without undue delay, at the latest within one month. By the ICO’s practice the month ends on "
        "the corresponding date, else on the month’s last day; a weekend or public holiday moves the end to "
        "the next working day. The statute’s “beginning with” can be read as ending a day sooner. A refusal "
        "is due within that month."
    ),
    source="UK GDPR Art. 12(3) and 12A; ICO guidance on time limits",
    version="2",
    length=1,
    unit="months",
    start=gettext_noop("The month runs to the corresponding date."),
    rolls=True,
    stricter_by_a_day=True,
    extension=ExtensionRule(
        length=2,
        grounds=(COMPLEXITY, NUMBER_OF_REQUESTS),
        rule=gettext_noop(
            "Two further months where the request is complex or the person made several, never for ordinary "
            "backlog. The person is told within the first month, with the reasons."
        ),
        source="UK GDPR Art. 12(3) and 12A",
    ),
    pauses=(
        PauseRule(
            ground=IDENTITY,
            request_types=(ERASURE, ACCESS),
            how="starts when it came",
            rule=gettext_noop("The month begins when the information on identity that was asked for came."),
            source="UK GDPR Art. 12A; Data Protection Act 2018 s. 54",
        ),
        PauseRule(
            ground=CLARIFICATION,
            request_types=(ACCESS,),
            how="days not counted",
            rule=gettext_noop(
                "Of an access request alone: while information is awaited that is needed to identify what it "
                "is about."
            ),
            source="UK GDPR Art. 12A; Data Protection Act 2018 s. 54",
        ),
    ),
)
CALIFORNIA = RegulationRule(
    regulation="ccpa",
    rule=gettext_noop(
        "Confirm receipt within 10 business days. Answer within 45 calendar days, which begin on the day of "
        "receipt, however long it takes to verify who is asking."
    ),
    source="California Code of Regulations, title 11, § 7021",
    version="2",
    length=45,
    unit="days",
    start=gettext_noop("The clock runs from that day, however long it takes to verify who is asking."),
    stricter_by_a_day=True,
    acknowledge_business_days=10,
    extension=ExtensionRule(
        length=45,
        grounds=(COMPLEXITY, NUMBER_OF_REQUESTS),
        rule=gettext_noop(
            "Once by 45 days, at most 90 days from receipt. The person gets notice and an explanation within "
            "the first 45 days."
        ),
        source=(
            "California Civil Code § 1798.130(a)(2) and § 1798.145(h)(1); California Code of Regulations, "
            "title 11, § 7021(b)"
        ),
    ),
)
#: California keeps the record of a request for 24 months (California Code of Regulations, title 11, § 7101).
CALIFORNIA_KEEPS_DAYS = 730
UTAH = RegulationRule(
    regulation="utah",
    rule=gettext_noop("Answer within 45 days after the day of receipt."),
    source="Utah Code § 13-61-203",
    version="2",
    length=45,
    unit="days",
    start=gettext_noop("The day after is the first that counts."),
    extension=ExtensionRule(
        length=45,
        grounds=(COMPLEXITY, VOLUME),
        rule=gettext_noop(
            "Once by 45 days, for the complexity of the request or the volume of the requests received. "
            "Before the first 45 days end the person is told the length and the reasons."
        ),
        source="Utah Code § 13-61-203",
    ),
)
BRAZIL = RegulationRule(
    regulation="lgpd",
    rule=gettext_noop("Erase at once, or reply with reasons. “At once” is not a date that can be computed."),
    source="LGPD Art. 18 and 19",
    version="1",
)
ANOTHER_LAW = RegulationRule(
    regulation="other", rule=gettext_noop("No period is known."), source=UNCONFIRMED, version="1"
)

#: The first period and the extension of each other American state, in days.
US_STATE_DAYS: dict[str, tuple[int, int]] = {
    "us-co": (45, 45),
    "us-ct": (45, 45),
    "us-de": (45, 45),
    "us-fl": (45, 15),
    "us-ia": (90, 45),
    "us-in": (45, 45),
    "us-ky": (45, 45),
    "us-md": (45, 45),
    "us-mn": (45, 45),
    "us-mt": (45, 45),
    "us-ne": (45, 45),
    "us-nh": (45, 45),
    "us-nj": (45, 45),
    "us-or": (45, 45),
    "us-ri": (45, 45),
    "us-tn": (45, 45),
    "us-tx": (45, 45),
    "us-va": (45, 45),
}
STATE_RULES: dict[int, str] = {
    45: gettext_noop("Answer within 45 days of receipt."),
    90: gettext_noop("Answer within 90 days of receipt."),
}
STATE_EXTENSIONS: dict[int, str] = {
    15: gettext_noop("Once by 15 days. The person is told within the first period, with the reasons."),
    45: gettext_noop("Once by 45 days. The person is told within the first period, with the reasons."),
}
US_STATES = tuple(
    RegulationRule(
        regulation=state,
        rule=STATE_RULES[days],
        source=UNCONFIRMED,
        version="2",
        length=days,
        unit="days",
        start=gettext_noop("The clock runs from that day."),
        extension=ExtensionRule(
            length=further,
            grounds=(COMPLEXITY, NUMBER_OF_REQUESTS),
            rule=STATE_EXTENSIONS[further],
            source=UNCONFIRMED,
        ),
    )
    for state, (days, further) in US_STATE_DAYS.items()
)

RULES: tuple[RegulationRule, ...] = (EU_GDPR, UK_GDPR, CALIFORNIA, UTAH, BRAZIL, *US_STATES, ANOTHER_LAW)
RULE_OF: dict[str, RegulationRule] = {rule.regulation: rule for rule in RULES}


def regulations_on() -> list[RegulationRule]:
    """The regulations whose clock may be used, in the order in which they are offered."""
    return [rule for rule in RULES if rule.on and rule.unit]


def regulations_that_can_be_on() -> list[str]:
    """The tokens of all rows that have a date to compute."""
    return [rule.regulation for rule in RULES if rule.unit]
