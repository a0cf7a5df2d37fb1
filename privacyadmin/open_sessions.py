"""The sessions in which somebody is signed in, to be ended with their access."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session

from privacyadmin.models import User


def end_sessions_of(person: User) -> None:
    """Delete every session of this person, so that letting them back in does not revive one.

    A session says whose it is only inside, so each is read: there are as many as people who were here today.
    """
    whose = str(person.pk)
    open_ones = Session.objects.iterator(chunk_size=500)
    keys = [session.pk for session in open_ones if session.get_decoded().get(SESSION_KEY) == whose]
    Session.objects.filter(pk__in=keys).delete()
