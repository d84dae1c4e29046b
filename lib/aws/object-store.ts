import { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** Reads objects of a bucket. */
export interface Objects {
  /**
   * Streams an object's bytes. Rejects if it does not exist or access is denied. A broken
   * connection fails the stream.
   */
  open(key: string): Promise<Readable>;
}

/** The objects of a bucket. */
export function bucketObjects(client: S3Client, Bucket: string): Objects {
  return {
    async open(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key }));
      if (!(Body instanceof Readable)) throw new Error(`no stream of ${key}`);
      return Body;
    },
  };
}
