"""What azd gives by itself. A test double may give nothing that the vendor's tool does not.

Read in azd's source, release 1.31.
"""

# In the environment of every hook, beside the outputs of main.bicep and what `azd env set` stored.
GIVEN_TO_HOOKS = {
    "AZURE_ENV_NAME": "pkg/environment: written when an environment is made",
    "AZURE_SUBSCRIPTION_ID": "pkg/infra/provisioning: written when the subscription is chosen",
    "AZURE_LOCATION": "pkg/infra/provisioning: written when the location is chosen",
}
# Known only while azd evaluates the parameters: neither stored nor given to a hook.
KNOWN_TO_PARAMETERS = {
    "AZURE_PRINCIPAL_ID": "pkg/infra/provisioning/bicep, evalParamEnvSubst: not stored to .env by default",
    "AZURE_PRINCIPAL_TYPE": "pkg/infra/provisioning/bicep, evalParamEnvSubst",
}
