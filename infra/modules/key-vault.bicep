// A vault for the one secret that no identity can replace: the token for GitHub's API.
param name string
param location string
param tags object
param workspaceId string
param appPrincipalId string
param isPrivate bool
param purgeProtection bool

@secure()
param githubToken string

var roles = loadJsonContent('../roles.json')

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // The service refuses `false`: what is off must be left out.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: isPrivate ? 'Deny' : 'Allow' }
  }
}

resource token 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = if (!empty(githubToken)) {
  parent: vault
  name: 'github-token'
  properties: { value: githubToken }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource appReadsToken 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(githubToken)) {
  scope: token
  name: guid(vault.id, 'github-token', appPrincipalId, roles.keyVaultSecretsUser)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.keyVaultSecretsUser)
  }
}

output id string = vault.id
// Without a version, so that a new token is picked up without a deployment.
output githubTokenUri string = '${vault.properties.vaultUri}secrets/github-token'
