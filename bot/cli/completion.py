"""``munasara completion``."""

import click

VARIABLE = "_MUNASARA_COMPLETE"


@click.command(
    epilog="""\b
Examples:
  munasara completion bash > ~/.local/share/bash-completion/completions/munasara
  munasara completion zsh > ~/.zfunc/_munasara
  munasara completion fish > ~/.config/fish/completions/munasara.fish
"""
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the script that completes commands and options in a shell."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    click.echo(kind(ctx.find_root().command, {}, "munasara", VARIABLE).source())
