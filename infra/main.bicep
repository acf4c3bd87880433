// Fanwise in Azure. `azd up` asks for environment, subscription and location; the rest has defaults (docs/deploy.md).
targetScope = 'subscription'

@description('Name of the environment; names follow from it.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region: one that has all services (infra/regions.json). The models are there too unless aiLocation says otherwise.')
@allowed([
  'australiaeast'
  'brazilsouth'
  'canadacentral'
  'centralindia'
  'centralus'
  'eastasia'
  'eastus2'
  'francecentral'
  'germanywestcentral'
  'italynorth'
  'japaneast'
  'koreacentral'
  'northcentralus'
  'northeurope'
  'southafricanorth'
  'southeastasia'
  'swedencentral'
  'uaenorth'
  'uksouth'
  'westus'
  'westus2'
  'westus3'
])
@metadata({ azd: { type: 'location' } })
param location string

@description('Region of the models; empty: the same. For a region without quota for them.')
@metadata({ azd: { type: 'location' } })
param aiLocation string = ''

@description('Region of AI Search; empty: the same. For a region without capacity for it.')
@metadata({ azd: { type: 'location' } })
param searchLocation string = ''

@description('Region of Cosmos DB; empty: the same. For a region without capacity for it.')
@metadata({ azd: { type: 'location' } })
param cosmosLocation string = ''

@description('Object id of whoever deploys, for what the hooks do; azd sets it. Empty: no roles for it.')
param principalId string = ''

@description('What that id belongs to; azd sets it.')
@allowed(['User', 'ServicePrincipal', 'Group'])
param principalType string = 'User'

@description('Python that the app runs on.')
@allowed(['3.11', '3.12', '3.13'])
param pythonVersion string = '3.12'

