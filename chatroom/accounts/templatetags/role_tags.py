"""What somebody may do, asked in a template: `{% if user|is_administrator %}`."""

from django import template

from chatroom.accounts import roles

register = template.Library()
register.filter("is_reviewer", roles.is_reviewer)
register.filter("is_administrator", roles.is_administrator)
