// Get an environment by id: the least that a Node.js function behind an HTTP API does for it.
import http from "node:http";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";

const table = DynamoDBDocumentClient.from(new DynamoDBClient({}));
const headers = { "content-type": "application/json", "cache-control": "no-store" };

async function handle(event) {
  const { projectKey, id } = event.pathParameters;
  const Key = { PK: `P#${projectKey}#ENVIRONMENT#${id}`, SK: "ENVIRONMENT" };
  const { Item } = await table.send(new GetCommand({ TableName: process.env.TABLE_NAME, Key, ConsistentRead: true }));
  if (!Item) return { statusCode: 404, headers, body: '{"message":"not found"}' };
  return { statusCode: 200, headers, body: JSON.stringify(JSON.parse(Item.body)) };
}

// A plain runtime loop: `fetch` would load a second HTTP client.
const agent = new http.Agent({ keepAlive: true });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, agent, method, path }, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve([answer.headers, Buffer.concat(parts).toString()]));
    });
    request.on("error", reject);
    request.end(body);
  });
}

for (;;) {
  const [given, event] = await call("GET", "/2018-06-01/runtime/invocation/next");
  const answer = JSON.stringify(await handle(JSON.parse(event)));
  await call("POST", `/2018-06-01/runtime/invocation/${given["lambda-runtime-aws-request-id"]}/response`, answer);
}
