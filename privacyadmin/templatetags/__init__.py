"""The template tags of the house: `{% load pa %}`."""
