import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { edgeFile } from '../tools/build.ts';
import { type Settings } from '../environments.ts';
import { suppressNag } from './suppress-nag.ts';

/**
 * CloudFront in front of the gateway. Caches nothing, runs the edge function on every request, and
 * forwards all headers except `Host`.
 */
export class EdgeDistribution extends Construct {
  readonly distribution: Distribution;

  constructor(scope: Construct, id: string, props: { settings: Settings; host: string }) {
    super(scope, id);
    const { settings, host } = props;
    const viewerRequest = new EdgeFunction(this, 'ViewerRequest', {
      code: FunctionCode.fromFile({ filePath: edgeFile }),
      runtime: FunctionRuntime.JS_2_0,
      comment: 'Keeps compressed bodies whole, answers preflights and library settings',
    });
    this.distribution = new Distribution(this, 'Distribution', {
      comment: 'Throughline API',
      defaultBehavior: {
        origin: new HttpOrigin(host, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          readTimeout: Duration.seconds(30),
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        // No redirect: a POST would come back as a GET, and its key would have been sent in the
        // clear.
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [{ function: viewerRequest, eventType: FunctionEventType.VIEWER_REQUEST }],
      },
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: settings.priceClass,
      ...(settings.domain && {
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
        domainNames: [settings.domain.name],
        certificate: Certificate.fromCertificateArn(this, 'Certificate', settings.domain.certificateArn),
      }),
      ...(settings.webAclArn && { webAclId: settings.webAclArn }),
      ...(settings.edgeLogs && { logBucket: this.#logBucket(settings) }),
    });
    this.#acknowledgeChoices();
  }

  /** URL of the API: its own domain, or CloudFront's. */
  url({ domain }: Settings): string {
    return `https://${domain?.name ?? this.distribution.distributionDomainName}`;
  }

  #logBucket({ logDays, keepsData }: Settings): IBucket {
    const bucket = new Bucket(this, 'Logs', {
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      // CloudFront's standard logs are written with an access control list.
      objectOwnership: ObjectOwnership.BUCKET_OWNER_PREFERRED,
      lifecycleRules: [{ expiration: Duration.days(logDays) }],
      removalPolicy: keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    return bucket as IBucket; // the types do not allow for exact optional properties
  }

  #acknowledgeChoices(): void {
    suppressNag(this, {
      'AwsSolutions-CFR1': 'customers may be anywhere',
      'AwsSolutions-CFR2': 'a web ACL costs $5 a month also when idle: `webAclArn` in the environment turns it on',
      'AwsSolutions-CFR3':
        'the gateway logs each request: `edgeLogs` in the environment logs those answered at the edge, too',
      'AwsSolutions-CFR4':
        'TLS 1.2 is required wherever `domain` gives a certificate; CloudFront’s own name takes no such setting',
      'AwsSolutions-S1': 'the bucket holds logs: logs of reading them have no end',
    });
  }
}
