"""The `leadbright` command: every command there is, each of which imports what it needs when it runs.

May not know what a command does.
"""

from __future__ import annotations

import typer

from leadbright import definition_commands, import_commands, publish_commands, role_commands, test_command


def main() -> None:
    """Run the command line; ends the process with 0 fine, 1 findings or failure, 2 wrong usage."""
    make_app()()


def make_app() -> typer.Typer:
    """The command line with every command on it."""
    app = typer.Typer(
        name="leadbright",
        help="Experiments and privacy-first analytics for any website, from one script tag.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for commands in (definition_commands, test_command, import_commands, publish_commands, role_commands):
        commands.register(app)
    return app
