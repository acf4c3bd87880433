// The queue of accepted searches. Its values are those of shared/topology.yaml.
param name string
param location string
param tags object
param workspaceId string
param appPrincipalId string
param isPrivate bool

@description('Queue of shared/topology.yaml.')
param queue object

@description('Gives the app Manage on the queue, with which the platform scales by its length instead of step by step.')
param scaleByQueueLength bool

var roles = loadJsonContent('../roles.json')

// Private endpoints exist in the Premium tier only; the Basic tier has no duplicate detection.
var tier = isPrivate ? 'Premium' : 'Standard'

resource namespace 'Microsoft.ServiceBus/namespaces@2024-01-01' = {
  name: name
  location: location
  tags: tags
  sku: { name: tier, tier: tier, capacity: isPrivate ? 1 : null }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    premiumMessagingPartitions: isPrivate ? 1 : null
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource searches 'Microsoft.ServiceBus/namespaces/queues@2024-01-01' = {
  parent: namespace
  name: queue.name
  properties: {
    lockDuration: 'PT${queue.lock_duration_s}S'
    maxDeliveryCount: queue.max_delivery_count
    requiresDuplicateDetection: queue.duplicate_detection_s > 0
    duplicateDetectionHistoryTimeWindow: 'PT${queue.duplicate_detection_s}S'
    defaultMessageTimeToLive: 'PT${queue.ttl_s}S'
    deadLetteringOnMessageExpiration: queue.dead_letter_on_expiry
    requiresSession: false
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: namespace
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource appReceives 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: searches
  name: guid(searches.id, appPrincipalId, roles.serviceBusDataReceiver)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataReceiver)
  }
}

resource appSends 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: searches
  name: guid(searches.id, appPrincipalId, roles.serviceBusDataSender)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataSender)
  }
}

resource appManagesQueue 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (scaleByQueueLength) {
  scope: searches
  name: guid(searches.id, appPrincipalId, roles.serviceBusDataOwner)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.serviceBusDataOwner)
  }
}

output id string = namespace.id
output name string = namespace.name
output hostName string = '${namespace.name}.servicebus.windows.net'
output queueName string = searches.name
