// Documents, vectors and words. Containers, their times to live, vectors and texts are those of shared/topology.yaml.
param name string
param location string
param tags object
param workspaceId string
param appPrincipalId string
param isPrivate bool
param databaseName string

@description('Cosmos DB containers of shared/topology.yaml, by key.')
param containers object

var roles = loadJsonContent('../roles.json')

// A flat index ends at 505 dimensions; beyond, DiskANN finds neighbours without reading every vector of a project.
var mostFlatDimensions = 505

resource account 'Microsoft.DocumentDB/databaseAccounts@2025-10-15' = {
  name: name
  location: location
  tags: tags
  kind: 'GlobalDocumentDB'
  properties: {
    databaseAccountOfferType: 'Standard'
    capabilities: [
      { name: 'EnableServerless' }
      { name: 'EnableNoSQLVectorSearch' }
      { name: 'EnableNoSQLFullTextSearch' }
    ]
    consistencyPolicy: { defaultConsistencyLevel: 'Session' }
    locations: [{ locationName: location, failoverPriority: 0, isZoneRedundant: false }]
    disableLocalAuth: true
    disableKeyBasedMetadataWriteAccess: true
    minimalTlsVersion: 'Tls12'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }
}

resource database 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases@2025-10-15' = {
  parent: account
  name: databaseName
  tags: tags
  properties: {
    resource: { id: databaseName }
  }
}

// What the topology says of each container, in the words of Cosmos DB.
var specs = [
  for container in items(containers): {
    name: container.value.name
    partitionKey: container.value.partition_key
    ttl: container.value.?ttl_s
    unindexed: container.value.?unindexed ?? []
    hasVector: contains(container.value, 'vector')
    vectorIndex: {
      path: container.value.?vector.path
      type: (container.value.?vector.dimensions ?? 0) > mostFlatDimensions ? 'diskANN' : 'flat'
    }
    embedding: {
      path: container.value.?vector.path
      dataType: 'float32'
      distanceFunction: 'cosine'
      dimensions: container.value.?vector.dimensions
    }
    hasText: contains(container.value, 'full_text')
    textPath: container.value.?full_text.path
    textPolicy: {
      defaultLanguage: container.value.?full_text.language
      fullTextPaths: [{ path: container.value.?full_text.path, language: container.value.?full_text.language }]
    }
  }
]

// Vectors stay out of the ordinary index, where each of their numbers would be an entry to pay for, and so do long texts.
// Words have an index of their own. One container after the other: an account refuses some changes (412, 429) while another
// is under way, and the scheduler takes longer than all of them.
@batchSize(1)
resource sqlContainers 'Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers@2025-10-15' = [
  for spec in specs: {
    parent: database
    name: spec.name
    tags: tags
    properties: {
      resource: {
        id: spec.name
        partitionKey: { kind: 'Hash', version: 2, paths: [spec.partitionKey] }
        defaultTtl: spec.?ttl
        indexingPolicy: {
          indexingMode: 'consistent'
          automatic: true
          includedPaths: [{ path: '/*' }]
          excludedPaths: concat(
            [{ path: '/"_etag"/?' }],
            spec.hasVector ? [{ path: '${spec.embedding.path}/*' }] : [],
            spec.hasText ? [{ path: '${spec.textPath}/?' }] : [],
            map(spec.unindexed, path => { path: '${path}/?' })
          )
          vectorIndexes: spec.hasVector ? [spec.vectorIndex] : null
          fullTextIndexes: spec.hasText ? [{ path: spec.textPath }] : null
        }
        vectorEmbeddingPolicy: spec.hasVector ? { vectorEmbeddings: [spec.embedding] } : null
        fullTextPolicy: spec.hasText ? spec.textPolicy : null
      }
    }
  }
]

// Requests are not logged one by one: their number, units and throttling are in the metrics.
resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'to-log-analytics'
  properties: {
    workspaceId: workspaceId
    logs: [{ category: 'ControlPlaneRequests', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource appReadsAndWrites 'Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments@2025-10-15' = {
  parent: account
  name: guid(database.id, appPrincipalId, roles.cosmosDataContributor)
  properties: {
    principalId: appPrincipalId
    roleDefinitionId: '${account.id}/sqlRoleDefinitions/${roles.cosmosDataContributor}'
    scope: '${account.id}/dbs/${databaseName}'
  }
}

output id string = account.id
output name string = account.name
output endpoint string = account.properties.documentEndpoint
