// The service that holds the index of materials. The index itself is made after provisioning: it is no ARM resource.
param name string
param location string
param tags object
param workspaceId string
param appPrincipalId string
param deployerPrincipalId string
param deployerPrincipalType string
param isPrivate bool

@description('`free` ranks 1,000 queries a month by meaning, `standard` charges for those beyond.')
@allowed(['free', 'standard'])
param semanticRanking string

var roles = loadJsonContent('../roles.json')

resource service 'Microsoft.Search/searchServices@2025-05-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'basic' }
  properties: {
    disableLocalAuth: true
    hostingMode: 'Default'
    partitionCount: 1
    replicaCount: 1
    semanticSearch: semanticRanking
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: service
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource appReadsIndex 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: service
  name: guid(service.id, appPrincipalId, roles.searchIndexDataReader)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.searchIndexDataReader)
  }
}

resource deployerCreatesIndex 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  scope: service
  name: guid(service.id, deployerPrincipalId, roles.searchServiceContributor)
  properties: {
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.searchServiceContributor)
  }
}

resource deployerUploadsMaterials 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(deployerPrincipalId)) {
  scope: service
  name: guid(service.id, deployerPrincipalId, roles.searchIndexDataContributor)
  properties: {
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.searchIndexDataContributor
    )
  }
}

output id string = service.id
output name string = service.name
output endpoint string = 'https://${service.name}.search.windows.net'
