"""How the house is wired: settings, checks, site, roles, commands."""
