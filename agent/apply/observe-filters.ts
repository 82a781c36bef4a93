/** The filters of one direction of an interface, as far as they are ours, and who is asked before them. */
import {
  allowPreference,
  decodeFilter,
  divertPreference,
  dropAll,
  dropPreference,
  dumpFilters,
  type ObservedFilter,
} from '../netlink/codec/filter.ts';
import type { Filter } from '../plan/kernel-object.ts';
import type { FilterState } from '../plan/observed.ts';
import type { PlaceHandle } from './place.ts';

interface NumberedFilter extends ObservedFilter {
  handle: number;
}

/** Undefined for the line that announces a preference. */
function decodeNumbered(body: Buffer): NumberedFilter | undefined {
  const filter = decodeFilter(body);
  // struct tcmsg: the handle is its third word.
  return filter && { ...filter, handle: body.readUInt32LE(8) };
}

/** The filters of the link with `index`, in the kernel's order; links have the names that `nameOf` knows. */
export function observeFilters(
  handle: PlaceHandle,
  index: number,
  direction: Filter['direction'],
  nameOf: ReadonlyMap<number, string>,
): FilterState {
  const filters = handle.socket.dump(dumpFilters(index, direction), decodeNumbered);
  return filterState(
    filters.filter((one) => one !== undefined),
    nameOf,
  );
}

function filterState(filters: readonly NumberedFilter[], nameOf: ReadonlyMap<number, string>): FilterState {
  const ours = (wanted: number) =>
    filters.find(({ preference, kind, handle }) => preference === wanted && kind === 'bpf' && handle === 1);
  const divert = ours(divertPreference);
  const allow = ours(allowPreference);
  const drop = ours(dropPreference);
  // A direct-action allow program would itself let pass what it says 0 to.
  const whole = drop?.direct === true && Buffer.compare(drop.program, dropAll) === 0 && allow?.direct !== true;
  // A direct-action one, too, and it would redirect nothing.
  const divertedTo = (divert && !divert.direct && nameOf.get(divert.redirectTo ?? 0)) || '';
  const before = filters
    .filter((filter) => ![divert, allow, drop].includes(filter) && filter.preference <= dropPreference)
    .map(({ kind, preference }) => `${kind} at preference ${preference}`);
  return {
    ...(allow ? { allow: allow.program } : {}),
    ...(divert ? { divert: { match: divert.program, to: divertedTo } } : {}),
    ours: whole ? 'whole' : (allow ?? drop) ? 'partly' : 'none',
    ...(before.length > 0 ? { before: [...new Set(before)] } : {}),
  };
}
