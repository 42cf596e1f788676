"""Readers of the workforce files that NHS England publishes."""
