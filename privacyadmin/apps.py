"""The two Django apps of the wiring: the admin with our site in its place, and the project's own models and commands."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from privacyadmin import checks as checks
from privacyadmin.roles import make_groups


class PrivacyAdminSiteConfig(AdminConfig):
    """Django's admin, served by our site."""

    default_site = "privacyadmin.site.PrivacyAdminSite"


class PrivacyAdminConfig(AppConfig):
    """Users, roles, checks and the commands that run the program."""

    name = "privacyadmin"
    verbose_name = "People and roles"

    def ready(self) -> None:
        """Make the groups after every migrate: a flush deletes them, and a migration cannot see our permissions yet."""
        post_migrate.connect(make_groups, sender=self, dispatch_uid="privacyadmin.make_groups")
