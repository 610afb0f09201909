// CRC-32 of ISO 3309, bit by bit: slow, and another one than the server's.
export function crc32(bytes) {
  let v = 0xffffffff;
  for (const b of bytes) {
    v ^= b;
    for (let i = 0; i < 8; i++) v = (v >>> 1) ^ (v & 1 ? 0xedb88320 : 0);
  }
  return ~v >>> 0;
}
