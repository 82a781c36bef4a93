/** What an IPAM plugin answers to ADD, as parts of an attachment. */
import type { CniIp, CniRoute } from '../common/cni.ts';
import { CniCode, CniError } from '../common/errors.ts';
import type { Wanted } from './wanted.ts';

export type Lease = Required<Pick<Wanted, 'addresses'>> & Pick<Wanted, 'routes'>;

/**
 * Reads the result of IPAM plugin `type`. A route without a gateway goes by that of the first address of its family.
 * @throws CniError 6 when it is no result with at least one address.
 */
export function readLease(type: string, stdout: string): Lease {
  try {
    const { ips, routes } = JSON.parse(stdout) as { ips: CniIp[]; routes?: CniRoute[] | null };
    if (ips.length === 0) throw new TypeError('no address');
    const addresses = ips.map(({ address }) => address);
    const hops = (routes ?? []).map(({ dst, gw }) => toRoute(dst, gw || gatewayFor(dst, ips)));
    return hops.length > 0 ? { addresses, routes: hops } : { addresses };
  } catch (error) {
    throw new CniError(
      CniCode.decodeFailure,
      `IPAM plugin ${type} answered no CNI result with an address: ${JSON.stringify(stdout.slice(0, 200))}`,
      `${(error as Error).message}; it must print {"ips": [{"address": "192.0.2.2/24"}]}`,
      { cause: error },
    );
  }
}

function toRoute(to: string, via: string | undefined): { to: string; via?: string } {
  return via ? { to, via } : { to };
}

function gatewayFor(dst: string, ips: readonly CniIp[]): string | undefined {
  const isV6 = dst.includes(':');
  return ips.find(({ address, gateway }) => gateway && address.includes(':') === isV6)?.gateway;
}
