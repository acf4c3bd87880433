"""The JavaScript client of the search spec (``spec_client.js``, as written there), run by Node."""

import asyncio
import json
from pathlib import Path
from typing import Any

from local.azurite.node import find_node

_CLIENT = Path(__file__).with_suffix(".js")
_DEADLINE_S = 60.0
# What a browser and its page give the client: an address to which paths are relative, a sign-in, two ways to show.
_PAGE = """
const token = "a token";
const address = process.argv[2] ?? process.argv[1];
const browserFetch = globalThis.fetch;
const fetch = (path, options) => browserFetch(new URL(path, address), options);
const displayResults = (results) => console.log(JSON.stringify({ results }));
const showError = (error) => console.log(JSON.stringify({ error }));
"""


async def run_spec_client(url: str) -> dict[str, Any]:
    """Let the client search at ``url``; return what it showed: ``{"results": ...}`` or ``{"error": ...}``."""
    script = _PAGE + _CLIENT.read_text(encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        find_node().program,
        "--input-type=module",
        "-",
        url,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(_DEADLINE_S):
            shown, problems = await process.communicate(script.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, problems.decode()
    return json.loads(shown)
