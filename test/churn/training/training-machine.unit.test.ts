import validate from 'asl-validator';
import { expect, test } from 'vitest';
import { trainingMachine } from '#lib/churn/training/training-machine.ts';
import { sampleShares } from '#lib/churn/training/training-sample.ts';
import { listShards } from '#lib/model/keys/table-keys.ts';
import { room } from '../../infra/local/step-functions/machine-harness.ts';

const machine = () =>
  trainingMachine({
    functions: { gather: 'gather', learn: 'learn', rescore: 'rescore' },
    table: { arn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Throughline', name: 'Throughline' },
    bucket: 'exports',
  });

test('asl-validator passes the training', () => {
  const { isValid, errorsText } = validate(structuredClone(machine()));
  expect(isValid ? '' : errorsText('\n')).toBe('');
});

type Status = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

/**
 * Trainings over exports that come to these ends, one after the other: each is what is answered when it is asked for, and every time somebody
 * looks after it. A token stands for its export.
 */
function aRoom(ends: Status[][]) {
  const made: { token: string; left: Status[] }[] = [];
  const asked: Record<string, string>[] = [];
  const left = (of: (typeof made)[number]): Status => (of.left.length > 1 ? of.left.shift()! : of.left[0]!);

  function exportTable(request: Record<string, string>) {
    asked.push(request);
    const token = request.ClientToken!;
    const known = made.find((one) => one.token === token);
    const one = known ?? { token, left: ends[made.length]! };
    if (!known) made.push(one);
    return { ExportDescription: { ExportArn: `export/${token}`, ExportStatus: left(one) } };
  }
  function describeExport({ ExportArn = '' }: Record<string, string>) {
    const one = made.find(({ token }) => ExportArn === `export/${token}`)!;
    return { ExportDescription: { ExportArn, ExportStatus: left(one) } };
  }

  const called: { name: string; payload: Record<string, unknown> }[] = [];
  const world = room(
    machine(),
    {},
    {
      functions: {
        invoke: (name, payload) => {
          const given = payload as Record<string, unknown>; // as the machine writes it
          called.push({ name, payload: given });
          const isFirst = name === 'gather' && given.share === 0 && given.place === undefined;
          return Promise.resolve({ ...given, ...(isFirst ? { place: { file: 0, line: 9 } } : { place: undefined }) });
        },
        invokeAsync: () => undefined,
        callAws: (call, request) =>
          Promise.resolve(
            call === 'dynamodb:describeExport'
              ? describeExport(request as Record<string, string>)
              : exportTable(request as Record<string, string>),
          ),
      },
    },
  );
  return { ...world, made, asked, called, names: () => called.map(({ name }) => name) };
}

const input = { workspace: 'shop', definition: { horizonDays: 30 } };

test('the table is exported, waited for, gathered from, learnt from, and everybody is scored anew', async () => {
  const world = aRoom([['IN_PROGRESS', 'IN_PROGRESS', 'COMPLETED']]);
  const arn = await world.begin(input, 'run-1');
  expect(world.names()).toEqual([]);
  await world.advance(60);
  expect(world.names()).toEqual([]);
  await world.advance(60);
  expect(world.describe(arn).status).toBe('SUCCEEDED');
  expect(world.asked).toEqual([
    {
      TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/Throughline',
      S3Bucket: 'exports',
      S3SseAlgorithm: 'AES256',
      ExportFormat: 'DYNAMODB_JSON',
      ClientToken: 'Throughline-2026-01-01T00-1',
    },
  ]);
  const gathers = world.called.filter(({ name }) => name === 'gather');
  expect(gathers.map(({ payload }) => [payload.exported, payload.run, payload.workspace])).toEqual(
    Array(sampleShares + 1).fill(['export/Throughline-2026-01-01T00-1', 'run-1', 'shop']),
  );
  expect(new Set(gathers.map(({ payload }) => payload.share)).size).toBe(sampleShares);
  expect(world.names().filter((name) => name === 'learn')).toHaveLength(1);
  const learning = world.called.find(({ name }) => name === 'learn')?.payload;
  expect(learning).toMatchObject({ began: '2026-01-01T00:00:00.000Z', run: 'run-1' });
  expect(learning?.shares).toHaveLength(sampleShares);
  expect(world.names().filter((name) => name === 'rescore')).toHaveLength(listShards);
});

test('all trainings of an hour share one export; one of the next hour has its own', async () => {
  const world = aRoom([['COMPLETED'], ['COMPLETED']]);
  for (const workspace of ['shop', 'club']) await world.begin({ ...input, workspace }, workspace);
  await world.advance(59 * 60);
  await world.begin(input, 'late');
  expect(world.made).toHaveLength(1);
  await world.advance(60);
  await world.begin(input, 'later');
  expect(world.made.map(({ token }) => token)).toEqual(['Throughline-2026-01-01T00-1', 'Throughline-2026-01-01T01-1']);
});

test('an export that failed is asked for anew, once for all who wait for it', async () => {
  const world = aRoom([['IN_PROGRESS', 'FAILED'], ['COMPLETED']]);
  const arns = [await world.begin(input, 'one'), await world.begin(input, 'two')];
  await world.advance(60);
  expect(arns.map((arn) => world.describe(arn).status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  expect(world.made.map(({ token }) => token)).toEqual(['Throughline-2026-01-01T00-1', 'Throughline-2026-01-01T00-2']);
});

test('a training whose exports all fail fails, and nothing is learnt', async () => {
  const world = aRoom([['FAILED'], ['FAILED'], ['FAILED']]);
  const arn = await world.begin(input, 'run-1');
  expect(world.describe(arn)).toMatchObject({ status: 'FAILED', error: 'churn.not-exported' });
  expect(world.made).toHaveLength(3);
  expect(world.names()).toEqual([]);
});

test('a training that waits for an export without end is over after a day', async () => {
  const world = aRoom([['IN_PROGRESS']]);
  const arn = await world.begin(input, 'run-1');
  await world.advance(86_400);
  expect(world.describe(arn).status).toBe('TIMED_OUT');
});
