import { expect, test } from 'vitest';
import { checkHoldout } from '#lib/journey/enrolment/admission-rules/holdout.ts';
import { bucketCount, bucketOf } from '#lib/model/customer-bucket.ts';
import { mina } from '../../journey-examples.ts';
import { anAdmissionInput } from '../admission-input-example.ts';

const drawn = (bucketOf('holdout', mina) / bucketCount) * 100;
const holding = { salt: 'holdout', percent: drawn + 0.01 };
const sparing = { salt: 'holdout', percent: drawn };
const request = { ...anAdmissionInput().request, test: true };

const rows: [string, object, object, object | undefined][] = [
  ['none', {}, {}, undefined],
  ['a workspace that holds her', {}, { workspace: { holdout: holding } }, { of: 'workspace', ...holding, drawn }],
  ['a workspace that just spares her', {}, { workspace: { holdout: sparing } }, undefined],
  ['a journey that holds her', { holdout: holding }, {}, { of: 'journey', ...holding, drawn }],
  ['a journey that just spares her', { holdout: sparing }, {}, undefined],
  ['a journey alone that holds her', { holdout: holding }, { workspace: { holdout: sparing } }, { of: 'journey' }],
  ['both, for a test person', { holdout: holding }, { workspace: { holdout: holding }, request }, undefined],
];

test.each(rows)('holdout of %s', (...[, journey, more, because]) => {
  const { salt: _salt, ...values } = { salt: '', ...because };
  const rejection = checkHoldout(anAdmissionInput(journey, more));
  if (!because) expect(rejection).toBeUndefined();
  else expect(rejection).toMatchObject({ reason: 'holdout', because: values });
});
