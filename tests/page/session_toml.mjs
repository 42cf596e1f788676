/** Reads a JSON list of tables from standard input, and writes each as TOML into an archive on standard output. */
import { readFileSync } from "node:fs";
import { toToml } from "../../src/llr_sd/page/js/session/toml.mjs";
import { zip } from "../../src/llr_sd/page/js/session/zip.mjs";

const tables = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(zip(tables.map((table, i) => [`Ä ${i}/study.toml`, toToml(table)])));
