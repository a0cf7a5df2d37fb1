"""Tests of what every outbound call goes through."""
