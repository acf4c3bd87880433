"""The language model sums up the best results."""

from activities.runner import log_progress
from shared.errors import Rejected
from shared.llm.answers import read_analysis
from shared.llm.asking import ask
from shared.llm.descriptions import request_document, result_documents
from shared.llm.prompts import prompts
from shared.resources import Resources
from shared.search.contracts import Analysis, AnalysisTask
from shared.search.decisions import ANALYSED_RESULTS

_PROMPT = prompts().overall_analysis


async def overall_analysis(task: AnalysisTask, resources: Resources) -> Analysis:
    """Return a summary of the first ten results, which of them the model recommends, and what to check.

    Raises:
        Unavailable: The model throttled, failed or did not answer in time.
        Rejected: It refused, answered twice what cannot be used, or there is no result to sum up.
    """
    results = task.results[:ANALYSED_RESULTS]
    if not results:
        raise Rejected("There is no result to sum up")
    document = {"request": request_document(task.request_block), "results": result_documents(results)}
    ids = {result.id for result in results}
    asked = await ask(resources.chat, _PROMPT, document, lambda text: read_analysis(text, ids), len(results))
    log_progress("summed up", results=len(results), tokens=asked.usage.total)
    answer = asked.value
    return Analysis(
        summary=answer.summary,
        best_match=answer.best_match,
        caveats=tuple(answer.caveats),
        model=asked.model,
        usage=asked.usage,
    )
