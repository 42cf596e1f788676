// A worker of the page on a thread of node: what a browser calls `self`, and then the worker's own module.

import { parentPort } from "node:worker_threads";

import { main } from "../../src/llr_sd/page/js/engine/worker.mjs";

globalThis.self = {
  addEventListener: (_, heard) => parentPort.on("message", (data) => heard({ data })),
  postMessage: (sent, moved) => parentPort.postMessage(sent, moved),
};
main();
