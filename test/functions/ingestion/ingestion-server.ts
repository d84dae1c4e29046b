import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { onTestFinished } from 'vitest';
import { edgeFunction } from '#infra/tools/bundling/build-edge.ts';
import { createEdge, withoutEdge } from '#infra/local/http/edge.ts';
import { startGateway } from '#infra/local/http/gateway.ts';
import { plain } from '#infra/local/http/gateway-payload.ts';
import { answerPublicRoute } from '#functions/ingestion/public-routes/handler.ts';
import { world } from './ingestion-world.ts';

const edgeText = edgeFunction('functions/ingestion/answer-at-edge/index.ts');

const route = (key: string, functionArn: string) => ({ key, functionArn, timeoutMs: 5_000 });

async function theEdge() {
  const behaviors = [{ path: '*', origin: 'Api', viewerRequest: 'Edge' }];
  return createEdge({
    distributions: [{ id: 'Cdn', ref: 'Cdn', arn: '', behaviors }],
    edgeFunctions: [{ id: 'Edge', ref: 'Edge', arn: '', code: await edgeText, runtime: 'cloudfront-js-2.0' }],
  });
}

/** Collect and describe behind the local gateway, on a table in memory, with or without the edge in front. */
export async function server({ edge = true, ...options }: { edge?: boolean } & Parameters<typeof world>[0] = {}) {
  const inside = world(options);
  const describeIt = answerPublicRoute({ workspaces: { ping: async () => undefined }, openapi: '{"openapi":"3.1.0"}' });
  const gateway = await startGateway({
    port: 0,
    routes: [
      route('POST /v1/{kind}', 'collect'),
      route('GET /health', 'describe'),
      route('GET /v1/openapi.json', 'describe'),
      route('GET /v1/projects/{writeKey}/settings', 'describe'),
      route('OPTIONS /{proxy+}', 'describe'),
    ],
    edge: edge ? await theEdge() : withoutEdge,
    functions: {
      invoke: (functionArn, payload) => {
        const event = payload as APIGatewayProxyEventV2; // the gateway makes them
        const invocation = { getRemainingTimeInMillis: () => options.remainingMs ?? 3_000 };
        return functionArn === 'describe' ? describeIt(event, invocation) : inside.handle(event, invocation);
      },
    },
    now: Date.now,
    local: async () => plain(404, 'Not Found'),
  });
  onTestFinished(() => gateway.stop());
  return { ...inside, url: `http://127.0.0.1:${gateway.port}` };
}
