"""What a person asks for, under which law, by which way, about whom, and how that was established."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from audit.words import Words


class RequestType(TextChoices):
    """What the person asked for (contract: `type`)."""

    ERASURE = "ERASURE", _("Erasure")
    ACCESS = "ACCESS", _("Access")


class Category(TextChoices):
    """The nine kinds of data CXone tells apart, in the contract's order (contract: `categories`)."""

    CONTACT = "CONTACT", _("Contact")
    CONVERSATION = "CONVERSATION", _("Conversation")
    SURVEY = "SURVEY", _("Survey")
    ANALYTICS = "ANALYTICS", _("Analytics")
    INTERACTION = "INTERACTION", _("Interaction")
    IVR = "IVR", _("IVR")
    CHAT = "CHAT", _("Chat")
    EMAIL = "EMAIL", _("Email")
    SMS = "SMS", _("SMS")


# What each category covers as we understand it; CXone decides what it really touches.
CATEGORY_LINES: dict[Category, Words] = {
    Category.CONTACT: _("Names, numbers, addresses, custom fields."),
    Category.CONVERSATION: _("Threads that join the person’s messages."),
    Category.SURVEY: _("Answers and scores the person gave."),
    Category.ANALYTICS: _("Transcripts, sentiment, derived topics."),
    Category.INTERACTION: _("Recordings and the record of each call."),
    Category.IVR: _("Menu choices and spoken input."),
    Category.CHAT: _("Chat texts and files sent in them."),
    Category.EMAIL: _("Messages, with their attachments."),
    Category.SMS: _("Text messages, in and out."),
}


class Scope(TextChoices):
    """How far a request reaches from its subject (contract: `scope`)."""

    CONTACT = "CONTACT", _("This contact")
    CONVERSATION = "CONVERSATION", _("Their conversations")
    ACCOUNT = "ACCOUNT", _("The whole account")
    ALL = "ALL", _("Everything linked")


SCOPE_LINES: dict[Scope, Words] = {
    Scope.CONTACT: _("Only the record with this identifier."),
    Scope.CONVERSATION: _("Every thread this person took part in."),
    Scope.ACCOUNT: _("Also contacts that share the account."),
    Scope.ALL: _("Contact, conversations and account. At most 5 categories."),
}


class Regulation(TextChoices):
    """Under which law the clock runs. Which of them are on is decided in `erasure/deadlines.py`."""

    GDPR = "gdpr", _("EU GDPR")
    UK_GDPR = "uk-gdpr", _("UK GDPR")
    CCPA = "ccpa", _("California, CCPA")
    UTAH = "utah", _("Utah, UCPA")
    LGPD = "lgpd", _("Brazil, LGPD")
    US_CO = "us-co", _("Colorado, CPA")
    US_CT = "us-ct", _("Connecticut, CTDPA")
    US_DE = "us-de", _("Delaware, DPDPA")
    US_FL = "us-fl", _("Florida, FDBR")
    US_IA = "us-ia", _("Iowa, ICDPA")
    US_IN = "us-in", _("Indiana, INCDPA")
    US_KY = "us-ky", _("Kentucky, KCDPA")
    US_MD = "us-md", _("Maryland, MODPA")
    US_MN = "us-mn", _("Minnesota, MCDPA")
    US_MT = "us-mt", _("Montana, MTCDPA")
    US_NE = "us-ne", _("Nebraska, NDPA")
    US_NH = "us-nh", _("New Hampshire, NHDPA")
    US_NJ = "us-nj", _("New Jersey, NJDPA")
    US_OR = "us-or", _("Oregon, OCPA")
    US_RI = "us-ri", _("Rhode Island, RIDTPPA")
    US_TN = "us-tn", _("Tennessee, TIPA")
    US_TX = "us-tx", _("Texas, TDPSA")
    US_VA = "us-va", _("Virginia, VCDPA")
    OTHER = "other", _("Another law")


class Channel(TextChoices):
    """How a request came in, or an answer went out."""

    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Phone")
    LETTER = "letter", _("Letter")
    WEB_FORM = "web_form", _("Web form")
    IN_PERSON = "in_person", _("In person")
    OTHER = "other", _("Another way")


class IdentityCheck(TextChoices):
    """How it was established that the one who asks is the person, or may act for them."""

    SIGNED_IN = "signed_in", _("Asked while signed in to their account")
    VERIFIED_CONTACT = "verified_contact", _("Confirmed through an address or number already on file")
    KNOWN_DETAILS = "known_details", _("Named details that only they would know")
    DOCUMENT = "document", _("Showed an identity document")
    KNOWN_AGENT = "known_agent", _("Through an agent whose authority was checked")
    OTHER = "other", _("Another way, told in the comments")


class IdentifierKind(TextChoices):
    """What an identifier is. Only a CXone id can be sent; the others are what people write in with."""

    CXONE_ID = "cxone_id", _("CXone id")
    EMAIL = "email", _("E-mail address")
    PHONE = "phone", _("Phone number")
    OTHER = "other", _("Other identifier")
