/** A workbook for spreadsheets (ECMA-376, Office Open XML), laid out for reading: typed cells, widths, frozen heads, pages that print. */

import { escaped } from "../charts/svg.mjs";
import { zip } from "../session/zip.mjs";

const MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE = "http://schemas.openxmlformats.org/package/2006";
const CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml";
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const LONGEST = 32767; // characters of a cell
const WIDEST = 46; // characters of a column
const NARROWEST = 11;
const LEAST = 84; // characters of a sheet: so many take a sentence across it
const MOST = 135;
const FAIR = 20; // of a column, when a sheet is too wide
const PORTRAIT = 100;
const LINE = 15; // points
const WRAPPED = 1.15;
const FORMATS = { whole: "#,##0", one: "#,##0.0", two: "#,##0.00", share: "0%", money: '"£"#,##0', date: "0.0", plain: "General" };
const FONTS = ['<sz val="11"/><color rgb="FF1B1F24"/>', '<b/><sz val="11"/><color rgb="FF1B1F24"/>', '<b/><sz val="16"/><color rgb="FF1B1F24"/>', '<b/><sz val="11"/><color rgb="FFA3330A"/>'];
const FILLS = ['<patternFill patternType="none"/>', '<patternFill patternType="gray125"/>', '<patternFill patternType="solid"><fgColor rgb="FFE3EDF5"/><bgColor indexed="64"/></patternFill>'];
const BORDERS = ["<left/><right/><top/><bottom/><diagonal/>", '<left/><right/><top/><bottom style="thin"><color rgb="FF59616B"/></bottom><diagonal/>'];
const LOOKS = {
  text: { font: 0, fill: 0, border: 0, align: 'vertical="top" wrapText="1"' },
  words: { font: 0, fill: 0, border: 0, align: 'horizontal="left" vertical="top" indent="1" wrapText="1"' },
  number: { font: 0, fill: 0, border: 0, align: 'vertical="top"' },
  head: { font: 1, fill: 2, border: 1, align: 'vertical="bottom" wrapText="1"' },
  headWords: { font: 1, fill: 2, border: 1, align: 'horizontal="left" vertical="bottom" indent="1" wrapText="1"' },
  headNumber: { font: 1, fill: 2, border: 1, align: 'horizontal="right" vertical="bottom" wrapText="1"' },
  caption: { font: 1, fill: 0, border: 0, align: 'vertical="bottom" wrapText="1"' },
  title: { font: 2, fill: 0, border: 0, align: 'vertical="center"' },
  watch: { font: 3, fill: 0, border: 0, align: 'vertical="top" wrapText="1"' },
};
const FORMULA = /^\s*[=+\-@]/;

/**
 * Return a workbook; the same sheets give the same bytes.
 *
 * A cell is a text or `{value, as}`: a number (null for none) and how it is read, a key of `FORMATS`. A text stays a text, whatever it begins with,
 * even when somebody edits it.
 * @param {{title: string, said: string, watch: string, sheets: Array<{name: string, title: string, lead?: string[], single?: boolean, tables: Array<{caption: string, head: string[], rows: Array<Array>}>, notes?: string[]}>}} book
 *   `said` under every title and in the footer; `watch` beside it, in another colour ("" for none); `lead` before the tables, `notes` after them;
 *   a `single` sheet prints on one page.
 *   Names of sheets are distinct and have at most 31 characters, none of []:*?/\
 * @returns {Uint8Array} of an .xlsx file
 */
