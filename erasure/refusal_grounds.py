"""On what ground a request may be refused, as rows of data: one list for each regulation.

`letter` is the sentence that the person reads; the internal reason never enters a letter. A hold is no ground
by itself: the law that the hold serves is. The rows are an aid, not legal advice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from erasure.choices import RequestType

ERASURE, ACCESS = RequestType.ERASURE, RequestType.ACCESS
BOTH = (ERASURE, ACCESS)


@dataclass(frozen=True, kw_only=True)
class RefusalGround:
    """One ground: its code (stored and logged), its words for officers, its sentence for the person."""

    code: str
    label: str | Promise
    letter: str | Promise
    source: str
    types: Sequence[str] = BOTH

    @property
    def is_confirmed(self) -> bool:
        """Whether its source is a law that can be named to the person."""
        return self.source != UNCONFIRMED


UNCONFIRMED = "To be confirmed by counsel"


def _ground(
    code: str, source: str, label: str | Promise, letter: str | Promise, *, types: Sequence[str] = BOTH
) -> RefusalGround:
    return RefusalGround(code=code, source=source, label=label, letter=letter, types=types)


_IDENTITY = (
    _("Identity could not be established"),
    _(
        "We could not establish that you are the person whose data is concerned, and therefore cannot act on"
        " your request. You may send us further details at any time."
    ),
)
_EXCESSIVE = (
    _("Manifestly unfounded or excessive"),
    _("Your request is manifestly unfounded or excessive, in particular because it repeats an earlier one."),
)
_OBLIGATION = (
    _("A legal obligation to keep the data"),
    _("We are obliged by law to keep the data concerned, and may not erase it before that obligation ends."),
)
_CLAIMS = (
    _("Needed for legal claims"),
    _("We need the data concerned for the establishment, exercise or defence of legal claims."),
)
_RESEARCH = (
    _("Research or archiving in the public interest"),
    _(
        "The data concerned serves research, statistics or archiving in the public interest, which its"
        " erasure would make impossible or seriously impair."
    ),
)
_SPEECH = (
    _("Freedom of expression and information"),
    _("Keeping the data concerned is necessary for exercising the right of free expression and information."),
)
_OTHERS = (
    _("Rights and freedoms of others"),
    _("Handing over the copy you ask for would adversely affect the rights and freedoms of others."),
)
_NO_CONTROLLER = (
    _("We process the data for somebody else"),
    _(
        "We process the data concerned on behalf of another organisation, which decides on it. Please turn to"
        " that organisation."
    ),
)


def _gdpr(prefix: str) -> tuple[RefusalGround, ...]:
    """The grounds of the GDPR, which the United Kingdom has kept under the same articles."""
    return (
        _ground("legal_obligation", f"{prefix} Art. 17(3)(b)", *_OBLIGATION, types=(ERASURE,)),
        _ground("legal_claims", f"{prefix} Art. 17(3)(e)", *_CLAIMS, types=(ERASURE,)),
        _ground("identity_not_established", f"{prefix} Art. 12(2), 12(6)", *_IDENTITY),
        _ground("unfounded_or_excessive", f"{prefix} Art. 12(5)(b)", *_EXCESSIVE),
        _ground("free_expression", f"{prefix} Art. 17(3)(a)", *_SPEECH, types=(ERASURE,)),
        _ground(
            "public_health",
            f"{prefix} Art. 17(3)(c)",
            _("Public interest in public health"),
            _("The data concerned is needed for reasons of public interest in the area of public health."),
            types=(ERASURE,),
        ),
        _ground("research_or_archiving", f"{prefix} Art. 17(3)(d)", *_RESEARCH, types=(ERASURE,)),
        _ground(
            "no_right_to_erasure",
            f"{prefix} Art. 17(1)",
            _("No ground for erasure applies"),
            _(
                "None of the grounds on which the law grants erasure applies: the data is still needed for"
                " the purpose for which it was collected, and is processed lawfully."
            ),
            types=(ERASURE,),
        ),
        _ground("rights_of_others", f"{prefix} Art. 15(4)", *_OTHERS, types=(ACCESS,)),
        _ground("not_the_controller", f"{prefix} Art. 4(7), 28", *_NO_CONTROLLER),
    )


_UK_EXEMPTION = _ground(
    "exemption",
    "Data Protection Act 2018, Schedules 2 to 4",
    _("An exemption of the Data Protection Act 2018"),
    _("An exemption of the Data Protection Act 2018 applies to the data concerned."),
)
_CALIFORNIA = (
    _ground("legal_obligation", "Cal. Civ. Code § 1798.105(d)(8)", *_OBLIGATION, types=(ERASURE,)),
    _ground("legal_claims", "Cal. Civ. Code § 1798.145(a)(1)", *_CLAIMS, types=(ERASURE,)),
    _ground("identity_not_established", "Cal. Code Regs. tit. 11, §§ 7060 to 7062", *_IDENTITY),
    _ground("unfounded_or_excessive", "Cal. Civ. Code § 1798.145(h)(3)", *_EXCESSIVE),
    _ground(
        "transaction",
        "Cal. Civ. Code § 1798.105(d)(1)",
        _("Needed to complete a transaction or contract"),
        _("We need the data concerned to complete the transaction or perform the contract between us."),
        types=(ERASURE,),
    ),
    _ground(
        "security",
        "Cal. Civ. Code § 1798.105(d)(2)",
        _("Needed for security and integrity"),
        _("We need the data concerned to help to ensure security and integrity."),
        types=(ERASURE,),
    ),
    _ground(
        "repairing_errors",
        "Cal. Civ. Code § 1798.105(d)(3)",
        _("Needed to find and repair errors"),
        _("We need the data concerned to identify and repair errors that impair functions you use."),
        types=(ERASURE,),
    ),
    _ground("free_expression", "Cal. Civ. Code § 1798.105(d)(4)", *_SPEECH, types=(ERASURE,)),
    _ground("research_or_archiving", "Cal. Civ. Code § 1798.105(d)(6)", *_RESEARCH, types=(ERASURE,)),
    _ground(
        "internal_use",
        "Cal. Civ. Code § 1798.105(d)(7)",
        _("Internal use that the person can expect"),
        _("We use the data concerned internally only, in ways you can expect from our relationship."),
        types=(ERASURE,),
    ),
    _ground(
        "exempt_data",
        "Cal. Civ. Code § 1798.145(c) to (e)",
        _("Data that the law exempts"),
        _("The data concerned falls under another law, and the law you invoke exempts it."),
    ),
    _ground("not_the_controller", "Cal. Civ. Code § 1798.140(ag)", *_NO_CONTROLLER),
)
_UTAH = (
    _ground("legal_obligation", "Utah Code § 13-61-304", *_OBLIGATION, types=(ERASURE,)),
    _ground("legal_claims", "Utah Code § 13-61-304", *_CLAIMS, types=(ERASURE,)),
    _ground("identity_not_established", "Utah Code § 13-61-203", *_IDENTITY),
    _ground("unfounded_or_excessive", "Utah Code § 13-61-203", *_EXCESSIVE),
    _ground(
        "not_provided_by_person",
        "Utah Code § 13-61-201",
        _("Data that the person did not provide"),
        _("The right to erasure covers data that you provided to us; this data is not of that kind."),
        types=(ERASURE,),
    ),
    _ground("research_or_archiving", "Utah Code § 13-61-304", *_RESEARCH, types=(ERASURE,)),
    _ground("not_the_controller", "Utah Code § 13-61-301", *_NO_CONTROLLER),
)
_ELSEWHERE = (
    _ground("legal_obligation", UNCONFIRMED, *_OBLIGATION, types=(ERASURE,)),
    _ground("legal_claims", UNCONFIRMED, *_CLAIMS, types=(ERASURE,)),
    _ground("identity_not_established", UNCONFIRMED, *_IDENTITY),
    _ground("unfounded_or_excessive", UNCONFIRMED, *_EXCESSIVE),
    _ground("not_the_controller", UNCONFIRMED, *_NO_CONTROLLER),
)

_GROUNDS: dict[str, tuple[RefusalGround, ...]] = {
    "gdpr": _gdpr("GDPR"),
    "uk-gdpr": (*_gdpr("UK GDPR"), _UK_EXEMPTION),
    "ccpa": _CALIFORNIA,
    "utah": _UTAH,
}


def refusal_grounds(regulation: str, request_type: str) -> list[RefusalGround]:
    """The grounds on which a request of this type may be refused under this regulation, most usual first."""
    return [ground for ground in _GROUNDS.get(regulation, _ELSEWHERE) if request_type in ground.types]


def refusal_ground(regulation: str, code: str) -> RefusalGround | None:
    """The ground with this code under this regulation; None where it knows no such ground."""
    return next((ground for ground in _GROUNDS.get(regulation, _ELSEWHERE) if ground.code == code), None)


def all_ground_codes() -> list[str]:
    """Every code that an answer may carry, each once, in the order of the lists."""
    rows = [ground for grounds in (*_GROUNDS.values(), _ELSEWHERE) for ground in grounds]
    return list(dict.fromkeys(ground.code for ground in rows))


def ground_labels() -> list[tuple[str, str | Promise]]:
    """Every code with its words for officers, each once, in the order of the lists."""
    rows = [ground for grounds in (*_GROUNDS.values(), _ELSEWHERE) for ground in grounds]
    return list({ground.code: ground.label for ground in reversed(rows)}.items())[::-1]
