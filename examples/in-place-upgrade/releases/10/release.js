/** What is particular to release 10. Its database carries schema 10. */
export const release = {
  version: '10',
  schema: '10',
  product: 'Harbour CRM',
  accent: '#1f5f8b',
  contacts: {
    columns: ['name'],
    toRow: (name) => ({ name }),
    fromRow: (row) => row,
  },
  deals: {
    firstStage: 'qualify',
    total: 'sum(amount)',
    toStored: (amount) => amount,
    fromStored: (amount) => amount,
  },
  documents: {
    columns: [],
    place: (document) => ({ path: fileName(document), columns: {} }),
    pathOf: fileName,
  },
  resources: {},
};

function fileName({ id, name }) {
  return `${id}-${name}`;
}
