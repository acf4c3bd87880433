// The durable engine: a scheduler with a task hub for each app, which keeps the history of every run.
param name string
param taskHubNames array
param location string
param tags object
param workspaceId string
param appPrincipalId string
param isPrivate bool

@description('`Consumption` carries 500 actions a second, `Dedicated` 2,000 for a fixed monthly price.')
@allowed(['Consumption', 'Dedicated'])
param sku string

@description('`allLogs`, the name of a log category, or `none`.')
param logs string

var roles = loadJsonContent('../roles.json')

resource scheduler 'Microsoft.DurableTask/schedulers@2026-02-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: sku, capacity: sku == 'Dedicated' ? 1 : null }
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // An empty list denies everybody. Who may do what is said by roles, not by addresses.
    ipAllowlist: ['0.0.0.0/0']
  }
}

resource taskHubs 'Microsoft.DurableTask/schedulers/taskHubs@2026-02-01' = [
  for hub in taskHubNames: {
    parent: scheduler
    name: hub
    properties: {}
  }
]

// Consumption keeps nothing beyond 30 days. Results outlive the history: they are documents.
resource retention 'Microsoft.DurableTask/schedulers/retentionPolicies@2026-02-01' = {
  parent: scheduler
  name: 'default'
  properties: {
    retentionPolicies: [{ retentionPeriodInDays: 7 }, { retentionPeriodInDays: 30, orchestrationState: 'Failed' }]
  }
}

// Its documentation lists one category, by a title and not by the name that is asked for here.
var logSetting = logs == 'allLogs' ? { categoryGroup: logs, enabled: true } : { category: logs, enabled: true }

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: scheduler
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: logs == 'none' ? [] : [logSetting]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource appRunsHub 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (hub, i) in taskHubNames: {
    scope: taskHubs[i]
    name: guid(taskHubs[i].id, appPrincipalId, roles.durableTaskDataContributor)
    properties: {
      principalId: appPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        roles.durableTaskDataContributor
      )
    }
  }
]

output id string = scheduler.id
output name string = scheduler.name
output endpoint string = scheduler.properties.endpoint
