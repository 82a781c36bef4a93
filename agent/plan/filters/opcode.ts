/** linux/bpf_common.h: size | mode | class, ready to use. */
export const opcode = {
  loadWord: 0x20,
  loadHalf: 0x28,
  loadByte: 0x30,
  loadWordBehindX: 0x40,
  loadHalfBehindX: 0x48,
  loadByteBehindX: 0x50,
  loadLength: 0x80,
  setX: 0x01,
  setXToLength: 0x81,
  setXToIpv4HeaderLength: 0xb1,
  add: 0x04,
  and: 0x54,
  copyToX: 0x07,
  jump: 0x05,
  jumpIfEqual: 0x15,
  jumpIfAbove: 0x25,
  jumpIfSet: 0x45,
  jumpIfEqualX: 0x1d,
  jumpIfAboveX: 0x2d,
  return: 0x06,
} as const;

/** Whether a load or a jump depends on what is in X. */
export function readsX(code: number): boolean {
  const isLoad = (code & 0x07) === 0;
  return isLoad ? (code & 0xe0) === 0x40 : (code & 0x08) !== 0;
}
