/** MAC addresses as text, `02:00:5e:10:00:01`, and as their six bytes. */
import { lately } from './lately.ts';

/** Not to be written to. Throws a RangeError naming what is no MAC. */
export const macBytes = lately((mac): Uint8Array => {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) throw new RangeError(`${mac}: not a MAC like 02:00:5e:10:00:01`);
  return Uint8Array.from(mac.split(':'), (octet) => Number.parseInt(octet, 16));
});

/** Two digits each. */
const octets = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** In lower case, whatever the number of bytes. */
export function macText(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += i === 0 ? octets[bytes[i]!] : `:${octets[bytes[i]!]}`;
  return text;
}
