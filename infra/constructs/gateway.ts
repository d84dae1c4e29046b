import { Duration, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { Construct } from 'constructs';
import { type Settings } from '../environments.ts';
import { suppressNag } from './suppress-nag.ts';
import { expiringLogGroup } from './expiring-log-group.ts';
import { type NodeFunction } from './node-function.ts';

const methods = {
  GET: HttpMethod.GET,
  POST: HttpMethod.POST,
  PUT: HttpMethod.PUT,
  DELETE: HttpMethod.DELETE,
  OPTIONS: HttpMethod.OPTIONS,
} as const;

/** A route key as API Gateway writes it. `$default` is asked for what no other takes. */
export type GatewayRouteKey = `${keyof typeof methods} /${string}` | '$default';

/** One short line a request, about 200 bytes: what was asked, what came of it, how long it took, and how to find its trace. */
const logFormat = {
  at: '$context.requestTimeEpoch',
  id: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  bytes: '$context.responseLength',
  error: '$context.integrationErrorMessage',
};

/** The HTTP API. It checks no keys: sources send theirs in headers and in bodies, which no authorizer of a gateway sees. */
export class HttpGateway extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Host of the API itself, without CloudFront. */
  readonly host: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { stackName, region, urlSuffix } = Stack.of(this);
    this.api = new HttpApi(this, 'Api', { apiName: stackName, createDefaultStage: false });
    // Named so, the group needs no room in the account's one policy for log deliveries.
    const logGroup = expiringLogGroup(this, 'AccessLog', { name: `/aws/vendedlogs/apis/${stackName}`, settings });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: settings.throttle.rate, burstLimit: settings.throttle.burst },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup),
        format: AccessLogFormat.custom(JSON.stringify(logFormat)),
      },
    });
    this.host = `${this.api.apiId}.execute-api.${region}.${urlSuffix}`;
    suppressNag(this, {
      'AwsSolutions-APIG4':
        'write keys come in headers or in bodies and secret keys as bearer tokens: functions check them',
    });
  }

  /** Sends these routes to a function. */
  serve(fn: NodeFunction, routes: GatewayRouteKey[]): void {
    const integration = new HttpLambdaIntegration(`${fn.node.id}Integration`, fn, {
      scopePermissionToRoute: false,
      timeout: Duration.seconds(29),
    });
    for (const route of routes) {
      if (route === '$default') {
        new HttpRoute(this, 'Default', { httpApi: this.api, routeKey: HttpRouteKey.DEFAULT, integration });
        continue;
      }
      const [method, path] = route.split(' ') as [keyof typeof methods, string]; // what a RouteKey is made of
      this.api.addRoutes({ path, methods: [methods[method]], integration });
    }
  }
}
