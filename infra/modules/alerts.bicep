// When somebody has to look, and who is told. What to do then: docs/monitoring.md, under the rule's name.
param location string
param tags object
param componentId string
param serviceBusId string

@description('Queue of shared/topology.yaml.')
param queueName string

@description('Who gets an e-mail; empty: alerts are seen in the portal only.')
param email string

resource group 'microsoft.insights/actionGroups@2023-01-01' = {
  name: 'ag-fanwise'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'fanwise'
    enabled: true
    emailReceivers: empty(email) ? [] : [{ name: 'operator', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// What the app and its host tell: severity 1 wakes somebody, 3 waits until the morning.
var logRules = [
  {
    name: 'accept-latency'
    description: 'Searches wait longer than 500 ms (95th percentile) to be accepted.'
    query: loadTextContent('../monitoring/kql/alert-accept-latency.kql')
    column: 'accept_p95_ms'
    threshold: 500
    severity: 2
  }
  {
    name: 'orchestration-duration'
    description: 'Searches take longer than 30 s (95th percentile).'
    query: loadTextContent('../monitoring/kql/alert-orchestration-duration.kql')
    column: 'orchestration_p95_ms'
    threshold: 30000
    severity: 2
  }
  {
    name: 'error-rate'
    description: 'More than 1 % of the searches sent were answered with an error of ours.'
    query: loadTextContent('../monitoring/kql/alert-error-rate.kql')
    column: 'error_percent'
    threshold: 1
    severity: 1
  }
  {
    name: 'llm-throttled'
    description: 'The models answered 429 more than 10 times in 15 minutes.'
    query: loadTextContent('../monitoring/kql/alert-llm-throttled.kql')
    column: 'llm_throttled'
    threshold: 10
    severity: 3
  }
  {
    name: 'cosmos-throttled'
    description: 'Cosmos DB answered 429 more than 10 times in 15 minutes.'
    query: loadTextContent('../monitoring/kql/alert-cosmos-throttled.kql')
    column: 'cosmos_throttled'
    threshold: 10
    severity: 3
  }
]

resource logAlerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [
  for rule in logRules: {
    name: rule.name
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: 'Fanwise: ${rule.name}'
      description: '${rule.description} docs/monitoring.md, ${rule.name}'
      severity: rule.severity
      enabled: true
      // The tables of a component made seconds ago are not known yet: the query would be refused.
      skipQueryValidation: true
      scopes: [componentId]
      evaluationFrequency: 'PT5M'
      windowSize: 'PT15M'
      criteria: {
        allOf: [
          {
            query: rule.query
            metricMeasureColumn: rule.column
            timeAggregation: 'Maximum'
            operator: 'GreaterThan'
            threshold: rule.threshold
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      autoMitigate: true
      actions: { actionGroups: [group.id] }
    }
  }
]

// What the queue itself tells, also while the app is down.
var queueRules = [
  {
    name: 'queue-depth'
    description: 'More than 50 searches wait in the queue.'
    metric: 'ActiveMessages'
    aggregation: 'Average'
    threshold: 50
    severity: 2
  }
  {
    name: 'dead-letters'
    description: 'Messages lie in the dead-letter queue.'
    metric: 'DeadletteredMessages'
    aggregation: 'Maximum'
    threshold: 0
    severity: 1
  }
]

resource queueAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [
  for rule in queueRules: {
    name: rule.name
    location: 'global'
    tags: tags
    properties: {
      description: '${rule.description} docs/monitoring.md, ${rule.name}'
      severity: rule.severity
      enabled: true
      scopes: [serviceBusId]
      evaluationFrequency: 'PT1M'
      windowSize: 'PT5M'
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            name: rule.name
            criterionType: 'StaticThresholdCriterion'
            metricNamespace: 'Microsoft.ServiceBus/namespaces'
            metricName: rule.metric
            dimensions: [{ name: 'EntityName', operator: 'Include', values: [queueName] }]
            timeAggregation: rule.aggregation
            operator: 'GreaterThan'
            threshold: rule.threshold
          }
        ]
      }
      autoMitigate: true
      actions: [{ actionGroupId: group.id }]
    }
  }
]
