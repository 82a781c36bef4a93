/** Executables whose pages the kernel can map two megabytes at a time. */

/** What a page table entry one level up maps, on x86-64 and on arm64 with pages of 4 KiB (PMD_SIZE). */
export const hugePage = 2 * 1024 * 1024;

const PT_LOAD = 1;
const PT_GNU_STACK = 0x6474e551;

/** A program header (elf.h, Elf64_Phdr) and where it stands. */
interface Segment {
  header: number;
  type: number;
  offset: number;
  address: number;
  size: number;
}

/**
 * The same program with each segment at a place in the file that equals its address modulo {@link hugePage}, as
 * do_set_pmd (mm/memory.c) wants it for a page-cache folio of that size. Section headers, which only debuggers read, are left
 * out. Throws for what is no 64-bit little-endian ELF file.
 */
export function withHugePageSegments(elf: Buffer): Buffer {
  const segments = segmentsOf(elf);
  const loads = segments.filter(({ type }) => type === PT_LOAD);
  const parts: Buffer[] = [];
  const moved = new Map<Segment, number>();
  let length = 0;
  for (const load of loads) {
    const offset = length + modulo(load.address - length, hugePage);
    parts.push(Buffer.alloc(offset - length), elf.subarray(load.offset, load.offset + load.size));
    moved.set(load, offset);
    length = offset + load.size;
  }
  const result = Buffer.concat(parts);
  for (const { header, type, offset, size } of segments) {
    if (type === PT_GNU_STACK) continue;
    const holder = loads.find((load) => load.offset <= offset && offset + size <= load.offset + load.size);
    if (!holder) throw new Error(`program header at ${header} lies in no segment that is loaded`);
    result.writeBigUInt64LE(BigInt(moved.get(holder)! + offset - holder.offset), header + 8);
    if (type === PT_LOAD) result.writeBigUInt64LE(BigInt(hugePage), header + 48);
  }
  result.writeBigUInt64LE(0n, 40);
  result.fill(0, 58, 64);
  return result;
}

/** The program headers of an ELF file, in the order of their addresses where they are loaded. */
export function segmentsOf(elf: Buffer): Segment[] {
  const magic = elf.subarray(0, 6).toString('latin1');
  if (magic !== '\x7fELF\x02\x01') throw new Error('not a 64-bit little-endian ELF file');
  const number = (at: number) => Number(elf.readBigUInt64LE(at));
  const [first, entry, count] = [number(32), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  return Array.from({ length: count }, (_, i) => {
    const header = first + i * entry;
    return {
      header,
      type: elf.readUInt32LE(header),
      offset: number(header + 8),
      address: number(header + 16),
      size: number(header + 32),
    };
  });
}

const modulo = (value: number, divisor: number) => ((value % divisor) + divisor) % divisor;
