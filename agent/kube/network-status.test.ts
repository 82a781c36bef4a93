import { describe, expect, test } from '@jest/globals';
import { mergeNetworkStatus, networkStatusOf } from './network-status.ts';

const multus = { name: 'bgp/macvlan', interface: 'net7', ips: ['10.0.0.1'], 'device-info': { type: 'pci' } };
const ours = networkStatusOf('customer-a', 'net1', ['192.0.2.2/24', '2001:db8::2/64'], '02:00:00:00:00:01');

describe('the annotation network-status', () => {
  test('gains our entries behind those of others, which stay as they are', () => {
    const merged = mergeNetworkStatus(JSON.stringify([multus]), [ours]);
    expect(JSON.parse(merged!)).toEqual([
      multus,
      {
        name: 'multivrf.dev/customer-a',
        interface: 'net1',
        ips: ['192.0.2.2', '2001:db8::2'],
        mac: '02:00:00:00:00:01',
        default: false,
        dns: {},
      },
    ]);
  });

  test('is made where there is none', () => {
    expect(JSON.parse(mergeNetworkStatus(undefined, [ours])!)).toEqual([ours]);
    expect(JSON.parse(mergeNetworkStatus(' ', [ours])!)).toEqual([ours]);
  });

  test('is left alone when it is right, however it is laid out', () => {
    expect(mergeNetworkStatus(JSON.stringify([multus, ours], null, 4), [ours])).toBeUndefined();
  });

  test('loses entries of ours that are no more', () => {
    const former = { ...ours, name: 'multivrf.dev/customer-b' };
    expect(JSON.parse(mergeNetworkStatus(JSON.stringify([former, multus]), [ours])!)).toEqual([multus, ours]);
  });

  test('is not touched when it is no list', () => {
    expect(() => mergeNetworkStatus('{}', [ours])).toThrow('it is no list');
    expect(() => mergeNetworkStatus('[', [ours])).toThrow(SyntaxError);
  });
});
