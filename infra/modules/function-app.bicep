// The app on Flex Consumption: a plan of its own (a plan holds one app), its settings, and who may call it.
param planName string
param appName string
param location string
param tags object
param workspaceId string

@description('Key of the service in azure.yaml that azd deploys here.')
param serviceName string

param identityId string
param identityClientId string

@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string

@allowed([512, 2048, 4096])
param instanceMemoryMB int

@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Instances that never sleep: name of the scale group and instanceCount.')
param alwaysReady array

@description('Subnet through which the app calls out; empty: none.')
param subnetId string

param deploymentContainerUrl string
param blobEndpoint string
param applicationInsightsConnectionString string

@description('Object id of the identity that the gateway calls with; empty: there is no gateway.')
param gatewayPrincipalId string

@description('Client id of the app registration that the gateway asks its token for; empty: there is no gateway.')
param gatewayAudience string

@description('Another app runs the queue and the timers: this one leaves them alone.')
param isIdle bool

@description('What differs from the defaults of shared/topology.yaml, by the setting\'s name.')
param settings object

// All or none: the key may go and the header be believed only where nobody but the gateway gets through.
var behindGateway = !empty(gatewayPrincipalId) && !empty(gatewayAudience)
var gatewaySettings = {
  HTTP_AUTH_LEVEL: 'anonymous'
  TRUST_USER_ID_HEADER: '1'
  STATUS_REQUIRES_OWNER: '1'
}
var gatewayOnly = {
  enabled: true
  registration: {
    clientId: gatewayAudience
    openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
  }
  validation: {
    allowedAudiences: [gatewayAudience, 'api://${gatewayAudience}']
    defaultAuthorizationPolicy: { allowedPrincipals: { identities: [gatewayPrincipalId] } }
  }
}

// Of the host's storage only the blobs: leases, keys, when timers ran. The scheduler keeps the runs and no trigger waits for
// blobs, so nobody needs queues. Into tables the host writes diagnostic events, which its log has as well: with the address
// and without the role it is refused every ten minutes.
var hostSettings = {
  AZURE_CLIENT_ID: identityClientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identityClientId
  AzureWebJobsStorage__blobServiceUri: blobEndpoint
  APPLICATIONINSIGHTS_CONNECTION_STRING: applicationInsightsConnectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identityClientId};Authorization=AAD'
  // What the telemetry SDK tells its makers of itself, and what it would let them change from afar.
  APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL: 'true'
  APPLICATIONINSIGHTS_SDKSTATS_DISABLED: 'true'
  APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED: 'true'
  AZURE_FUNCTIONS_DURABLE_STRICT_TYPING: '1'
}

// Searches, their reconciler and the timers belong to one app at a time: two would start the same search twice.
var idleSettings = isIdle ? loadJsonContent('../idle-settings.json') : {}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: appName
  location: location
  tags: union(tags, { 'azd-service-name': serviceName })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identityId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2', ftpsState: 'Disabled', http20Enabled: true }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: deploymentContainerUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identityId }
        }
      }
      runtime: { name: 'python', version: pythonVersion }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: alwaysReady
        triggers: { http: { perInstanceConcurrency: 16 } }
      }
    }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(hostSettings, settings, idleSettings, behindGateway ? gatewaySettings : {})
  }

  // Written without a gateway too: turned off, it must not stay as the last deployment left it.
  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: behindGateway }
      globalValidation: {
        requireAuthentication: behindGateway
        unauthenticatedClientAction: behindGateway ? 'Return401' : 'AllowAnonymous'
      }
      httpSettings: { requireHttps: true }
      login: { tokenStore: { enabled: false } }
      identityProviders: {
        azureActiveDirectory: behindGateway ? gatewayOnly : { enabled: false }
      }
    }
    dependsOn: [appSettings]
  }
}

// Deployments sign in with Entra ID; passwords for publishing stay off. Two and no loop: the name tells the type.
resource publishingByFtp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: { allow: false }
}

resource publishingByScm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: { allow: false }
}

// Metrics only: the app's logs reach the same workspace through Application Insights.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: app
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = app.id
output name string = app.name
output uri string = 'https://${app.properties.defaultHostName}'
