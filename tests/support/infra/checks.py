"""Every check of the deployment's files. What none of them finds is found by Azure, by somebody who deploys."""

from tests.support.infra import resource_checks, role_checks, settings_checks, syntax_checks
from tests.support.infra.project import Check

CHECKS: tuple[Check, ...] = (
    syntax_checks.unparsable,
    syntax_checks.unused_names,
    syntax_checks.undeployable,
    syntax_checks.keys_handed_out,
    syntax_checks.parameters_that_ask,
    syntax_checks.parameters_documented,
    syntax_checks.quota_asked_for,
    syntax_checks.azure_yaml,
    settings_checks.unknown_or_missing,
    settings_checks.refused_by_the_app,
    settings_checks.secrets_in_the_clear,
    settings_checks.connections,
    settings_checks.gateway_or_keys,
    role_checks.roles_given,
    role_checks.roles_documented,
    resource_checks.cosmos_containers,
    resource_checks.cosmos_account,
    resource_checks.queue,
    resource_checks.blob_containers,
    resource_checks.search_index,
    resource_checks.keyless,
    resource_checks.observed,
    resource_checks.private_network,
    resource_checks.named_and_tagged,
    resource_checks.flex_consumption,
    resource_checks.foundry,
    resource_checks.vault,
)
