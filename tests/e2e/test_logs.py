"""What the log tells about a run, and what it does not."""

import re

from tests.support.fanwise import fanwise
from tests.support.host import running_host
from tests.support.stack import REPOSITORY


async def test_activities_log_start_progress_and_completion_with_their_fields(stack, openai, tmp_path, project):
    async with running_host(REPOSITORY, tmp_path, env=stack.environment()) as host, fanwise(host.url) as app:
        links = await app.submit(projectId=project, name="a.py", text="x = 1\n" * 300)
        await app.ended(links)
        assert host.stop() == 0
    assert " ERROR " not in host.log
    lines = [line for line in host.log.splitlines() if links["id"] in line]
    for activity in ("embed_chunk_activity", "persist_snippet_activity"):
        own = [line for line in lines if f"activity={activity}" in line]
        for step in ("activity started", "activity progress", "activity completed"):
            assert any(step in line for line in own), (activity, step, host.log)
        assert any(re.search(r"\bms=\d", line) for line in own if "completed" in line)
    assert {m[1] for line in lines if (m := re.search(r"\bchunk=(\d+)", line))} == {"0", "1"}
    secrets = [stack.environment()[name] for name in ("COSMOS_KEY", "STORAGE_KEY")]
    assert not any(secret in host.log for secret in secrets)
