import { describe, expect, it } from '@jest/globals';
import { changeOf, isReading } from '../../../../src/import/wsdl/operation-verbs.ts';

describe('the name of an operation', () => {
  it.each([
    'GetStock',
    'get_all',
    'listOrders',
    'IsValid',
    'hasAccess',
    'CheckVAT',
    'LookupZIP',
    'ConvertTemp',
    'GetDataSet',
    'FindBookByISBN',
  ])('%s reads', (name) => expect(isReading(name)).toBe(true));

  it.each([
    'SetStock',
    'createOrder',
    'issueToken',
    'listen',
    'Getaway',
    'checkout',
    'CheckOut',
    'GetOrCreateUser',
    'readAndDelete',
    'Add',
    '',
  ])('%s does not clearly read, so it writes', (name) => expect(isReading(name)).toBe(false));

  it.each([
    ['CreateOrder', 'CREATED'],
    ['addItem', 'CREATED'],
    ['ReserveStock', 'CREATED'],
    ['newAccount', 'CREATED'],
    ['deleteOrder', 'DELETED'],
    ['RemoveItem', 'DELETED'],
    ['ChangeAddress', 'UPDATED'],
    ['newsletter', 'UPDATED'],
  ])('%s means %s', (name, change) => expect(changeOf(name)).toBe(change));
});
