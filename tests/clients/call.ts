// One call of each kind through the generated TypeScript client; compiled and run by test_clients.py.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[]; exitCode: number };

const client = createClient<paths>({ baseUrl: process.argv[2], headers: { "X-API-Key": process.argv[3] } });
const note: components["schemas"]["Note"] = { id: "n1", text: "She keeps the JAK for third line, since two of hers had clots." };
const judged = await client.POST("/v1/score", { body: note });
const rows = await client.POST("/v1/score/{preset}", {
  params: { path: { preset: "veeva_crm_insight" }, query: { rows: "text" } },
  body: { records: [{ Id: "a1", Summary_vod__c: "She keeps the JAK for third line." }] },
});
const job = await client.POST("/v1/jobs", { body: { notes: [{ id: "n2", text: "She asked for renal data." }] } });
if (judged.error || rows.error || job.error) {
  console.error(judged.error ?? rows.error ?? job.error);
  process.exitCode = 1;
} else {
  const probability: number = judged.data.probability;
  console.log(judged.data.id, judged.data.label, probability, rows.data.chunks[0]?.count);
}
