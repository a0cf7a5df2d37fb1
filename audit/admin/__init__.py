"""The log as pages: to be read, verified and taken away, and nothing else. One module per family of pages."""

from audit.admin.event_list import AuditEventAdmin as AuditEventAdmin
