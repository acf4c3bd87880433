"""The workbook, made from the queries in infra/monitoring/kql: ``python -m tests.support.infra.workbook``.

A workbook holds its queries as text in JSON, where nothing checks them; their own files are what is checked.
"""

import json
from pathlib import Path
from typing import Any

from tests.support.infra.project import CHECKOUT

FILE = "monitoring/workbook.json"
_SCHEMA = "https://github.com/Microsoft/Application-Insights-Workbooks/blob/master/schema/workbook.json"
_PERIOD = "Period"
_DAY_MS = 86_400_000
_PERIODS_MS = (3_600_000, 14_400_000, _DAY_MS, 7 * _DAY_MS, 30 * _DAY_MS)

# What stands under which heading: file, title, and how it is shown.
SECTIONS: dict[str, list[tuple[str, str, str]]] = {
    "Aims: accepted in 500 ms, 50 waiting, done in 30 s, 1 % errors": [
        ("accept-latency", "Time to accept a search (ms)", "timechart"),
        ("queue-depth", "Searches waiting in the queue", "timechart"),
        ("orchestration-duration", "Time to finish a search (ms)", "timechart"),
        ("error-rate", "Searches answered with an error, and refused", "table"),
    ],
    "Models": [
        ("search-cost", "Tokens and list price per search", "table"),
        ("tokens", "Tokens", "timechart"),
        ("model-latency", "Requests to the models (ms)", "table"),
        ("model-prompts", "What the language model is asked", "table"),
        ("throttling", "Answers 429 by service", "timechart"),
    ],
    "Snippets and repositories": [
        ("embeddings", "Chunks per second, and failures", "timechart"),
        ("embedding-latency", "Requests to the embedding model (ms)", "timechart"),
        ("repo-context", "Repositories' context", "timechart"),
    ],
    "Steps": [("activities", "Activities (ms)", "table")],
}


def workbook(folder: Path) -> dict[str, Any]:
    """Return the workbook with the queries that lie in ``folder``."""
    items: list[dict[str, Any]] = [_period()]
    for number, (heading, charts) in enumerate(SECTIONS.items()):
        items.append({"type": 1, "content": {"json": f"## {heading}"}, "name": f"heading-{number}"})
        items += [_chart(folder, *chart) for chart in charts]
    return {
        "version": "Notebook/1.0",
        "items": items,
        "fallbackResourceIds": ["{component}"],
        "$schema": _SCHEMA,
    }


def _period() -> dict[str, Any]:
    parameter = {
        "id": "5b0f3a5e-6f0c-4c0e-9a39-1f7d3f0a7c11",
        "version": "KqlParameterItem/1.0",
        "name": _PERIOD,
        "type": 4,
        "isRequired": True,
        "typeSettings": {"selectableValues": [{"durationMs": each} for each in _PERIODS_MS]},
        "value": {"durationMs": _DAY_MS},
    }
    content = {"version": "KqlParameterItem/1.0", "parameters": [parameter], "style": "pills"}
    return {"type": 9, "content": content, "name": "period"}


def _chart(folder: Path, query: str, title: str, shown_as: str) -> dict[str, Any]:
    content = {
        "version": "KqlItem/1.0",
        "query": (folder / f"{query}.kql").read_text(encoding="utf-8"),
        "size": 0,
        "title": title,
        "timeContextFromParameter": _PERIOD,
        "queryType": 0,
        "resourceType": "microsoft.insights/components",
        "visualization": shown_as,
    }
    return {"type": 3, "content": content, "name": query}


def written(document: dict[str, Any]) -> str:
    """Return the text of the file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    made = written(workbook(CHECKOUT.infra / "monitoring" / "kql"))
    (CHECKOUT.infra / FILE).write_text(made, encoding="utf-8")
