"""For pages that work without a connection."""

from django import template

from surveys import offline

register = template.Library()


@register.simple_tag
def device_build() -> str:
    """Which build of our files this page belongs to."""
    return offline.build()
