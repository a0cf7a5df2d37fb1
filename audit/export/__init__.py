"""Taking the log away: as evidence (JSONL), as a view for spreadsheets (CSV), as a folder or a ZIP of one.

What leaves is bounded by a signed checkpoint. The first so many events of a log never change, so pages read
one after another make a consistent whole without a long transaction, and behind a connection pooler too.
"""
