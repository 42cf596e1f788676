/** Files in one archive: stored as they are, UTF-8 names, no dates, so that the same files give the same bytes. */

const DATE = 0x0021; // 1 January 1980, the first day that the format knows
const UTF8 = 0x0800;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k += 1) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/**
 * Return an archive of the ZIP format (PKWARE APPNOTE 6.3.3, method 0).
 *
 * @param {Array<[string, string|Uint8Array]>} files path with "/" between folders, and text or bytes
 * @returns {Uint8Array}
 */
export function zip(files) {
  const encoder = new TextEncoder();
  const parts = [];
  const entries = [];
  let at = 0;
  for (const [path, content] of files) {
    const name = encoder.encode(path);
    const body = typeof content === "string" ? encoder.encode(content) : content;
    // version 2.0, flags, method 0, time 0, date, checksum, two sizes, length of the name, no extra field
    const common = [[2, 20], [2, UTF8], [2, 0], [2, 0], [2, DATE], [4, crc32(body)], [4, body.length], [4, body.length], [2, name.length], [2, 0]];
    const local = record([[4, 0x04034b50], ...common]);
    entries.push(record([[4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]]), name);
    parts.push(local, name, body);
    at += local.length + name.length + body.length;
  }
  const size = entries.reduce((sum, part) => sum + part.length, 0);
  const end = record([[4, 0x06054b50], [2, 0], [2, 0], [2, files.length], [2, files.length], [4, size], [4, at], [2, 0]]);
  return joined([...parts, ...entries, end]);
}

/** The CRC-32 of bytes, as ZIP has it. */
function crc32(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function record(fields) {
  const made = new DataView(new ArrayBuffer(fields.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of fields) {
    if (size === 2) made.setUint16(at, value, true);
    else made.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(made.buffer);
}

function joined(parts) {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}
