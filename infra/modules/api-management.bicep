// The gateway, as a service: its identity, and where it reports. What it lets through is in gateway-api.bicep.
param name string
param location string
param tags object
param workspaceId string

@description('Application Insights of the same resource group.')
param componentName string

@description('Who gets the service\'s mails.')
param publisherEmail string

var roles = loadJsonContent('../roles.json')

// The smallest tier that limits calls by key: Consumption does not, and Developer has no service level.
resource service 'Microsoft.ApiManagement/service@2024-05-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: 'BasicV2', capacity: 1 }
  identity: { type: 'SystemAssigned' }
  properties: {
    publisherName: 'Fanwise'
    publisherEmail: publisherEmail
    publicNetworkAccess: 'Enabled'
    developerPortalStatus: 'Disabled'
    legacyPortalStatus: 'Disabled'
    // Older versions of the management API hand secrets out to readers.
    apiVersionConstraint: { minApiVersion: '2021-08-01' }
    // Protocols alone: this tier refuses to have its ciphers chosen, and takes no weak one.
    customProperties: {
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Ssl30': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls10': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.Tls11': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Ssl30': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls10': 'False'
      'Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Backend.Protocols.Tls11': 'False'
    }
  }
}

resource component 'Microsoft.Insights/components@2020-02-02' existing = {
  name: componentName
}

resource gatewayPublishes 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: component
  name: guid(component.id, service.id, roles.monitoringMetricsPublisher)
  properties: {
    principalId: service.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.monitoringMetricsPublisher
    )
  }
}

resource logger 'Microsoft.ApiManagement/service/loggers@2024-05-01' = {
  parent: service
  name: 'application-insights'
  properties: {
    loggerType: 'applicationInsights'
    resourceId: component.id
    credentials: { connectionString: component.properties.ConnectionString, identityClientId: 'SystemAssigned' }
  }
  dependsOn: [gatewayPublishes]
}

// Every error and a tenth of the rest: the app itself reports each request that reaches it. Bodies, headers and
// addresses of callers stay out.
resource requests 'Microsoft.ApiManagement/service/diagnostics@2024-05-01' = {
  parent: service
  name: 'applicationinsights'
  properties: {
    loggerId: logger.id
    alwaysLog: 'allErrors'
    sampling: { samplingType: 'fixed', percentage: 10 }
    httpCorrelationProtocol: 'W3C'
    operationNameFormat: 'Name'
    verbosity: 'information'
    logClientIp: false
    frontend: { request: { body: { bytes: 0 }, headers: [] }, response: { body: { bytes: 0 }, headers: [] } }
    backend: { request: { body: { bytes: 0 }, headers: [] }, response: { body: { bytes: 0 }, headers: [] } }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: service
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = service.id
output name string = service.name
output principalId string = service.identity.principalId
output uri string = service.properties.gatewayUrl
