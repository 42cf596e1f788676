// What the engine of a page says where it cannot run; its numbers are held to the native engine by tests/golden/test_browser_engine.py.
import assert from "node:assert/strict";
import test from "node:test";
import { labelAt } from "../../src/llr_sd/page/js/engine/elements.mjs";
import { bytesOf, compile } from "../../src/llr_sd/page/js/engine/engine.mjs";

test("base64 becomes numbers", () => {
  const bytes = Buffer.from(new Float64Array([0, -0, 1 / 3, Infinity, NaN]).buffer).toString("base64");
  assert.deepEqual(new Float64Array(bytesOf(bytes).buffer), new Float64Array([0, -0, 1 / 3, Infinity, NaN]));
});

test("an element is named as the modeller writes it", () => {
  const staff = { name: "staff", axes: [{ elements: ["core", "enhanced"] }, { elements: ["gp", "acute", "ilt"] }] };
  assert.equal(labelAt(staff, 0), "staff[core,gp]");
  assert.equal(labelAt(staff, 4), "staff[enhanced,acute]");
  assert.equal(labelAt({ name: "all staff", axes: [] }, 0), "all staff");
});

test("a browser that cannot run the code says what can", async () => {
  await assert.rejects(compile({ wasm: "AGFzbQEAAAD/" }), /^Error: This browser cannot run the model. Chrome or Edge from 91, .*\(.+\)$/);
  const kept = globalThis.WebAssembly;
  globalThis.WebAssembly = undefined;
  try {
    await assert.rejects(compile({ wasm: "" }), /^Error: This browser does not run compiled code \(WebAssembly is off\)/);
  } finally {
    globalThis.WebAssembly = kept;
  }
});