export function workbook({ title, said, watch, sheets }) {
  const styles = new Styles();
  const made = sheets.map((sheet) => sheetPart(sheet, { said, watch, styles }));
  const files = sheets.map((_, i) => `sheet${i + 1}.xml`);
  const names = sheets.map(({ name }, i) => `<definedName name="_xlnm.Print_Titles" localSheetId="${i}">'${escaped(name.replaceAll("'", "''"))}'!$1:$${made[i].frozen}</definedName>`);
  const parts = [
    ["/xl/workbook.xml", `${CONTENT}.sheet.main+xml`],
    ["/xl/styles.xml", `${CONTENT}.styles+xml`],
    ["/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"],
    ...files.map((file) => [`/xl/worksheets/${file}`, `${CONTENT}.worksheet+xml`]),
  ];
  const relation = (id, type, target) => `<Relationship Id="rId${id}" Type="${type}" Target="${target}"/>`;
  const relations = (list) => `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${list.join("")}</Relationships>`;
  return zip([
    ["[Content_Types].xml", `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${parts.map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`).join("")}</Types>`],
    ["_rels/.rels", relations([relation(1, `${OFFICE}/officeDocument`, "xl/workbook.xml"), relation(2, `${PACKAGE}/relationships/metadata/core-properties`, "docProps/core.xml")])],
    ["docProps/core.xml", `${HEAD}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${escaped(title)}</dc:title><dc:creator>llr_sd</dc:creator></cp:coreProperties>`],
    ["xl/workbook.xml", `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><bookViews><workbookView activeTab="0"/></bookViews><sheets>${sheets.map(({ name }, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join("")}</sheets><definedNames>${names.join("")}</definedNames></workbook>`],
    ["xl/_rels/workbook.xml.rels", relations([...files.map((file, i) => relation(i + 1, `${OFFICE}/worksheet`, `worksheets/${file}`)), relation(files.length + 1, `${OFFICE}/styles`, "styles.xml")])],
    ["xl/styles.xml", styles.part()],
    ...made.map(({ xml }, i) => [`xl/worksheets/${files[i]}`, xml]),
  ]);
}

/** The looks of cells in the order in which they are first asked for. */
class Styles {
  #found = new Map([["text|plain|false", 0]]);

  of(look, as = "plain", quoted = false) {
    const key = `${look}|${as}|${quoted}`;
    if (!this.#found.has(key)) this.#found.set(key, this.#found.size);
    return this.#found.get(key);
  }

  part() {
    const kinds = Object.keys(FORMATS);
    const numberOf = (as) => (as === "plain" ? 0 : 164 + kinds.indexOf(as));
    const formats = kinds.filter((as) => as !== "plain").map((as) => `<numFmt numFmtId="${numberOf(as)}" formatCode="${escaped(FORMATS[as])}"/>`);
    const cells = [...this.#found.keys()].map((key) => {
      const [look, as, quoted] = key.split("|");
      const { font, fill, border, align } = LOOKS[look];
      return `<xf numFmtId="${numberOf(as)}" fontId="${font}" fillId="${fill}" borderId="${border}" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"${quoted === "true" ? ' quotePrefix="1"' : ""}><alignment ${align}/></xf>`;
    });
    const list = (tag, one, parts) => `<${tag} count="${parts.length}">${parts.map((part) => `<${one}>${part}</${one}>`).join("")}</${tag}>`;
    const fonts = FONTS.map((font) => `${font}<name val="Calibri"/><family val="2"/>`);
    return `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts count="${formats.length}">${formats.join("")}</numFmts>${list("fonts", "font", fonts)}${list("fills", "fill", FILLS)}${list("borders", "border", BORDERS)}<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${cells.length}">${cells.join("")}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
  }
}

/** A sheet: title, what every sheet says, sentences, tables one under another, sentences. A single table's head stays in sight. */
function sheetPart({ title, lead = [], single = false, tables, notes = [] }, { said, watch, styles }) {
  const widths = widthsOf(tables);
  const across = widths.length;
  const whole = widths.reduce((sum, width) => sum + width, 0);
  const rows = [];
  const merges = [];
  let frozen = 2;

  const wide = (text, look, height) => {
    const number = rows.length + 1;
    rows.push(`<row r="${number}" ht="${height ?? LINE * lines(text, whole)}" customHeight="1">${cell(text, number, 0, look, styles)}</row>`);
    if (across > 1) merges.push(`A${number}:${letters(across - 1)}${number}`);
  };
  const gap = () => rows.push(`<row r="${rows.length + 1}"/>`);
  const line = (cells, looks) => {
    const number = rows.length + 1;
    const most = Math.max(...cells.map((one, i) => (typeof one === "string" ? lines(one, widths[i]) : 1)));
    rows.push(`<row r="${number}" ht="${LINE * most}" customHeight="1">${cells.map((one, i) => cell(one, number, i, looks[i], styles)).join("")}</row>`);
  };

  wide(title, "title", 26);
  wide([said, watch].filter(Boolean).join(" · "), watch ? "watch" : "caption");
  for (const text of lead) wide(text, "text");
  for (const { caption, head, rows: body } of tables) {
    gap();
    wide(caption, "caption");
    const numbers = head.map((_, i) => body.some((cells) => typeof cells[i] !== "string"));
    line(head, numbers.map((number, i) => (number ? "headNumber" : i ? "headWords" : "head")));
    if (tables.length === 1 && lead.length === 0) frozen = rows.length;
    for (const cells of body) line(cells, cells.map((one, i) => (typeof one !== "string" ? "number" : i ? "words" : "text")));
  }
  if (notes.length) gap();
  for (const text of notes) wide(text, "text");

  const columns = widths.map((width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width + 1}" customWidth="1"/>`);
  const footer = `&L${[said, watch].filter(Boolean).join(" · ").replaceAll("&", "&&").slice(0, 180)}&RPage &P of &N`;
  const xml =
    `${HEAD}<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>` +
    `<sheetViews><sheetView showGridLines="0" workbookViewId="0"><pane ySplit="${frozen}" topLeftCell="A${frozen + 1}" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>` +
    `<sheetFormatPr defaultRowHeight="${LINE}"/><cols>${columns.join("")}</cols><sheetData>${rows.join("")}</sheetData>` +
    (merges.length ? `<mergeCells count="${merges.length}">${merges.map((ref) => `<mergeCell ref="${ref}"/>`).join("")}</mergeCells>` : "") +
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.7" header="0.3" footer="0.3"/>' +
    `<pageSetup paperSize="9" orientation="${whole > PORTRAIT ? "landscape" : "portrait"}" fitToWidth="1" fitToHeight="${single ? 1 : 0}"/>` +
    `<headerFooter><oddFooter>${escaped(footer)}</oddFooter></headerFooter></worksheet>`;
  return { xml, frozen };
}

