"""Before provisioning: what can be known to fail is told now, and what no template can make is made."""

from infra.hooks import gateway_registration, model_quota
from infra.hooks.outputs import Outputs


def main(outputs: Outputs) -> None:
    """Look at the quota of models, then register the gateway's application.

    Raises:
        HookFailed: One of both cannot work.
    """
    model_quota.main(outputs)
    gateway_registration.main(outputs)
