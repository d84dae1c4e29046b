import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** A bucket, for who reads it. */
export interface Objects {
  /** The bytes of an object as they come. Rejects where there is none, or we may not read it; a connection that breaks fails the stream. */
  open(key: string): Promise<Readable>;
}

export function bucketObjects(client: S3Client, Bucket: string): Objects {
  return {
    async open(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key }));
      if (!(Body instanceof Readable)) throw new Error(`no stream of ${key}`);
      return Body;
    },
  };
}
