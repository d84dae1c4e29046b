/** One cold start: imports the bundle given, calls its handler once with the event given, prints the milliseconds of both together. */
const [bundle = '', event = ''] = process.argv.slice(2);

const start = performance.now();
const { handler } = (await import(bundle)) as {
  handler: (event: unknown, context: object) => Promise<{ statusCode: number }>;
}; // a Lambda bundle
const context = { awsRequestId: 'cold', getRemainingTimeInMillis: () => 10_000 };
const { statusCode } = await handler(JSON.parse(event), context);
const took = performance.now() - start;

if (statusCode !== 200) throw new Error(`status ${statusCode}`);
process.stdout.write(took.toFixed(1));
process.exit(0);
