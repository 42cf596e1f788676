/** Files that leave a page: pictures and tables, each named after its study, setting and figure. */

const FORMULA = /^\s*[=+\-@]/;
const UNPRINTABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const LONGEST = 120;
const SHARP = 2;

/**
 * A table as CSV (RFC 4180), numbers whole and unrounded; text that a spreadsheet would take for a formula is set behind an apostrophe.
 * @param {{head: string[], rows: (string|{value: number, words: string})[][]}} table
 * @param {string} said what every row carries in a column of its own, such as "illustrative"; "" for none
 * @returns {string} with the mark that tells a spreadsheet it is UTF-8
 */
export function csvText({ head, rows }, said = "") {
  const lines = said ? [["data", ...head], ...rows.map((row) => [said, ...row])] : [head, ...rows];
  return `\ufeff${lines.map((line) => line.map(field).join(",")).join("\r\n")}\r\n`;
}

function field(cell) {
  if (typeof cell !== "string") return Number.isFinite(cell.value) ? String(cell.value) : "";
  const clean = cell.replace(UNPRINTABLE, "");
  const text = FORMULA.test(clean) ? `'${clean}` : clean;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Name of a file: letters and digits of each part, so that it can stand on any disk.
 * @param {string[]} parts study, setting and figure; empty ones are left out
 * @param {string} kind "png", "svg" or "csv"
 */
export function fileName(parts, kind) {
  const clean = parts.map((part) => String(part ?? "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "")).filter(Boolean);
  return `${[...clean.join("_")].slice(0, LONGEST).join("") || "figure"}.${kind}`;
}

/** Let the browser save a file. */
export function download(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/**
 * Draw an SVG as PNG, twice as sharp as it stands in the page.
 * @param {string} text of an SVG that stands alone
 * @returns {Promise<Blob>}
 */
export async function pngOf(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SHARP * image.naturalWidth;
    canvas.height = SHARP * image.naturalHeight;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) =>
      canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("The picture cannot be written: this browser gave no PNG."))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
