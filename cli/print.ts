/** What multivrfctl prints, for people. */
import type { ListedAttachment } from '../common/protocol.ts';
import type { Verified } from './ask.ts';
import { podName } from './select.ts';
import { table } from './table.ts';

/** A line each, then why some are degraded. */
export function listText(attachments: readonly ListedAttachment[]): string {
  const rows = attachments.map((one) => [
    podName(one),
    one.interface,
    one.vrf,
    `${one.mode}/${one.backend}`,
    one.addresses.join(','),
    one.hostEnd,
    String(one.drops ?? '-'),
    one.state,
  ]);
  const reasons = attachments.flatMap((one) => (one.reason ? [`${podName(one)} ${one.interface}: ${one.reason}`] : []));
  const heading = ['POD', 'INTERFACE', 'VRF', 'MODE', 'ADDRESSES', 'HOST END', 'DROPPED', 'STATE'];
  return [table(heading, rows), ...reasons].join('\n');
}

/** What passes, program by program. */
export function filtersText(attachments: readonly ListedAttachment[]): string {
  return attachments
    .map((one) =>
      [
        `${podName(one)} ${one.interface} (${one.vrf}): ${one.drops ?? 'unknown'} packets dropped, both directions together`,
        ...one.filters.flatMap(({ filter, passes }) => [
          `  ${filter}`,
          ...passes.map((what) => `    pass  ${what}`),
          '    drop  everything else',
        ]),
      ].join('\n'),
    )
    .join('\n\n');
}

const words = { holds: 'true', broken: 'FALSE', unknown: 'unknown' } as const;

/** A line each statement, then what could not be looked at, then the sum. */
export function verifyText(verified: readonly Verified[]): string {
  const rows = verified.flatMap((one) =>
    one.statements.map(({ text, verdict, reason }) => [
      podName(one),
      one.interface,
      words[verdict],
      text,
      reason ?? '',
    ]),
  );
  const count = (verdict: keyof typeof words) =>
    verified.flatMap(({ statements }) => statements).filter((one) => one.verdict === verdict).length;
  const notes = verified.flatMap((one) => (one.unseen ? [`${podName(one)}: ${one.unseen}`] : []));
  const sum = `${rows.length} statements: ${count('holds')} true, ${count('broken')} false, ${count('unknown')} unknown`;
  return [table(['POD', 'INTERFACE', 'VERDICT', 'STATEMENT', 'REASON'], rows), ...notes, sum].join('\n');
}
