// One page with every query of infra/monitoring/kql, in Application Insights under Workbooks.
param location string
param tags object
param componentId string

resource workbook 'microsoft.insights/workbooks@2023-06-01' = {
  name: guid(componentId, 'fanwise')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Fanwise'
    category: 'workbook'
    sourceId: componentId
    version: 'Notebook/1.0'
    // The file is made from the queries: python -m tests.support.infra.workbook
    serializedData: replace(loadTextContent('../monitoring/workbook.json'), '{component}', componentId)
  }
}
