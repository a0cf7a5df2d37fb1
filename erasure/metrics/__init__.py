"""The numbers of the dashboard, of a month and of a year, computed from rows when somebody looks.

Nothing is kept between two looks, so no number is ever old. Due dates, dates of receipt and dates of answers
are dates in the controller's zone, and so are `today` and the days of a period.
"""

from datetime import timedelta

from erasure.deadlines import DUE_SOON_DAYS

#: Due soon is today and so many days after it.
SOON = timedelta(days=DUE_SOON_DAYS)
