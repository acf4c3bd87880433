"""An embeddings endpoint that takes a given time and no more: ``python -m bench.slow_endpoint --latency-ms 100``.

It speaks what the openai SDK speaks. Vectors are numbers drawn from the text, which cost next to nothing.
"""

import argparse
import asyncio
import base64
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web


class SlowEndpoint:
    """Counts what it is asked for; ``GET /stats`` tells."""

    def __init__(self, latency_s: float) -> None:
        self._latency_s = latency_s
        self._requests = 0
        self._inputs = 0

    def app(self) -> web.Application:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/stats", self._stats)
        app.router.add_post("/{path:.*}/embeddings", self._embed)
        return app

    async def _stats(self, _request: web.Request) -> web.Response:
        return web.json_response({"requests": self._requests, "inputs": self._inputs})

    async def _embed(self, request: web.Request) -> web.Response:
        until = asyncio.get_running_loop().time() + self._latency_s
        asked = await request.json()
        texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
        self._requests += 1
        self._inputs += len(texts)
        data = [_item(index, text, asked.get("dimensions", 1536)) for index, text in enumerate(texts)]
        usage = {"prompt_tokens": len(texts), "total_tokens": len(texts)}
        body = {"object": "list", "model": asked.get("model", "bench"), "data": data, "usage": usage}
        await asyncio.sleep(until - asyncio.get_running_loop().time())
        return web.json_response(body)


def _item(index: int, text: str, dimensions: int) -> dict[str, Any]:
    vector = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(dimensions).astype("<f4")
    return {"object": "embedding", "index": index, "embedding": base64.b64encode(vector.tobytes()).decode()}


async def _serve(latency_s: float, ready_file: Path) -> None:
    runner = web.AppRunner(SlowEndpoint(latency_s).app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    _write(ready_file, {"url": f"http://{host}:{port}"})
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


def _write(path: Path, content: dict[str, str]) -> None:
    whole = path.with_suffix(".part")
    whole.write_text(json.dumps(content), encoding="utf-8")
    whole.replace(path)


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=100)
    parser.add_argument("--ready-file", type=Path, required=True)
    chosen = parser.parse_args()
    asyncio.run(_serve(chosen.latency_ms / 1000, chosen.ready_file))


if __name__ == "__main__":
    main()
