"""The `leadbright` command: every command there is, each of which is loaded when it is asked for.

May not know what a command does.
"""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "init": "language_commands",
    "check": "definition_commands",
    "compile": "definition_commands",
    "decide": "definition_commands",
    "explain": "language_commands",
    "schema": "language_commands",
    "test": "test_command",
    "import": "import_commands",
    "compile-fleet": "fleet_command",
    "publish": "publish_commands",
    "publish-fleet": "fleet_publish_command",
    "promote": "release_commands",
    "rollback": "publish_commands",
    "off": "release_commands",
    "releases": "publish_commands",
    "clean": "release_commands",
    "rebuild-log": "release_commands",
    "purge": "purge_command",
    "push": "exchange_commands",
    "pull": "exchange_commands",
    "up": "role_commands",
    "web": "role_commands",
    "relay": "role_commands",
    "aggregator": "role_commands",
    "demo": "role_commands",
    "demo-shop": "role_commands",
    "demo-crowd": "role_commands",
    "migrate": "role_commands",
    "report": "role_commands",
    "site-secret": "secret_command",
    "token": "token_command",
    "version": "role_commands",
}
"""Each command and the file that holds it, in the order in which they are listed."""


class _Loading(click.Group):
    """Loads the file of one command when that is run, and all of them only to list what there is."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"leadbright.{COMMANDS[cmd_name]}").COMMANDS[cmd_name]
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, each with its whole first sentence."""
        commands = {name: command for name in COMMANDS if (command := self.get_command(ctx, name))}
        with formatter.section("Commands"):
            formatter.write_dl([(name, each.help or "") for name, each in commands.items() if not each.hidden])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:  # only the names here are known before anything is loaded
            raise click.NoSuchCommand(args[0], possibilities=COMMANDS, ctx=ctx) from error


APP = _Loading("leadbright", help="Experiments and privacy-first analytics for any website, from one script tag.")


def main() -> None:
    """Run the command line; ends the process with 0 fine, 1 findings or failure, 2 wrong usage."""
    APP(prog_name="leadbright")
