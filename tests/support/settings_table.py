"""The settings table of README.md, made from shared/topology.yaml: ``python -m tests.support.settings_table``."""

import sys

from shared.topology import Setting, topology


def settings_table() -> str:
    """A Markdown table with a row for each setting, in the order of the topology."""
    rows = ["| Setting | Type | Default | Meaning |", "|---|---|---|---|"]
    rows += [_row(name, setting) for name, setting in topology().settings.items()]
    return "\n".join(rows)


def _row(name: str, setting: Setting) -> str:
    kind = " \\| ".join(f"`{choice}`" for choice in setting.choices) or setting.type
    if setting.type == "int" and setting.min is not None and setting.max is not None:
        kind = f"int, {setting.min} to {setting.max}"
    secret = ", secret" if setting.secret else ""
    return f"| `{name}` | {kind}{secret} | {_default(setting)} | {setting.meaning} |"


def _default(setting: Setting) -> str:
    if setting.default is None:
        return "*required*" if setting.required else "not set"
    if isinstance(setting.default, bool):
        return f"`{int(setting.default)}`"
    return f"`{setting.default}`"


if __name__ == "__main__":
    sys.stdout.write(settings_table() + "\n")