@description('Memory of each instance.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Most instances of each scale group.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 100

@description('For users who wait: three always-ready instances (HTTP, durable, the search queue; 21 USD a month each at 2 GB), semantic ranking without the limit of 1,000 free queries a month, 400,000 tokens a minute for chat and 100,000 for embeddings. Without it first calls wait for a cold start.')
param production bool = false

@description('Data services behind private endpoints, Service Bus in the Premium tier: about 730 USD a month more. Decide before the first deployment.')
param vnetEnabled bool = false

@description('Adds a SignalR service for push instead of polling.')
param signalREnabled bool = false

@description('Tier of the durable engine.')
@allowed(['Consumption', 'Dedicated'])
param schedulerSku string = 'Consumption'

@description('What the durable engine logs: `allLogs`, the name of a log category, or `none` where it refuses either.')
param schedulerLogs string = 'allLogs'

@description('Lets the app manage its queue, so that the platform scales by the queue\'s length.')
param scaleByQueueLength bool = false

@description('Chat model; its deployment has the same name.')
param chatModelName string = 'gpt-5.4-mini'

@description('Its version. Models retire: see the schedule of Microsoft Foundry.')
param chatModelVersion string = '2026-03-17'

@description('Thousands of tokens a minute for chat; 0: 60, which is two searches at once and what small subscriptions have, 400 with PRODUCTION=true.')
@minValue(0)
param chatModelCapacity int = 0

@description('`default` leaves the temperature to the model: reasoning models refuse any other.')
@allowed(['0', 'default'])
param chatModelTemperature string = 'default'

@description('How hard a reasoning model thinks: room for that counts as tokens a minute. `default` leaves it to the model.')
@allowed(['default', 'none', 'minimal', 'low', 'medium', 'high', 'xhigh'])
param chatModelReasoningEffort string = 'low'

@description('Embedding model; its vectors must have the dimensions of the Cosmos DB containers.')
param embeddingModelName string = 'text-embedding-3-small'

@description('Its version.')
param embeddingModelVersion string = '1'

@description('Thousands of tokens a minute for embeddings; 0: 60, 100 with PRODUCTION=true.')
@minValue(0)
param embeddingModelCapacity int = 0

@description('How both models are deployed.')
@allowed(['GlobalStandard', 'DataZoneStandard', 'Standard'])
param modelSku string = 'GlobalStandard'

@description('GitHub accounts whose repositories are gathered, separated by commas.')
param repoContextUsers string = ''

@description('Gather the repositories of any account that somebody asks for.')
param repoContextAllowAny bool = false

@description('GitHub\'s REST API, or that of a GitHub Enterprise Server.')
param githubApiUrl string = 'https://api.github.com'

@description('Token for that API, kept in Key Vault; empty: 60 requests an hour.')
@secure()
param githubToken string = ''

@description('Keeps a deleted vault for its seven days even from `azd down --purge`.')
param vaultPurgeProtection bool = false

@description('Puts an API Management in front of the app: about 150 USD a month more. Needs gatewayAudience.')
param apimEnabled bool = false

@description('Who gets the mails of that API Management.')
param gatewayPublisherEmail string = 'noreply@example.com'

@description('Object id of the identity of another API Management that alone may call the app. Takes effect with gatewayAudience.')
param gatewayPrincipalId string = ''

@description('Client id of the app registration that the gateway asks its token for.')
param gatewayAudience string = ''

@description('Client id that the tokens of callers are for; empty: the same.')
param apiAudience string = ''

@description('A second app, green, beside the first, blue: as many always-ready instances again.')
param blueGreen bool = false

@description('Percent of the requests that the gateway sends to green.')
@allowed([0, 10, 50, 100])
param greenWeight int = 0

@description('Which of the two runs the queue and the timers.')
@allowed(['blue', 'green'])
param activeColour string = 'blue'

@description('Days that logs are kept.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Who is told of alerts by e-mail; empty: nobody, they are seen in the portal only.')
param alertEmail string = ''

@description('Share of the app\'s own traces that is kept, 0 to 1: each search has about 32 KB of spans. Events and metrics are kept all.')
param traceShare string = '1'

var topology = loadYamlContent('../shared/topology.yaml')
var modelDefaults = loadJsonContent('models.json')
var stage = production ? 'production' : 'first'

var token = toLower(uniqueString(subscription().id, environmentName, location))
var tags = { 'azd-env-name': environmentName }
var modelLocation = empty(aiLocation) ? location : aiLocation

// Stops a deployment that could not work before anything is made.
var noAudience = 'Environment ${environmentName} has APIM_ENABLED=true, which needs GATEWAY_AUDIENCE: see docs/deploy.md, Gateway'
var audience = apimEnabled && empty(gatewayAudience) ? fail(noAudience) : gatewayAudience
var behindGateway = (apimEnabled || !empty(gatewayPrincipalId)) && !empty(audience)

// Blue is always there, and keeps the names that it had alone.
var colours = concat(
  [{ name: 'blue', service: 'api', suffix: '' }],
  blueGreen ? [{ name: 'green', service: 'api-green', suffix: '-green' }] : []
)
// HTTP and orchestrations scale as groups, a function that a queue starts by itself: warming the others would not keep it warm.
var alwaysReady = [
  { name: 'http', instanceCount: 1 }
  { name: 'durable', instanceCount: 1 }
  { name: 'function:SearchQueueStarter', instanceCount: 1 }
]
var active = blueGreen ? activeColour : 'blue'
var deploymentContainers = [for colour in colours: 'app-package${colour.suffix}']
var taskHubNames = [for colour in colours: '${topology.settings.TASKHUB_NAME.default}${colour.suffix}']

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  name: 'identity'
  params: {
    name: 'id-${token}'
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  name: 'monitoring'
  params: {
    workspaceName: 'log-${token}'
    componentName: 'appi-${token}'
    location: location
    tags: tags
    retentionDays: logRetentionDays
    appPrincipalId: identity.outputs.principalId
  }
}

module network 'modules/network.bicep' = if (vnetEnabled) {
  scope: group
  name: 'network'
  params: {
    name: 'vnet-${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  name: 'storage'
  params: {
    name: 'st${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    isPrivate: vnetEnabled
    deploymentContainers: deploymentContainers
    blobContainers: topology.blob_containers
  }
}

module cosmos 'modules/cosmos.bicep' = {
  scope: group
  name: 'cosmos'
  params: {
    name: 'cosmos-${token}'
    location: empty(cosmosLocation) ? location : cosmosLocation
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    isPrivate: vnetEnabled
    databaseName: topology.database
    containers: topology.containers
  }
}

// A namespace cannot change between Standard and Premium, so each tier has a name of its own.
module serviceBus 'modules/service-bus.bicep' = {
  scope: group
  name: 'service-bus'
  params: {
    name: vnetEnabled ? 'sbp-${token}' : 'sb-${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    isPrivate: vnetEnabled
    queue: topology.queues.search_requests
    scaleByQueueLength: scaleByQueueLength
  }
}

module search 'modules/search.bicep' = {
  scope: group
  name: 'search'
  params: {
    name: 'srch-${token}'
    location: empty(searchLocation) ? location : searchLocation
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    isPrivate: vnetEnabled
    semanticRanking: production ? 'standard' : 'free'
  }
}

module foundry 'modules/foundry.bicep' = {
  scope: group
  name: 'foundry'
  params: {
    name: 'aif-${token}'
    projectName: 'fanwise'
    location: modelLocation
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    deployerPrincipalId: principalId
    deployerPrincipalType: principalType
    isPrivate: vnetEnabled
    models: [
      {
        name: chatModelName
        model: chatModelName
        version: chatModelVersion
        sku: modelSku
        capacity: chatModelCapacity > 0 ? chatModelCapacity : modelDefaults.chatModel.capacity[stage]
      }
      {
        name: embeddingModelName
        model: embeddingModelName
        version: embeddingModelVersion
        sku: modelSku
        capacity: embeddingModelCapacity > 0 ? embeddingModelCapacity : modelDefaults.embeddingModel.capacity[stage]
      }
    ]
  }
}

module durableTask 'modules/durable-task.bicep' = {
  scope: group
  name: 'durable-task'
  params: {
    name: 'dts-${token}'
    taskHubNames: taskHubNames
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    isPrivate: vnetEnabled
    sku: schedulerSku
    logs: schedulerLogs
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  name: 'alerts'
  params: {
    location: location
    tags: tags
    componentId: monitoring.outputs.componentId
    serviceBusId: serviceBus.outputs.id
    queueName: serviceBus.outputs.queueName
    email: alertEmail
  }
}

module workbook 'modules/workbook.bicep' = {
  scope: group
  name: 'workbook'
  params: {
    location: location
    tags: tags
    componentId: monitoring.outputs.componentId
  }
}

module keyVault 'modules/key-vault.bicep' = {
  scope: group
  name: 'key-vault'
  params: {
    name: 'kv-${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    isPrivate: vnetEnabled
    purgeProtection: vaultPurgeProtection
    githubToken: githubToken
  }
}

module signalR 'modules/signalr.bicep' = if (signalREnabled) {
  scope: group
  name: 'signalr'
  params: {
    name: 'sigr-${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    appPrincipalId: identity.outputs.principalId
    sku: production ? 'Standard_S1' : 'Free_F1'
  }
}

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  cosmos: 'privatelink.documents.azure.com'
  serviceBus: 'privatelink.servicebus.windows.net'
  search: 'privatelink.search.windows.net'
  openAI: 'privatelink.openai.azure.com'
  cognitive: 'privatelink.cognitiveservices.azure.com'
  foundry: 'privatelink.services.ai.azure.com'
  vault: 'privatelink.vaultcore.azure.net'
  durableTask: 'privatelink.durabletask.io'
}

// A module that a condition leaves out has no outputs: `.?` asks for one all the same, and takes what follows `??`.
module privateEndpoints 'modules/private-endpoints.bicep' = if (vnetEnabled) {
  scope: group
  name: 'private-endpoints'
  params: {
    location: location
    tags: tags
    networkId: network.?outputs.id ?? ''
    subnetId: network.?outputs.endpointsSubnetId ?? ''
    zones: [
      zones.blob
      zones.cosmos
      zones.serviceBus
      zones.search
      zones.openAI
      zones.cognitive
      zones.foundry
      zones.vault
      zones.durableTask
    ]
    targets: [
      { name: 'blob', id: storage.outputs.id, group: 'blob', zones: [zones.blob] }
      { name: 'cosmos', id: cosmos.outputs.id, group: 'Sql', zones: [zones.cosmos] }
      { name: 'service-bus', id: serviceBus.outputs.id, group: 'namespace', zones: [zones.serviceBus] }
      { name: 'search', id: search.outputs.id, group: 'searchService', zones: [zones.search] }
      {
        name: 'foundry'
        id: foundry.outputs.id
        group: 'account'
        zones: [zones.openAI, zones.cognitive, zones.foundry]
      }
      { name: 'key-vault', id: keyVault.outputs.id, group: 'vault', zones: [zones.vault] }
      { name: 'durable-task', id: durableTask.outputs.id, group: 'scheduler', zones: [zones.durableTask] }
    ]
  }
}

// Chosen between where the app gets them: the second parser of the tests reads a choice on one line only.
var tokenSettings = {
  GITHUB_TOKEN: '@Microsoft.KeyVault(SecretUri=${keyVault.outputs.githubTokenUri})'
}

var signalRSettings = {
  AzureSignalRConnectionString__serviceUri: signalR.?outputs.serviceUri ?? ''
  AzureSignalRConnectionString__credential: 'managedidentity'
  AzureSignalRConnectionString__clientId: identity.outputs.clientId
}

var serviceSettings = {
  COSMOS_ENDPOINT: cosmos.outputs.endpoint
  STORAGE_ENDPOINT: storage.outputs.blobEndpoint
  AI_SEARCH_ENDPOINT: search.outputs.endpoint
  // The project's own routes answer 404 to embeddings; the account's do not.
  AZURE_OPENAI_ENDPOINT: foundry.outputs.openAIEndpoint
  EMBEDDING_MODEL_DEPLOYMENT_NAME: embeddingModelName
  EMBEDDING_DIMENSIONS: string(topology.containers.chunks.vector.dimensions)
  CHUNK_MODE: 'code'
  CHUNK_SIZE: '900'
  LLM_MODEL: chatModelName
  LLM_TEMPERATURE: chatModelTemperature
  LLM_REASONING_EFFORT: chatModelReasoningEffort
  SERVICEBUS__fullyQualifiedNamespace: serviceBus.outputs.hostName
  SERVICEBUS__credential: 'managedidentity'
  SERVICEBUS__clientId: identity.outputs.clientId
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: traceShare
  DTS_CONNECTION_STRING: 'Endpoint=${durableTask.outputs.endpoint};Authentication=ManagedIdentity;ClientID=${identity.outputs.clientId}'
  GITHUB_API_URL: githubApiUrl
  REPO_CONTEXT_USERS: repoContextUsers
  REPO_CONTEXT_ALLOW_ANY: repoContextAllowAny ? '1' : '0'
}

module apiManagement 'modules/api-management.bicep' = if (apimEnabled) {
  scope: group
  name: 'api-management'
  params: {
    name: 'apim-${token}'
    location: location
    tags: tags
    workspaceId: monitoring.outputs.workspaceId
    componentName: monitoring.outputs.componentName
    publisherEmail: gatewayPublisherEmail
  }
}

module apps 'modules/function-app.bicep' = [
  for (colour, i) in colours: {
    scope: group
    name: 'function-app-${colour.name}'
    params: {
      planName: 'plan-${token}${colour.suffix}'
      appName: 'func-${token}${colour.suffix}'
      location: location
      tags: tags
      workspaceId: monitoring.outputs.workspaceId
      serviceName: colour.service
      identityId: identity.outputs.id
      identityClientId: identity.outputs.clientId
      pythonVersion: pythonVersion
      instanceMemoryMB: instanceMemoryMB
      maximumInstanceCount: maximumInstanceCount
      alwaysReady: production ? alwaysReady : []
      subnetId: network.?outputs.appSubnetId ?? ''
      deploymentContainerUrl: '${storage.outputs.blobEndpoint}${deploymentContainers[i]}'
      blobEndpoint: storage.outputs.blobEndpoint
      applicationInsightsConnectionString: monitoring.outputs.connectionString
      gatewayPrincipalId: apiManagement.?outputs.principalId ?? gatewayPrincipalId
      gatewayAudience: audience
      isIdle: colour.name != active
      settings: union(
        serviceSettings,
        empty(githubToken) ? {} : tokenSettings,
        signalREnabled ? signalRSettings : {},
        { APP_COLOUR: colour.name, TASKHUB_NAME: taskHubNames[i] }
      )
    }
    dependsOn: [privateEndpoints]
  }
]

module gatewayApi 'modules/gateway-api.bicep' = if (apimEnabled) {
  scope: group
  name: 'gateway-api'
  params: {
    serviceName: apiManagement.?outputs.name ?? ''
    blueUri: apps[0].outputs.uri
    greenUri: blueGreen ? apps[1].outputs.uri : ''
    greenWeight: greenWeight
    apiAudience: empty(apiAudience) ? audience : apiAudience
    backendAudience: audience
  }
}

// For azd, for the hooks and for whoever reads `azd env get-values`. No secret is among them.
output AZURE_LOCATION string = location
output AZURE_TENANT_ID string = tenant().tenantId
output AZURE_RESOURCE_GROUP string = group.name
output SERVICE_API_NAME string = apps[0].outputs.name
output SERVICE_API_URI string = apps[0].outputs.uri
output SERVICE_API_GREEN_NAME string = blueGreen ? apps[1].outputs.name : ''
output SERVICE_API_GREEN_URI string = blueGreen ? apps[1].outputs.uri : ''
output SERVICE_API_BEHIND_GATEWAY bool = behindGateway
output GATEWAY_URI string = apiManagement.?outputs.uri ?? ''
output GATEWAY_ID string = apiManagement.?outputs.id ?? ''
output APP_PRINCIPAL_ID string = identity.outputs.principalId
// azd knows it only while it evaluates parameters, and the hooks wait for this identity's roles.
output DEPLOYER_PRINCIPAL_ID string = principalId
output STORAGE_ACCOUNT_ID string = storage.outputs.id
output STORAGE_ENDPOINT string = storage.outputs.blobEndpoint
output COSMOS_ENDPOINT string = cosmos.outputs.endpoint
output SERVICEBUS_NAMESPACE string = serviceBus.outputs.hostName
output AI_SEARCH_ENDPOINT string = search.outputs.endpoint
output AZURE_OPENAI_ENDPOINT string = foundry.outputs.openAIEndpoint
output PROJECT_ENDPOINT string = foundry.outputs.projectEndpoint
output EMBEDDING_MODEL_DEPLOYMENT_NAME string = embeddingModelName
output EMBEDDING_DIMENSIONS int = topology.containers.chunks.vector.dimensions
output LLM_MODEL string = chatModelName
output DTS_ENDPOINT string = durableTask.outputs.endpoint
output TASKHUB_NAME string = taskHubNames[0]
