#!/usr/bin/env python
"""Run administrative tasks."""

import os
import sys


def main() -> None:
    """Hand the command line to Django. A wrong setting ends it with one line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatroom.settings")
    from django.core.management import execute_from_command_line

    from chatroom.configuration import ConfigurationError

    try:
        execute_from_command_line(sys.argv)
    except ConfigurationError as error:
        sys.exit(f"Error: {error}")


if __name__ == "__main__":
    main()
