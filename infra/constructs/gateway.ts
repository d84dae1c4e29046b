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

/** A route key as API Gateway writes it. `$default` takes what no other route matches. */
export type GatewayRouteKey = `${keyof typeof methods} /${string}` | '$default';

/**
 * Access log: one line of about 200 bytes a request, with route, status, latency and request id.
 */
const logFormat = {
  at: '$context.requestTimeEpoch',
  id: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  bytes: '$context.responseLength',
  error: '$context.integrationErrorMessage',
};

/**
 * The HTTP API. It has no authorizer: sources send keys in headers and in bodies, and an authorizer
 * sees no body.
 */
export class HttpGateway extends Construct {
  readonly api: HttpApi;
  readonly stage: HttpStage;
  /** Host of the API itself, without CloudFront. */
  readonly host: string;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    const { stackName, region, urlSuffix } = Stack.of(this);
    this.api = new HttpApi(this, 'Api', { apiName: stackName, createDefaultStage: false });
    // This prefix needs no room in the account's one policy for log deliveries.
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

  /** Routes these keys to a function. */
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
      const [method, path] = route.split(' ') as [keyof typeof methods, string]; // the format of a GatewayRouteKey
      this.api.addRoutes({ path, methods: [methods[method]], integration });
    }
  }
}