function cell(content, row, column, look, styles) {
  const at = `${letters(column)}${row}`;
  if (typeof content !== "string") {
    const { value, as = "plain" } = content;
    const style = styles.of(look, as);
    return Number.isFinite(value) ? `<c r="${at}" s="${style}"><v>${Object.is(value, -0) ? 0 : value}</v></c>` : `<c r="${at}" s="${style}"/>`;
  }
  const style = styles.of(look, "plain", FORMULA.test(content));
  if (content === "") return `<c r="${at}" s="${style}"/>`;
  const text = content.length > LONGEST ? `${content.slice(0, LONGEST - 1)}…` : content;
  // A spreadsheet reads _x0041_ as the letter of that number, so its first sign is written in that way itself.
  const plain = text.replace(/_(?=x[0-9A-Fa-f]{4}_)/g, "_x005F_");
  return `<c r="${at}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escaped(plain)}</t></is></c>`;
}

/** How wide each column is, in characters: what stands in it, within bounds, and wider where sentences need the room. */
function widthsOf(tables) {
  const found = [];
  for (const { head, rows } of tables) {
    for (const cells of [head.map(longestWord), ...rows]) {
      for (const [i, one] of cells.entries()) {
        const length = typeof one === "string" ? 2 + Math.max(...one.split("\n").map((part) => part.length)) : NARROWEST;
        found[i] = Math.min(WIDEST, Math.max(found[i] ?? NARROWEST, length));
      }
    }
  }
  if (found.length === 0) return [LEAST];
  // Wider than this it would be printed too small to read: the widest columns give way.
  for (let over = found.reduce((sum, width) => sum + width, 0) - MOST; over > 0; over -= 1) {
    const widest = found.indexOf(Math.max(...found));
    if (found[widest] <= FAIR) break;
    found[widest] -= 1;
  }
  const short = LEAST - found.reduce((sum, width) => sum + width, 0);
  return found.map((width) => (short > 0 ? Math.min(WIDEST, width + Math.ceil(short / found.length)) : width));
}

/** A head may break between words, never within one. */
function longestWord(text) {
  return text.split(/\s+/).reduce((long, word) => (word.length > long.length ? word : long), "");
}

function lines(text, width) {
  const of = (part) => (part.length <= width ? 1 : Math.ceil((WRAPPED * part.length) / width)); // words break before the edge
  return text.split("\n").reduce((sum, part) => sum + of(part), 0);
}

/** The name of a column: A, B ... Z, AA. */
function letters(index) {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : letters(Math.floor(index / 26) - 1) + last;
}
