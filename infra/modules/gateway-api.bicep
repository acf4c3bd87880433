// What the gateway lets through, with which policies, and where to: one API without a prefix in front of the app.
param serviceName string

@description('Address of the app that is always there.')
param blueUri string

@description('Address of the second app; empty: there is none.')
param greenUri string

@description('Percent of the requests that the second app gets.')
@allowed([0, 10, 50, 100])
param greenWeight int

@description('Client id that the tokens of callers are for.')
@minLength(1)
param apiAudience string

@description('Client id of the app registration that the gateway asks its own token for.')
@minLength(1)
param backendAudience string

var operations = loadJsonContent('../gateway/operations.json')
var policies = {
  'embeddings-accept': loadTextContent('../gateway/policies/embeddings-accept.xml')
  'embeddings-batch-accept': loadTextContent('../gateway/policies/embeddings-batch-accept.xml')
  'instance-status': loadTextContent('../gateway/policies/instance-status.xml')
  'search-accept': loadTextContent('../gateway/policies/search-accept.xml')
  'search-status': loadTextContent('../gateway/policies/search-status.xml')
  // Written where an operation has none: one that was taken away must not stay as the last deployment left it.
  inherited: '<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>'
}

var authority = '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
var values = [
  { name: 'tenant-id', value: tenant().tenantId }
  { name: 'api-audience', value: apiAudience }
  { name: 'backend-audience', value: backendAudience }
  { name: 'openid-config-url', value: '${authority}/.well-known/openid-configuration' }
  { name: 'token-issuer', value: authority }
]

var hasGreen = !empty(greenUri)
var greenShare = hasGreen ? greenWeight : 0

resource service 'Microsoft.ApiManagement/service@2024-05-01' existing = {
  name: serviceName
}

resource namedValues 'Microsoft.ApiManagement/service/namedValues@2024-05-01' = [
  for item in values: {
    parent: service
    name: item.name
    properties: { displayName: item.name, value: item.value, secret: false }
  }
]

resource blue 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  parent: service
  name: 'api-blue'
  properties: { protocol: 'http', url: blueUri }
}

resource green 'Microsoft.ApiManagement/service/backends@2024-05-01' = if (hasGreen) {
  parent: service
  name: 'api-green'
  properties: { protocol: 'http', url: greenUri }
}

// A colour without a share is left out: a weight of 0 is not documented to mean none.
resource pool 'Microsoft.ApiManagement/service/backends@2024-05-01' = {
  parent: service
  name: 'api-pool'
  properties: {
    type: 'Pool'
    pool: {
      services: concat(
        greenShare < 100 ? [{ id: blue.id, priority: 1, weight: 100 - greenShare }] : [],
        greenShare > 0 ? [{ id: green.id, priority: 1, weight: greenShare }] : []
      )
    }
  }
}

// Without a prefix, so that `/status/...` is the same address with the gateway as without. Who calls is told by a token:
// a subscription key would tell no user.
resource api 'Microsoft.ApiManagement/service/apis@2024-05-01' = {
  parent: service
  name: 'fanwise'
  properties: {
    displayName: 'Fanwise'
    path: ''
    protocols: ['https']
    subscriptionRequired: false
    type: 'http'
  }
}

resource apiPolicy 'Microsoft.ApiManagement/service/apis/policies@2024-05-01' = {
  parent: api
  name: 'policy'
  properties: { format: 'rawxml', value: loadTextContent('../gateway/policies/api.xml') }
  dependsOn: [namedValues, pool]
}

// Every {name} of a template has to be declared as well.
var parameters = [for operation in operations: filter(split(operation.urlTemplate, '/'), part => startsWith(part, '{'))]

// One after the other: the service answers 409 to a second change of an API while the first is under way.
@batchSize(1)
resource apiOperations 'Microsoft.ApiManagement/service/apis/operations@2024-05-01' = [
  for (operation, i) in operations: {
    parent: api
    name: operation.name
    properties: {
      displayName: operation.name
      method: operation.method
      urlTemplate: operation.urlTemplate
      templateParameters: [
        for part in parameters[i]: { name: replace(replace(part, '{', ''), '}', ''), type: 'string', required: true }
      ]
    }
    dependsOn: [apiPolicy]
  }
]

@batchSize(1)
resource operationPolicies 'Microsoft.ApiManagement/service/apis/operations/policies@2024-05-01' = [
  for (operation, i) in operations: {
    parent: apiOperations[i]
    name: 'policy'
    properties: { format: 'rawxml', value: policies[operation.policy ?? 'inherited'] }
  }
]

output poolId string = pool.id
