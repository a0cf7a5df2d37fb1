"""The two Django apps of the wiring: the admin with our site in it, and our own models and commands."""

from importlib import import_module

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import import_string

from privacyadmin import checks  # noqa: F401 - importing them registers them.
from privacyadmin.roles import make_groups


class PrivacyAdminSiteConfig(AdminConfig):
    """Django's admin, served by our site."""

    default_site = "privacyadmin.site.PrivacyAdminSite"

    def ready(self) -> None:
        """Take Django's pages of groups away: what a role may do stands in `roles.py` and nowhere else, and a
        change by hand would be no event.
        """
        super().ready()
        admin.site.unregister(apps.get_model("auth", "Group"))


class PrivacyAdminConfig(AppConfig):
    """Users, roles, checks and the commands that run the program."""

    name = "privacyadmin"
    verbose_name = "People and roles"

    def ready(self) -> None:
        """Register the checks of vaults; make the groups and note the keys after every migrate, since a flush
        takes both away.

        What needs the models is named, since Django loads them after this module.
        """
        # These know the kinds of vaults, and so the models, which are not loaded before.
        import_module("privacyadmin.vault_checks")
        # Permissions are made app by app, so only after the last app does every one of them exist.
        last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
        post_migrate.connect(make_groups, sender=last, dispatch_uid="privacyadmin.make_groups")
        post_migrate.connect(
            import_string("privacyadmin.key_check.record_first_keys"),
            sender=self,
            dispatch_uid="privacyadmin.record_first_keys",
        )
        import_string("privacyadmin.sign_in_events.connect")()
