"""What the decision whether anything fits a question is made of: one line of JSON for each question.

``python -m bench.retrieval.features --project NAME`` asks the services that the environment names, as the app would, of
a project that is indexed; by it the constants of ``shared/snippets/querying/confidence.py`` are set.
"""

import argparse
import asyncio
import json
import sys
from statistics import fmean
from typing import Any

from bench.retrieval.product import PROJECT
from bench.retrieval.questions import Question, read_questions
from shared.resources import Resources, open_resources
from shared.settings import current_settings
from shared.snippets.querying.candidates import candidates_of
from shared.snippets.querying.confidence import coverage, is_confident
from shared.snippets.querying.fusion import files_of
from shared.snippets.querying.request import Query
from shared.snippets.words import query_terms


async def features_of(question: Question, project_id: str, resources: Resources) -> dict[str, Any]:
    """Return what is known of a question's answer, what is made of it, and whether its first file is right."""
    terms = query_terms(question.text)
    found = await candidates_of(Query(question.text, project_id), terms, resources)
    files = files_of(found.meaning, found.words)
    similarities = [row.similarity for row in found.meaning if row.similarity is not None]
    return {
        "kind": question.kind,
        "question": question.text,
        "right": bool(files) and files[0].file[1] in question.right,
        "degraded": list(found.degraded),
        "confident": is_confident(files, found.held, terms),
        "coverage": coverage(files, found.held, terms) if terms else None,
        "similarity": max(similarities, default=None),
        "aboveMean": max(similarities) - fmean(similarities) if similarities else None,
    }


async def _print_all(project_id: str) -> None:
    async with open_resources(current_settings()) as resources:
        for question in read_questions():
            json.dump(await features_of(question, project_id, resources), sys.stdout, ensure_ascii=False)
            print()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Print the features of every question's answer.")
    parser.add_argument("--project", default=PROJECT)
    asyncio.run(_print_all(parser.parse_args().project))
