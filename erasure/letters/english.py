"""What letters say in English."""

from erasure.choices import LetterKind, Outcome
from erasure.letters.wording import Rights, Text, Wording, by_type

K = LetterKind
NOT_WHOLE = (K.PARTLY_DONE, K.NOTHING_FOUND, K.REFUSED)
ANSWERS = (K.DONE, *NOT_WHOLE)

ENGLISH = Wording(
    greeting="Dear Sir or Madam,",
    closing="Yours faithfully,\n{organisation}",
    texts={
        K.ACKNOWLEDGEMENT: Text(
            "We have received your request {reference}",
            "On {received_on} we received your request to {asked}. Its reference is {reference}.\n\n"
            "Under {law} our answer is due by {due_on}. If we need anything from you to establish who is "
            "asking, or to find your data, we will ask you for it.\n\n{rights}",
        ),
        K.EXTENSION: Text(
            "Your request {reference}: we need more time",
            "On {received_on} we received your request to {asked}. Our answer was due by "
            "{previous_due_on}.\n\n"
            "We need more time because of {grounds}. {reason}\n\n"
            "Our answer is now due by {due_on}.\n\n{rights}",
        ),
        K.DONE: Text(
            "Your request {reference}: our answer",
            "On {received_on} we received your request to {asked}. This is our answer of "
            "{answered_on}.\n\n{parts}\n\n{rights}",
        ),
        K.PARTLY_DONE: Text(
            "Your request {reference}: our answer",
            "On {received_on} we received your request to {asked}. This is our answer of {answered_on}. "
            "A part of your request was carried out, and a part was not.\n\n{parts}\n\n{rights}",
        ),
        K.NOTHING_FOUND: Text(
            "Your request {reference}: our answer",
            "On {received_on} we received your request to {asked}. This is our answer of "
            "{answered_on}.\n\n{parts}\n\n"
            "If you have been in touch with us under another e-mail address, telephone number or customer "
            "number, please name it, and we will look again.\n\n{rights}",
        ),
        K.REFUSED: Text(
            "Your request {reference}: our answer",
            "On {received_on} we received your request to {asked}. This is our answer of {answered_on}: we "
            "cannot carry it out.\n\n{parts}\n\n{rights}",
        ),
        K.WITHDRAWN: Text(
            "Your request {reference}: withdrawn",
            "On {received_on} we received your request to {asked}. You have since told us that you withdraw "
            "it. We have closed it on {answered_on}, and you may ask again at any time.\n\n{rights}",
        ),
    },
    asked={
        "ERASURE": "erase your personal data",
        "ACCESS": "give you a copy of your personal data",
    },
    whole="Your personal data",
    parts=by_type(
        {
            Outcome.DONE: "{data}: our contact-centre provider reported the erasure as done.",
            Outcome.PARTLY_DONE: (
                "{data}: our contact-centre provider reported the erasure of a part; the rest was not "
                "carried out."
            ),
            Outcome.NOTHING_FOUND: "{data}: nothing about you was found in our contact-centre system.",
            Outcome.REFUSED: "{data}: not carried out. {ground}",
            Outcome.WITHDRAWN: "{data}: not carried out, since you withdrew your request.",
        },
        {
            Outcome.DONE: (
                "{data}: our contact-centre provider reported the copy as ready; you receive it with this "
                "answer."
            ),
            Outcome.PARTLY_DONE: (
                "{data}: our contact-centre provider reported a part of the copy as ready, which you receive "
                "with this answer; the rest was not carried out."
            ),
        },
    ),
    laws={
        "gdpr": "the General Data Protection Regulation (GDPR)",
        "uk-gdpr": "the UK General Data Protection Regulation (UK GDPR)",
        "ccpa": "the California Consumer Privacy Act (CCPA)",
        "utah": "the Utah Consumer Privacy Act",
        "lgpd": "the Brazilian General Data Protection Law (LGPD)",
    },
    another_law="the privacy law that applies to you",
    rights=(
        Rights(
            topic="procedure",
            regulations=("ccpa",),
            kinds=(K.ACKNOWLEDGEMENT,),
            words=(
                "We answer within 45 calendar days of the day on which your request arrived. Once, and after "
                "telling you why, we may take 45 more, which makes 90 days in all. To verify your request we "
                "compare what you gave us with what we have about you, and ask for more only where that does "
                "not suffice. You may name an authorised agent to act for you."
            ),
        ),
        Rights(
            topic="procedure",
            regulations=("utah",),
            kinds=(K.ACKNOWLEDGEMENT,),
            words=(
                "We answer within 45 days after the day on which your request arrived. Once, and after "
                "telling you why, we may take 45 more."
            ),
        ),
        Rights(
            topic="limit",
            regulations=("ccpa", "utah"),
            kinds=(K.EXTENSION,),
            words="The time can be extended once, by 45 days; it cannot be extended again.",
        ),
        Rights(
            topic="recipients",
            regulations=("gdpr", "uk-gdpr"),
            kinds=(K.DONE, K.PARTLY_DONE),
            request_types=("ERASURE",),
            words=(
                "The law obliges us to tell of the erasure each recipient to whom the data was disclosed, "
                "unless that is impossible or takes a disproportionate effort. We name these recipients to "
                "you if you ask us to (Art. 19)."
            ),
        ),
        Rights(
            topic="recipients",
            regulations=("ccpa",),
            kinds=(K.DONE, K.PARTLY_DONE),
            request_types=("ERASURE",),
            words=(
                "The law obliges us to notify our service providers and contractors of the erasure, too "
                "(Cal. Code Regs. tit. 11, § 7022)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("gdpr",),
            kinds=(*NOT_WHOLE, K.EXTENSION),
            words=(
                "You have the right to lodge a complaint with a supervisory authority, in particular where "
                "you live, where you work, or where you think the law was infringed, and to seek a judicial "
                "remedy (GDPR Art. 12(4), 77 and 79)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("uk-gdpr",),
            kinds=(*NOT_WHOLE, K.EXTENSION),
            words=(
                "You may complain to us; we acknowledge a complaint within 30 days and tell you what came of "
                "it. You also have the right to complain to the Information Commissioner’s Office "
                "(ico.org.uk/make-a-complaint), and to seek a remedy in court (UK GDPR Art. 12(4), 77 and "
                "79; Data Protection Act 2018 s. 164A)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("ccpa",),
            kinds=NOT_WHOLE,
            words=(
                "You may ask again with further details, yourself or through an authorised agent, and you "
                "may turn to the California Privacy Protection Agency (cppa.ca.gov)."
            ),
        ),
        Rights(
            topic="complaint",
            regulations=("utah",),
            kinds=NOT_WHOLE,
            words="You may turn to the Utah Division of Consumer Protection (dcp.utah.gov).",
        ),
        Rights(
            topic="complaint",
            kinds=NOT_WHOLE,
            words="You may complain to the authority that is competent for the protection of your data.",
        ),
        Rights(
            topic="discrimination",
            regulations=("ccpa",),
            kinds=(*ANSWERS, K.ACKNOWLEDGEMENT),
            words=("We do not treat you worse because you used your rights (Cal. Civ. Code § 1798.125)."),
        ),
    ),
)
