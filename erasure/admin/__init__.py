"""The pages, one module per family. They show and collect, and hold no rule: what may happen is decided below
them.
"""

from erasure.admin.request_list import PrivacyRequestAdmin as PrivacyRequestAdmin
