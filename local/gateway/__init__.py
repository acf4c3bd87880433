"""API Management's gateway on one machine: it reads the policies of ``infra/gateway`` and does what they say."""
