"""Fanwise: the function app, put together from its blueprints."""

import azure.durable_functions as df

from blueprints import (
    ai,
    embeddings,
    embeddings_batch,
    embeddings_files,
    github_repos,
    health,
    instances,
    maintenance,
    reindex,
    repo_context,
    repo_context_start,
    search,
    search_queue,
    search_requests,
    snippets,
)
from shared.logs import set_up_logs
from shared.masked_logs import mask_secrets_in_logs
from shared.settings import current_settings
from shared.telemetry.export import start_exporting

set_up_logs()
mask_secrets_in_logs(current_settings().github)
start_exporting(current_settings().application_insights)

app = df.DFApp(http_auth_level=current_settings().http_auth_level.upper())

app.register_functions(embeddings.bp)
app.register_functions(embeddings_files.bp)
app.register_functions(embeddings_batch.bp)
app.register_functions(reindex.bp)
app.register_functions(snippets.bp)
app.register_functions(search_requests.bp)
app.register_functions(search_queue.bp)
app.register_functions(search.bp)
app.register_functions(repo_context.bp)
app.register_functions(repo_context_start.bp)
app.register_functions(github_repos.bp)
app.register_functions(ai.bp)
app.register_functions(instances.bp)
app.register_functions(maintenance.bp)
app.register_functions(health.bp)
